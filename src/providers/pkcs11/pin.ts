/** What a token tells of tries at its PIN, by flags that anybody may read before giving one (PKCS#11 v3.1, section 3.2). */
import {KeyriteError} from '../../base/errors.ts'
import type {CheckLine} from '../ports.ts'
import {ckf} from './constants.ts'

interface Flagged {
  readonly flags: number
}

/** In words; null where no wrong PIN was given before. How many are left no token tells. */
export function pinTries({flags}: Flagged): string | null {
  if (flags & ckf.pinLocked) return 'the PIN is locked'
  if (isLastTry({flags})) return 'one more wrong PIN locks it'
  return flags & ckf.pinCountLow ? 'there was a wrong PIN before: tries are counted' : null
}

export function isLastTry({flags}: Flagged): boolean {
  return (flags & ckf.pinFinalTry) !== 0
}

/** What else is wrong with the PIN of a token that takes it; undefined where nothing is. */
export function pinFinding({flags}: Flagged): CheckLine | undefined {
  if (asksNobody({flags}))
    return {
      name: 'PIN',
      ok: false,
      detail: 'it asks for none: whoever reaches its module uses its keys',
      fix: 'set a PIN with the tool of its maker',
    }
  if (flags & ckf.pinToBeChanged)
    return {
      name: 'PIN',
      ok: false,
      detail: 'it is still the one that the token was made ready with',
      fix: 'pkcs11-tool --module FILE --login --change-pin, or the tool of its maker',
    }
  return undefined
}

/** Whether it asks for the PIN itself, on a keypad of its own: then nobody types it here. */
export function hasPad({flags}: Flagged): boolean {
  return (flags & ckf.protectedPath) !== 0
}

/** Whether whoever reaches the module may use its keys. */
export function asksNobody({flags}: Flagged): boolean {
  return (flags & (ckf.loginRequired | ckf.userPinInitialized | ckf.protectedPath)) === 0
}

export function pinLine(said: string | null): CheckLine {
  return said === null
    ? {name: 'PIN', ok: true, detail: 'no wrong PIN was given before', fix: null}
    : {name: 'PIN', ok: false, detail: said, fix: 'log in with the right PIN once; find out who tried'}
}

/** @throws KeyriteError `CREDENTIALS_REFUSED`. */
export function demandNotLocked({flags}: Flagged): void {
  if ((flags & ckf.pinLocked) === 0) return
  throw new KeyriteError('CREDENTIALS_REFUSED', 'cannot log in to the token: its PIN is locked', {
    hints: ['its security officer unlocks it, with the tool of its maker'],
  })
}
