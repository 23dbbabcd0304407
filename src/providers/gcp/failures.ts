/** Everything that the client throws, read in one place: by the code of gRPC, and by its words where the code says too little. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

/** google.rpc.Code. */
export const code = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** What gives credentials that are taken: which of them the profile uses is not known here. */
const signIn = [
  'gcloud auth application-default login',
  'where the profile names a key file, another one in its place: keyrite profile show PROFILE',
] as const

/** Of a profile that names a key file, what mends it. */
export const keyFileThat = (path: string): string =>
  `a key file that Google takes, at ${path}: gcloud iam service-accounts keys create FILE --iam-account ACCOUNT`

/** @returns undefined where it is no answer of the service. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const value = (error as {code?: unknown}).code
  return typeof value === 'number' ? value : undefined
}

/** What the service said, without the number that the client puts before it. */
export function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return visibleLine(text.replace(/^\d+ [A-Z_]+: /, '').split('\n')[0] ?? '', 240)
}

/** Why no line came about: it stands deep in what the client says of its tries. */
function lineFailure(error: unknown): string | null {
  const [, last] = /Last error: (?:Error: )?(.*?)\.? (?:Resolution note:|$)/s.exec(`${String(error)} `) ?? []
  return last === undefined ? null : visibleLine(last.split(/[;\n]/)[0] ?? '', 120)
}

/** What OpenSSL and Node say of a certificate that they do not trust, or that is of another name. */
const distrusted =
  /self-signed|unable to (?:get|verify)|certificate (?:has expired|is not yet valid)|altnames|^(?:CERT|UNABLE)_/i

/** What OpenSSL says of an answer that is no TLS. */
function speaksNoTls(text: string): boolean {
  return /wrong version number|packet length too long|unsupported protocol|EPROTO/i.test(text)
}

/** Whether it is a version's state that stands in the way. */
function isState(text: string): boolean {
  return /is not enabled, current state is|in field crypto_key_version\.state/.test(text)
}

/**
 * @param keyFile - whose credentials were shown, where the profile names one.
 * @returns the error as an operator should see it; what is a KeyriteError already stays one.
 */
export function failure(what: string, error: unknown, keyFile: string | null = null): KeyriteError {
  if (error instanceof KeyriteError) return error
  const value = codeOf(error)
  if (value === undefined) return outside(what, error)
  const said = wordsOf(error)
  const as = (kind: KeyriteError['code'], fact: string, ...hints: readonly string[]): KeyriteError =>
    new KeyriteError(kind, `cannot ${what}: ${fact}`, {hints: [...hints]})
  switch (value) {
    case code.unauthenticated:
      return as(
        'CREDENTIALS_REFUSED',
        `Google refused the credentials, ${said}`,
        ...(keyFile === null ? signIn : [keyFileThat(keyFile)]),
      )
    case code.permissionDenied:
      return as('CREDENTIALS_REFUSED', said, 'keyrite profile check PROFILE')
    // So the client calls a connection that was cut.
    case code.cancelled:
    case code.unavailable:
    case code.deadlineExceeded: {
      const line = lineFailure(error)
      if (line !== null && distrusted.test(line))
        return as(
          'PROVIDER_UNREACHABLE',
          `its certificate is of no authority that is trusted here, or of another name, ${line}`,
          'an authority of its own: a profile with --ca-file FILE.pem',
          'no endpoint of Google’s has one: look who answers at that address',
        )
      return as(
        'PROVIDER_UNREACHABLE',
        `Google Cloud KMS did not answer, ${line ?? said}`,
        'the same command again: it asks what was done',
        ...(speaksNoTls(String(error))
          ? ['an emulator on this machine: --endpoint http://localhost:PORT']
          : []),
      )
    }
    case code.resourceExhausted:
      return as(
        'PROVIDER_FAILED',
        `a quota is used up, ${said}`,
        'wait a minute, then the same command again',
      )
    // What broke there may have been done before.
    case code.unknown:
    case code.internal:
      return as(
        'PROVIDER_FAILED',
        `Google failed at it, ${said}`,
        'the same command again: it asks what was done',
      )
    case code.unimplemented:
      return as('UNSUPPORTED', said, 'keyrite profile check PROFILE')
    case code.failedPrecondition:
      return as(isState(said) ? 'KEY_STATE' : 'PROVIDER_FAILED', said, 'keyrite profile check PROFILE')
    default:
      return as('PROVIDER_FAILED', said, 'keyrite profile check PROFILE')
  }
}

/** What failed before the service was asked: credentials that cannot be read or renewed, or a bug. */
function outside(what: string, error: unknown): KeyriteError {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error
  const said = visibleLine(error.message.split('\n')[0] ?? '', 160)
  return new KeyriteError('CREDENTIALS_REFUSED', `cannot ${what}: there are no credentials, ${said}`, {
    hints: [...signIn],
  })
}
