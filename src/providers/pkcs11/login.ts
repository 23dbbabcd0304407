/** Logging in to a token: with a PIN, by a keypad of its own, or not at all where it asks nobody. */
import type {Handle, PKCS11, TokenInfo} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {ckf} from './constants.ts'
import {rv, rvOf, wordsOf} from './failures.ts'
import {asksNobody, demandNotLocked, hasPad, pinTries} from './pin.ts'

const user = 1

/**
 * @param pin - null where the token asks for it by a pad of its own.
 * @param step - is told what is about to be done.
 * @throws KeyriteError `CREDENTIALS_REFUSED` with what the token says of tries, and what brings a PIN that it takes.
 */
export function logIn(
  module: PKCS11,
  slot: Handle,
  session: Handle,
  pin: Uint8Array | null,
  step: (now: string) => void,
): void {
  const info = module.C_GetTokenInfo(slot)
  demandNotLocked(info)
  const pad = hasPad(info)
  if (!pad && pin === null && asksNobody(info)) return
  // It would be counted as a wrong one.
  if (!pad && pin?.length === 0)
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      'cannot log in to the token: the PIN is empty, and was not tried',
      {
        hints: ['the PIN, as the only line of its PIN file, or typed', 'keyrite profile check PROFILE'],
      },
    )
  step(pad || pin === null ? 'its keypad is waited for' : 'it is logged in to')
  try {
    // The driver cannot leave the PIN out: for a keypad it is one of no bytes.
    if (pad || pin === null) module.C_Login(session, user, '')
    // It takes nothing but a string here; it lives in this process alone, which ends with the work.
    else module.C_Login(session, user, Buffer.from(pin).toString('utf8'))
  } catch (error) {
    const value = rvOf(error)
    if (value === rv.userAlreadyLoggedIn) return
    // What wants no login may have no call for it.
    if (value === rv.functionNotSupported && asksNobody(info)) return
    if (value === rv.arguments && (pad || pin === null))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot log in to the token by its keypad: the module refuses an empty PIN, ${wordsOf(error)}, and the driver (pkcs11js) cannot leave it out`,
        {hints: ['look whether its maker’s module can be set to take the PIN from the application']},
      )
    const hints = refused(value, info)
    if (hints === undefined) throw error
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      `cannot log in to the token: ${inWords[value ?? 0] ?? ''}${wordsOf(error)}${blankAtEnd(pin)}${triesLeft(module, slot)}`,
      {hints: [...hints, 'keyrite profile check PROFILE']},
    )
  }
}

const inWords: Readonly<Record<number, string>> = {
  [rv.pinIncorrect]: 'the PIN is wrong, ',
  [rv.pinInvalid]: 'the PIN holds what it may not, ',
  [rv.pinLenRange]: 'the PIN is too short or too long, ',
  [rv.pinExpired]: 'the PIN has expired, ',
  [rv.userPinNotInitialized]: 'it has no PIN yet, ',
}

/** A PIN may end so, and nobody sees it in a file. */
function blankAtEnd(pin: Uint8Array | null): string {
  const last = pin?.at(-1)
  return last === 0x20 || last === 0x09 || last === 0x0d
    ? '; what was given ends with a blank, a tab or a carriage return, which counts'
    : ''
}

/** What mends it; undefined where the PIN is not what is wrong. */
function refused(value: number | undefined, {flags}: TokenInfo): readonly string[] | undefined {
  if ((flags & ckf.tokenInitialized) === 0)
    return ['it was never made ready: the tool of its maker does that, and erases what it may hold']
  switch (value) {
    case rv.pinIncorrect:
    case rv.pinInvalid:
    case rv.pinLenRange:
      return ['look whether it is the PIN of this token; do not try on: many lock for good']
    case rv.pinExpired:
      return [
        'its PIN must be changed before it can be used: pkcs11-tool --module FILE --login --change-pin, or the tool of its maker',
      ]
    case rv.pinLocked:
      return ['its security officer unlocks it, with the tool of its maker']
    case rv.userPinNotInitialized:
      return [
        'nobody gave it a PIN yet: its security officer does, by pkcs11-tool --module FILE --login --login-type so --init-pin, or the tool of its maker',
      ]
    case rv.functionCanceled:
      return ['nobody typed the PIN at its keypad, or it was cancelled there: the same command again']
    case undefined:
    default:
      return undefined
  }
}

function triesLeft(module: PKCS11, slot: Handle): string {
  const said = pinTries(module.C_GetTokenInfo(slot))
  return said === null ? '' : `; ${said}`
}
