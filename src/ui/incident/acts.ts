/** What was looked at and done, as the lines of a containment say it. */
import {KeyriteError} from '../../base/errors.ts'

export const words: Readonly<Record<string, string>> = {place: 'The place', tries: 'The proof'}

export function said(hurry: (line: string) => void) {
  return ({act, version, failure}: {act: string; version: number; failure: KeyriteError | null}): void => {
    hurry(
      failure === null
        ? `Version ${version}: ${act === 'suspend' ? 'suspended' : 'disabled'}, and the place says so.`
        : `Version ${version} NOT CONTAINED: ${failure.message} (${failure.code}).`,
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
