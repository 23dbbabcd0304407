/** What `doctor` says of one thing that it looked at. */
import {KeyriteError} from '../../base/errors.ts'
import type {CheckLine} from '../../providers/ports.ts'

/**
 * `fault`: something does not work, or is not safe. `warning`: it should be seen to. `note`: worth knowing, and no finding.
 */
export type Level = 'fault' | 'warning' | 'note' | 'ok'

/** A check with how much it matters; `ok` is false where it is a finding. */
export interface Finding extends CheckLine {
  readonly level: Level
}

export const good = (name: string, detail: string): Finding => ({
  name,
  ok: true,
  level: 'ok',
  detail,
  fix: null,
})
export const note = (name: string, detail: string, fix: string): Finding => ({
  name,
  ok: true,
  level: 'note',
  detail,
  fix,
})
export const warning = (name: string, detail: string, fix: string): Finding => ({
  name,
  ok: false,
  level: 'warning',
  detail,
  fix,
})
export const fault = (name: string, detail: string, fix: string): Finding => ({
  name,
  ok: false,
  level: 'fault',
  detail,
  fix,
})

/** What an error says of the thing that was looked at. Anything else that is thrown is a bug. */
export function failure(name: string, error: unknown, otherwise: string): Finding {
  if (error instanceof KeyriteError) return fault(name, error.message, error.hints[0] ?? otherwise)
  throw error
}

const weights: readonly Level[] = ['fault', 'warning', 'note', 'ok']

/** Worst first; among those alike in the order they were made. */
export function worstFirst<T extends {readonly level: Level}>(findings: readonly T[]): readonly T[] {
  return findings.toSorted((a, b) => weights.indexOf(a.level) - weights.indexOf(b.level))
}

/** A path as one word of a command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
