/** Everything that a module or its driver throws, read in one place, by its number. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

/** PKCS#11 v3.1, section 6.1. */
export const rv = {
  slotIdInvalid: 0x03,
  cantLock: 0x0a,
  arguments: 0x07,
  hostMemory: 0x02,
  generalError: 0x05,
  functionFailed: 0x06,
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  dataInvalid: 0x20,
  dataLenRange: 0x21,
  actionProhibited: 0x1b,
  attributeReadOnly: 0x10,
  deviceError: 0x30,
  deviceMemory: 0x31,
  deviceRemoved: 0x32,
  encryptedDataInvalid: 0x40,
  encryptedDataLenRange: 0x41,
  functionCanceled: 0x50,
  functionNotSupported: 0x54,
  keyTypeInconsistent: 0x63,
  keyFunctionNotPermitted: 0x68,
  keyNotWrappable: 0x69,
  keyUnextractable: 0x6a,
  mechanismInvalid: 0x70,
  mechanismParamInvalid: 0x71,
  objectHandleInvalid: 0x82,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLenRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionCount: 0xb1,
  sessionHandleInvalid: 0xb3,
  signatureInvalid: 0xc0,
  signatureLenRange: 0xc1,
  templateInconsistent: 0xd1,
  tokenNotPresent: 0xe0,
  tokenNotRecognized: 0xe1,
  tokenWriteProtected: 0xe2,
  userAlreadyLoggedIn: 0x100,
  userNotLoggedIn: 0x101,
  userPinNotInitialized: 0x102,
  wrappedKeyInvalid: 0x110,
  cryptokiNotInitialized: 0x190,
  cryptokiAlreadyInitialized: 0x191,
} as const

/**
 * The return value of a failed call. The driver has it as `code`, or inside its text (`CKR_X:16`).
 * @returns undefined where it is no failure of a module (a bug, or the driver's own refusal).
 */
export function rvOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const {code} = error as {code?: unknown}
  if (typeof code === 'number' && code > 0) return code
  const [, number] = /\bCKR_\w+:(\d+)/.exec(error.message) ?? []
  return number === undefined ? undefined : Number(number)
}

/** The token went away, or forgot who we are: only a new start helps. */
const gone: readonly number[] = [
  ...[rv.deviceError, rv.deviceRemoved, rv.sessionClosed, rv.sessionHandleInvalid, rv.tokenNotPresent],
  ...[rv.tokenNotRecognized, rv.userNotLoggedIn, rv.cryptokiNotInitialized],
]

export function isGone(error: unknown): boolean {
  const value = rvOf(error)
  return value !== undefined && gone.includes(value)
}

/** In words, with the module's own number: `CKR_DEVICE_ERROR (0x30)`. */
export function wordsOf(error: unknown): string {
  const value = rvOf(error)
  const text = error instanceof Error ? error.message : String(error)
  const [, name] = /\b(CKR_\w+)/.exec(text) ?? []
  if (value !== undefined) return `${name ?? 'it answered'} (0x${value.toString(16)})`
  return visibleLine(text.split('\n')[0] ?? '', 160)
}

/** @returns the error as an operator should see it; what is a KeyriteError already stays one. */
export function failure(what: string, error: unknown): KeyriteError {
  if (error instanceof KeyriteError) return error
  const value = rvOf(error)
  // What is neither the module's nor ours is a bug in keyrite, and must look like one.
  if (value === undefined) throw error
  if (isGone(error)) return goneAway(what, error)
  if (value === rv.keyFunctionNotPermitted)
    return new KeyriteError('KEY_STATE', `cannot ${what}: the HSM refuses it, ${wordsOf(error)}`)
  if (value === rv.mechanismInvalid || value === rv.mechanismParamInvalid)
    return new KeyriteError('UNSUPPORTED', `cannot ${what}: the HSM has no such mechanism, ${wordsOf(error)}`)
  if (value === rv.functionNotSupported)
    return new KeyriteError('UNSUPPORTED', `cannot ${what}: the module has no such call, ${wordsOf(error)}`)
  if (value === rv.tokenWriteProtected)
    return new KeyriteError(
      'UNSUPPORTED',
      `cannot ${what}: it is write-protected, so no key is made or changed there, ${wordsOf(error)}`,
      {hints: ['another token', 'take the protection off with the tools of its maker']},
    )
  if (value === rv.sessionCount)
    return new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${what}: the token has no session left for it, ${wordsOf(error)}`,
      {hints: ['end what else uses the token on this machine, then the same command again']},
    )
  return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: ${wordsOf(error)}`, {
    hints: ['keyrite profile check PROFILE'],
  })
}

/** The token does not answer any more; whatever it says of that. */
export function goneAway(what: string, error: unknown): KeyriteError {
  return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: the HSM is gone, ${wordsOf(error)}`, {
    hints: ['look whether it is on and connected, then the same command again: it asks what was done'],
  })
}
