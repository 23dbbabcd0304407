/** Everything that the SDK throws, read in one place. */
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

/** What the SDK's errors may hold; none of it is promised. */
interface Thrown {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly $metadata?: {readonly httpStatusCode?: number}
  readonly $fault?: unknown
  readonly $response?: unknown
}

export function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  return name.includes('#') ? (name.split('#')[1] ?? '') : name
}

const throttled = /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/

/** It asks to slow down: what was asked was certainly not done. */
export function isThrottled(error: unknown): boolean {
  return throttled.test(nameOf(error)) || (error as Thrown).$metadata?.httpStatusCode === 429
}

/** The service, or what answers in its place, does not know the operation at all. */
export function isUnknownOperation(error: unknown): boolean {
  const name = nameOf(error)
  const status = (error as Thrown).$metadata?.httpStatusCode
  const unknown = /^(UnknownOperation(Exception)?|InvalidAction|NotImplemented(Exception|Error)?)$/
  // Some have no name for it, and words.
  const said =
    /^Internal(Failure|Error|ServerError)/.test(name) &&
    /\bnot (yet )?(been )?(implemented|supported)\b|unknown operation/i.test((error as Error).message)
  return status === 501 || unknown.test(name) || said
}

const refusedCredentials =
  /^(UnrecognizedClient(Exception)?|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature(Exception)?|MissingAuthenticationToken(Exception)?|NotAuthorizedException)$/
const expired = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/
const notFoundCredentials = /^(CredentialsProviderError|TokenProviderError|ProviderError)$/
const skewed = /^(RequestTimeTooSkewed|RequestInTheFuture)$/
const network =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|EPROTO|ERR_SSL_\w+|socket hang up)\b/

/** What Node's codes say, in words. */
const onTheWay: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'that name is not known: no region is called so, or names are not looked up here',
  EAI_AGAIN: 'names cannot be looked up here now',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  'socket hang up': 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
}

/** By the name that the service gives: what it means to an operator. */
const byName: Readonly<Record<string, ErrorCode>> = {
  NotFoundException: 'KEY_NOT_FOUND',
  DisabledException: 'KEY_STATE',
  KMSInvalidStateException: 'KEY_STATE',
  UnsupportedOperationException: 'UNSUPPORTED',
  InvalidKeyUsageException: 'UNSUPPORTED',
  XksKeyAlreadyInUseException: 'KEY_EXISTS',
  XksKeyInvalidConfigurationException: 'UNSUPPORTED',
  XksKeyNotFoundException: 'KEY_NOT_FOUND',
}

/**
 * @param what - the act, as a verb and its object.
 * @param where - who was asked.
 * @param awsProfile - which profile of AWS's configuration files the credentials are of; null: none was named.
 * @returns the error as an operator should see it; what is a KeyriteError already stays one.
 * @throws the error itself where it is neither the service's nor the network's: then it is a bug, and must look like one.
 */
export function failure(
  what: string,
  error: unknown,
  where = 'AWS KMS',
  awsProfile: string | null = null,
): KeyriteError {
  if (error instanceof KeyriteError) return error
  if (!(error instanceof Error)) throw error
  const name = nameOf(error)
  const thrown = error as Thrown
  const say = (code: ErrorCode, fact: string, ...hints: readonly string[]): KeyriteError =>
    new KeyriteError(code, `cannot ${what}: ${fact}`, {hints, cause: error})
  const check = 'keyrite profile check PROFILE'
  const whose = awsProfile === null ? '' : ` --profile ${awsProfile}`
  const login = `aws sso login${whose}`
  // Of credentials that are refused AWS itself tells nobody whose they are.
  const from = `aws configure list${whose}`
  if (skewed.test(name) || (name === 'InvalidSignatureException' && /expired|not yet/i.test(error.message)))
    return say(
      'CREDENTIALS_REFUSED',
      `AWS finds this machine’s clock wrong (${name})`,
      'timedatectl set-ntp true, then the same command again',
      check,
    )
  // Its text may hold what was signed, and so a session token: only the name is said.
  if (refusedCredentials.test(name))
    return say(
      'CREDENTIALS_REFUSED',
      `AWS does not know these credentials, or their secret is another (${name})`,
      `${from} shows where they come from: put there what AWS knows`,
      check,
    )
  if (expired.test(name))
    return say(
      'CREDENTIALS_REFUSED',
      `the credentials have expired (${name})`,
      `${login}, or take new ones: ${from} shows where these come from`,
      check,
    )
  if (notFoundCredentials.test(name))
    return say(
      'CREDENTIALS_REFUSED',
      `no AWS credentials can be used: ${visibleLine(error.message, 160)}`,
      awsProfile === null
        ? `${login}, or aws configure; of another profile of theirs: --aws-profile, when this one is added`
        : `${login}, or aws configure --profile ${awsProfile}`,
      check,
    )
  if (name.startsWith('AccessDenied'))
    return say(
      'CREDENTIALS_REFUSED',
      `AWS does not permit it: ${deniedIn(error.message)}`,
      error.message.includes(assumeRole)
        ? 'the trust policy of the role must name whoever takes it on: aws sts get-caller-identity'
        : 'docs/providers/aws.md lists what each command needs',
      check,
    )
  if (isThrottled(error))
    return say(
      'PROVIDER_FAILED',
      `AWS asks to slow down (${name}), also after several tries`,
      'the same command again after a minute',
    )
  // What is no Error of its own the SDK wraps, and keeps the words.
  const [code] = network.exec(`${String(thrown.code)} ${error.message}`) ?? []
  if (code !== undefined || name === 'TimeoutError' || name === 'AbortError')
    return say(
      'PROVIDER_UNREACHABLE',
      `${where} does not answer, ${code === undefined ? 'no answer in time' : inWords(code)}`,
      'look whether region and endpoint are right and the network is there, then the same command again: it asks what was done',
      check,
    )
  if (isUnknownOperation(error))
    return say('UNSUPPORTED', `what answers there does not know the operation (${name})`)
  if (/^Inaccessible host|^Could not load|Region is missing/i.test(error.message))
    return say('USAGE', visibleLine(error.message, 160), check)
  if (/FIPS|Invalid Configuration|Endpoint/i.test(name + error.message) && thrown.$metadata === undefined)
    return say(
      'USAGE',
      visibleLine(error.message, 160),
      '--fips is only for partitions that have such endpoints',
    )
  const known = byName[name]
  if (known !== undefined) return say(known, `${name}: ${visibleLine(error.message, 200)}`)
  // An answer that is none: a proxy's page, half of a document.
  if (error instanceof SyntaxError || error.message.includes('Deserialization error'))
    return say(
      'PROVIDER_FAILED',
      `${where} answers with what is no answer of AWS KMS (HTTP ${thrown.$metadata?.httpStatusCode ?? 'status unknown'}): a proxy may stand between, or the answer was cut off`,
      'look whether region, endpoint and HTTPS_PROXY are right, then the same command again: it asks what was done',
      check,
    )
  if (thrown.$metadata !== undefined || thrown.$response !== undefined || thrown.$fault !== undefined)
    return say('PROVIDER_FAILED', `${name}: ${visibleLine(error.message, 200)}`, check)
  throw error
}

function inWords(code: string): string {
  const words = onTheWay[code]
  if (words !== undefined) return `${words} (${code})`
  return /CERT|SIGN|^UNABLE_TO_/.test(code) ? `its certificate is not trusted here (${code})` : code
}

/** A permission is missing; the credentials are good. */
export function isDenied(error: unknown): boolean {
  return error instanceof KeyriteError && nameOf(error.cause).startsWith('AccessDenied')
}

const assumeRole = 'sts:AssumeRole'

/** The role itself is refused: nothing that is asked with it can be permitted. */
export function isRoleRefused(error: unknown): boolean {
  return (
    isDenied(error) && error instanceof KeyriteError && (error.cause as Error).message.includes(assumeRole)
  )
}

/** What was asked cannot be; nothing was done. */
export function isInvalid(error: unknown): boolean {
  return error instanceof KeyriteError && /^(Validation|UnsupportedOperation)/.test(nameOf(error.cause))
}

export function isMissing(error: unknown): boolean {
  return error instanceof KeyriteError && error.code === 'KEY_NOT_FOUND'
}

/** `kms:CreateKey`, where the service says which permission is missing. */
function deniedIn(message: string): string {
  const [, action] = /perform: (\w+:\w+)/.exec(message) ?? []
  return action === undefined ? visibleLine(message, 160) : `${action} is missing`
}
