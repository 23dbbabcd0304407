/** Everything that the clients throw, read in one place: by HTTP status, and by the inner code where the status says too little. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

/** Not a bug. By what it looks like: a system error may come from another realm than this module's. */
function isFailure(error: unknown): error is Error {
  if (typeof error !== 'object' || error === null || !('message' in error)) return false
  return !(error instanceof TypeError || error instanceof RangeError)
}

/** @returns undefined where it is no answer of the service. */
export function statusOf(error: unknown): number | undefined {
  if (!isFailure(error)) return undefined
  const value = (error as {statusCode?: unknown}).statusCode
  return typeof value === 'number' ? value : undefined
}

interface Told {
  readonly message?: string
  readonly innererror?: {readonly code?: string} | null
  readonly innerError?: {readonly code?: string} | null
}

/** Where no inner code tells it, what Azure's documents have of it in words. */
const byState = /is not (?:allowed on a disabled key|permitted on this key)\.?$/

/** What the service said in its body: older and newer clients keep it in different places. */
function saidBy(error: Error): {readonly message: string; readonly inner: string} {
  const {details} = error as {
    details?: {error?: Told | null; message?: unknown}
  }
  const {message, innererror, innerError} = details?.error ?? {}
  const inner = innererror?.code ?? innerError?.code ?? ''
  // Others than Azure say it without `error` around it, or nothing at all.
  const said = [message, details?.message, error.message].find((one) => typeof one === 'string' && one !== '')
  return {message: typeof said === 'string' ? said : `HTTP ${statusOf(error) ?? ''}`, inner}
}

/** Whether it is a refusal that neither roles nor states explain: as of a key outside its dates, whose words no source gives. */
export function isUnexplained(error: unknown): boolean {
  const cause = error instanceof KeyriteError ? error.cause : error
  if (statusOf(cause) !== 403 || !isFailure(cause)) return false
  const {inner, message} = saidBy(cause)
  return !/^(?:ForbiddenBy|KeyDisabled$|KeyOperationForbidden$)/.test(inner) && !byState.test(message)
}

/** What gives credentials that are taken: which of them the profile uses is not known here. */
const signIn = [
  'az login',
  'where the profile names a token file, a token that is not over in it: keyrite profile show PROFILE',
] as const

/** @returns the error as an operator should see it; what is a KeyriteError already stays one. */
export function failure(what: string, error: unknown): KeyriteError {
  if (error instanceof KeyriteError) return error
  if (!isFailure(error)) throw error
  const {message, inner} = saidBy(error)
  const said = visibleLine(message.split(/\r?\n/)[0] ?? '', 240)
  const as = (kind: KeyriteError['code'], fact: string, ...hints: readonly string[]): KeyriteError =>
    new KeyriteError(kind, `cannot ${what}: ${fact}`, {hints: [...hints], cause: error})
  const status = statusOf(error)
  if (status === undefined) return unanswered(what, error, said)
  if (status === 401) return as('CREDENTIALS_REFUSED', `Azure refused the credentials, ${said}`, ...signIn)
  if (
    inner === 'KeyDisabled' ||
    inner === 'KeyOperationForbidden' ||
    (status === 403 && inner === '' && byState.test(said))
  )
    return as('KEY_STATE', said, 'keyrite profile check PROFILE')
  if (status === 403) return as('CREDENTIALS_REFUSED', said, 'keyrite profile check PROFILE')
  if (status === 409) return as('KEY_STATE', said, 'the same command again, in a minute')
  if (status === 429)
    return as('PROVIDER_FAILED', `too many requests, ${said}`, 'wait a minute, then the same command again')
  if (status === 501) return as('UNSUPPORTED', said, 'keyrite profile check PROFILE')
  if (status >= 500)
    return as(
      'PROVIDER_UNREACHABLE',
      `Azure cannot answer now, ${said}`,
      'the same command again: it asks what was done',
    )
  return as('PROVIDER_FAILED', said, 'keyrite profile check PROFILE')
}

/** No answer came, or none was asked for: credentials that cannot be had, a line that is cut, or a bug. */
function unanswered(what: string, error: Error, said: string): KeyriteError {
  const {name, code} = error as {name?: string; code?: string}
  if (/Credential|AuthenticationError/.test(name ?? ''))
    return new KeyriteError('CREDENTIALS_REFUSED', `cannot ${what}: there are no credentials, ${said}`, {
      hints: [...signIn],
    })
  if (/^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY)_|CERT_|ERR_TLS_CERT)/.test(code ?? ''))
    return new KeyriteError(
      'PROVIDER_UNREACHABLE',
      `cannot ${what}: its certificate is of no authority that is trusted here, or of another name, ${said}`,
      {
        hints: [
          'an authority of its own: a profile with --ca-file FILE',
          'no vault of Azure’s has one: look who answers at that address',
        ],
      },
    )
  if (name === 'RestError' || name === 'AbortError' || /^(?:E[A-Z]+|UND_|ERR_)/.test(code ?? ''))
    return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: Azure did not answer, ${said}`, {
      hints: ['the same command again: it asks what was done'],
    })
  throw error
}

/** What the clients make of an answer that is not of its form is an error of theirs, and no bug here: what is asked is one call of theirs. */
export function misread(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof KeyriteError) return error
  const isTheirs = error.name === 'Error' && !('code' in error) && !('statusCode' in error)
  if (!isTheirs && !/^(?:Type|Range|Syntax)Error$/.test(error.name)) return error
  return new KeyriteError(
    'PROVIDER_FAILED',
    `cannot ${what}: its answer is not of Azure’s form (${visibleLine(error.message, 160)})`,
    {cause: error, hints: ['the same command again: it asks what was done', 'keyrite profile check PROFILE']},
  )
}
