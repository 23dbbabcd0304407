/** Flags and arguments that several commands have. A bad value is a usage error before the ledger opens. */
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'

export const personArg = {
  person: Args.string({description: 'a handle, an address or an id of the roster', required: true}),
}

/** Every command has these. */
export const baseFlags = {
  json: Flags.boolean({summary: 'print one JSON document and nothing else', helpGroup: 'GLOBAL'}),
  plain: Flags.boolean({
    summary: 'no colour, no cursor movement, "key: value" lines (also: ACCESSIBLE=1)',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({summary: 'no colour (also: NO_COLOR=1)', helpGroup: 'GLOBAL'}),
  'no-input': Flags.boolean({
    summary: 'ask nothing: where an answer is missing, fail and name its flag',
    helpGroup: 'GLOBAL',
  }),
  home: Flags.string({
    summary: 'the workspace (KEYRITE_HOME; default: the data directory of this user)',
    helpValue: 'DIR',
    helpGroup: 'GLOBAL',
  }),
  as: Flags.string({
    summary: 'who acts: a handle, an address or an id of the roster (KEYRITE_AS)',
    helpValue: 'PERSON',
    helpGroup: 'GLOBAL',
  }),
}

/** For commands that can be narrowed to one profile, or need one. */
export const profileFlag = Flags.string({summary: 'the profile, by name', helpValue: 'NAME'})

/** For commands that open a provider: what is read there answers the question for the PIN. */
export const pinFileFlag = Flags.string({
  summary: 'read the PIN from this file, "-" for stdin, or /dev/fd/N',
  helpValue: 'FILE',
})

/** `PERSON=KEY`, any number of times. */
export const signWithFlag = Flags.string({
  summary: 'sign as PERSON with this key: a private key file, or a .pub file whose key ssh-agent holds',
  helpValue: 'PERSON=KEY',
  multiple: true,
  parse: async (text) => {
    if (/^[^=]+=.+$/.test(text)) return text
    throw new KeyriteError('USAGE', `expected PERSON=KEY, got "${text}"`)
  },
})

/** Splits what `signWithFlag` took. The person may be typed as anything that `findPerson` knows. */
export function signers(
  flag: readonly string[] | undefined,
): {readonly person: string; readonly path: string}[] {
  return (flag ?? []).map((text) => {
    const at = text.indexOf('=')
    return {person: text.slice(0, at), path: text.slice(at + 1)}
  })
}

/** @throws KeyriteError `USAGE` unless the text is a whole number of at least `least`. */
export function wholeNumber(text: string, what: string, least: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least) return value
  throw new KeyriteError('USAGE', `expected ${what}, a whole number of at least ${least}, got "${text}"`)
}
