/** What can be typed as a value, as far as a shell can help with it. */

/** Kinds of names that a home knows; `keyrite completion --names KIND` lists them. */
export const nameKinds = ['ceremonies', 'keys', 'people', 'profiles', 'requests', 'templates'] as const
export type NameKind = (typeof nameKinds)[number]

export type Value =
  | {readonly kind: 'options'; readonly options: readonly string[]}
  | {readonly kind: 'file'}
  | {readonly kind: 'folder'}
  | {readonly kind: 'names'; readonly of: NameKind}
  /** A template's file, or the name of one that ships. */
  | {readonly kind: 'names-or-file'; readonly of: NameKind}
  /** `PERSON=FILE` */
  | {readonly kind: 'person-file'}
  | {readonly kind: 'text'}

interface Place {
  /** The words of the command. */
  readonly command: string
  /** The argument's or the flag's. */
  readonly name: string
  /** As help shows it: `FILE`, `PERSON=KEY`. */
  readonly placeholder: string
  readonly options: readonly string[] | undefined
}

const byPlaceholder: Readonly<Record<string, Value>> = {
  'ADDRESS=FILE.pub': {kind: 'person-file'},
  BUNDLE: {kind: 'folder'},
  CEREMONY: {kind: 'names', of: 'ceremonies'},
  DIR: {kind: 'folder'},
  FILE: {kind: 'file'},
  'FILE|solo': {kind: 'file'},
  FOLDER: {kind: 'folder'},
  KEY: {kind: 'names', of: 'keys'},
  PATH: {kind: 'file'},
  PERSON: {kind: 'names', of: 'people'},
  'PERSON=KEY': {kind: 'person-file'},
  PIN: {kind: 'file'},
  PROFILE: {kind: 'names', of: 'profiles'},
  REQUEST: {kind: 'names', of: 'requests'},
  SIGNATURE: {kind: 'file'},
  TEMPLATE: {kind: 'names-or-file', of: 'templates'},
}

/** Told by how help writes it, for that is what people are told too. */
export function valueOf({command, name, placeholder, options}: Place): Value {
  if (options !== undefined && options.length > 0) return {kind: 'options', options}
  // What is to be made has a name that nothing knows yet.
  const known =
    /^profile (?!(add|make)$)/.test(command) ||
    (name === 'profile' && command !== 'profile add' && command !== 'profile make')
  if (known && placeholder === 'NAME') return {kind: 'names', of: 'profiles'}
  return byPlaceholder[placeholder] ?? {kind: 'text'}
}
