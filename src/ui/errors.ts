/** How a failure is told: what happened, whether anything changed, and what to type next. Only here and in `command.ts` are oclif's errors known. */
import {stripVTControlCharacters} from 'node:util'
import {exitOf, KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {visible} from '../base/visible.ts'
import {nextSteps, type About} from './next-steps.ts'

/** `keyrite.error/1`, field by field. */
export interface ErrorDocument {
  readonly schema: 'keyrite.error/1'
  readonly code: string
  readonly exit: number
  readonly message: string
  readonly changed: boolean
  readonly try: readonly string[]
}

/** A failure as it is told. `change` says what had been changed; null where nothing was. */
export interface Told {
  readonly document: ErrorDocument
  readonly lines: readonly string[]
}

/** How something stands that a failure has not ended. */
export interface Standing {
  readonly line: string
  readonly next: string
}

/** Only after the commands that are about the same: another profile or key is somebody's to choose. */
export function filled(hint: string, {profile, key}: Pick<About, 'profile' | 'key'>): string {
  const put = (whole: string, words: string, name: string | null): string =>
    name === null ? whole : `${words} ${name}`
  return hint
    .replace(/\b(profile (?:check|show)|backup list) PROFILE\b/g, (all, words: string) =>
      put(all, words, profile),
    )
    .replace(/\b(key (?:alias|usage|grants|ungrant)) NAME\b/g, (all, words: string) => put(all, words, key))
}

/** Tells a failure of any kind: an operator's, an interruption, or a bug in keyrite. @param change - what was changed before it, in words; null where nothing was. @param standing - said before anything else. */
export function tell(
  thrown: unknown,
  change: string | null,
  standing: Standing | null = null,
  about: About = {profile: null, key: null, command: null},
): Told {
  const error = asKeyrite(thrown)
  if (error === undefined) return tellBug(thrown, change)
  const {code, exit} = error
  const said = error.hints.length > 0 ? error.hints : nextSteps(code, about)
  const own = said.map((hint) => filled(hint, about))
  const next = standing === null || own.includes(standing.next) ? [] : [standing.next]
  const hints = code === 'CANCELLED' ? [...next, ...own] : [...own, ...next]
  const first = standing === null ? [] : [visible(standing.line)]
  const changed = error.changed || change !== null
  const message = visible(error.message)
  const document: ErrorDocument = {schema: 'keyrite.error/1', code, exit, message, changed, try: hints}
  const tries = hints.map((hint, at) => `${at === 0 ? 'Try this: ' : ' '.repeat(10)}${visible(hint)}`)
  if (code === 'CANCELLED') {
    const told =
      change === null ? 'What was done before stays.' : `${change.charAt(0).toUpperCase()}${change.slice(1)}.`
    const what = changed ? told : 'Nothing was changed.'
    return {document, lines: [...first, `Cancelled. ${what}`, `Code: ${code}`, ...tries]}
  }
  const changes = changed ? [`Changed: ${change ?? 'what was done before it stays'}`] : []
  return {document, lines: [...first, `Error: ${message}`, `Code: ${code}`, ...changes, ...tries]}
}

function tellBug(thrown: unknown, change: string | null): Told {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  const message = `this is a bug in keyrite: ${visible(thrown instanceof Error ? thrown.message : String(thrown))}`
  const hints = [
    'keyrite doctor',
    'report it with the lines above; look first that they name nothing private',
  ]
  return {
    document: {
      schema: 'keyrite.error/1',
      code: 'BUG',
      exit: exitOf.BUG,
      message,
      changed: change !== null,
      try: hints,
    },
    lines: [
      visible(stack, {keepNewlines: true}),
      `Error: ${message}`,
      'Code: BUG',
      ...(change === null ? [] : [`Changed: ${change}`]),
      `Try this: ${hints[0] ?? ''}`,
      `          ${hints[1] ?? ''}`,
    ],
  }
}

/** The failure as one an operator can act on; undefined if it is a bug. */
function asKeyrite(thrown: unknown): KeyriteError | undefined {
  if (thrown instanceof KeyriteError) return thrown
  // inquirer's, on Ctrl-C or when its terminal goes away.
  if (thrown instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(thrown.name))
    return new KeyriteError('CANCELLED', 'cancelled')
  return undefined
}

export const isCancelled = (thrown: unknown): boolean => asKeyrite(thrown)?.code === 'CANCELLED'

/** What is wrong with a command line, from what oclif's parser threw; anything else is given back as it is. @param flags - the names that the command knows. */
export function usageError(thrown: unknown, command: string, flags: readonly string[]): unknown {
  if (thrown instanceof KeyriteError) return flagError(thrown)
  if (!(thrown instanceof Error) || !('oclif' in thrown)) return thrown
  const help = `keyrite ${command} --help`.replace('  ', ' ')
  const usage = (fact: string, hints: readonly string[] = []): KeyriteError =>
    new KeyriteError('USAGE', fact, {hints: [...hints, help]})
  if ('flags' in thrown && isTexts(thrown.flags)) {
    const [unknown = ''] = thrown.flags
    const near = nearest(unknown.replace(/^-+/, ''), flags, 3)
    return usage(
      `cannot read the flags: there is no ${visible(unknown)}`,
      near.map((flag) => `--${flag}`),
    )
  }
  if ('args' in thrown && Array.isArray(thrown.args)) {
    const args: readonly unknown[] = thrown.args
    if (isTexts(args))
      return usage(`cannot read the command line: "${visible(args[0] ?? '')}" is one word too many`)
    const names = args.map((arg) => String((arg as {name?: unknown}).name).toUpperCase())
    return usage(`expected ${names.join(' and ')}`)
  }
  return usage(plain(thrown.message))
}

/** oclif writes around what a flag's own parser threw. */
function flagError(error: KeyriteError): KeyriteError {
  const [, flag, fact] =
    /^Parsing --(\S+) \n\t([\s\S]*)\nSee more help with --help$/.exec(error.message) ?? []
  if (flag === undefined || fact === undefined) return error
  return new KeyriteError(error.code, `--${flag}: ${fact}`, {hints: error.hints})
}

/** oclif's sentence on one line, and in our letter case. */
function plain(message: string): string {
  const line = stripVTControlCharacters(message)
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/\s*\n\s*/g, '; ')
  const missing = [...line.matchAll(/missing required flag ([a-z-]+)/gi)].map(([, flag]) => `--${flag}`)
  if (missing.length > 0) return `expected ${missing.join(' and ')}`
  return visible(line.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()))
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.length > 0 && values.every((one) => typeof one === 'string')
}
