/** What was looked at and done, as the lines of a containment say it. */
import {KeyriteError} from '../../base/errors.ts'
import type {PreflightLine} from '../../incidents/index.ts'

const words: Readonly<Record<string, string>> = {
  place: 'The place',
  tries: 'The proof',
  clock: 'The clock',
  ledger: 'The ledger',
  signer: 'Who signs',
  told: 'Who is told',
}

export function preflightInWords({name, ok, detail, fix}: PreflightLine): string {
  const called = words[name] ?? name
  return ok ? `${called}: ${detail}.` : `${called}: NO. ${detail}.${fix === null ? '' : ` Mend: ${fix}`}`
}

export function said(hurry: (line: string) => void) {
  return ({act, version, failure}: {act: string; version: number; failure: KeyriteError | null}): void => {
    hurry(
      failure === null
        ? `Version ${version}: ${act === 'suspend' ? 'suspended' : 'disabled'}, and the place says so.`
        : `Version ${version} NOT CONTAINED: ${failure.message} (${failure.code}).${failure.hints[0] === undefined ? '' : ` Mend: ${failure.hints[0]}`}`,
    )
  }
}

/** Null where there is nothing left to contain. */
export function planOr<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'KEY_STATE') return null
    throw error
  }
}
