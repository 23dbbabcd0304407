/** Everything that a server, or the line to it, says of a failure: read in one place. */
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

const again = 'the same command again: it asks what was done'

/** The codes by which Node says that a certificate is not to be trusted. */
const untrusted: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: look at the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

const unknownAuthority = 'its certificate is signed by an authority that is not known here'

/** A question that got no whole answer. What was asked may have been done. */
export function brokenLine(what: string, address: string, error: unknown): KeyriteError {
  const {code, message} = error as {code?: unknown; message?: unknown}
  const name = typeof code === 'string' ? code : ''
  const certificate = untrusted[name] ?? certificateFact(name)
  if (certificate !== undefined)
    return new KeyriteError(
      'PROVIDER_UNREACHABLE',
      `cannot ${what}: ${address} is not trusted, ${certificate}`,
      {
        hints: [
          ...(certificate === unknownAuthority
            ? [
                'the PEM of the authority that signed it: --ca-file FILE when the profile is added, then its ca-file in config.yaml',
              ]
            : []),
          `openssl s_client -connect ${address.replace(/^https:\/\//, '')} -showcerts`,
        ],
      },
    )
  const fact =
    {
      ECONNREFUSED: 'nothing listens there',
      ENOTFOUND: 'that name is not known',
      EAI_AGAIN: 'the name cannot be looked up now',
      ECONNRESET: 'the connection was cut',
      EPIPE: 'the connection was cut',
      ENOENT: 'there is no such socket',
      EACCES: 'the socket may not be opened',
      EPROTO: 'it does not speak TLS',
      ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
    }[name] ?? visibleLine(typeof message === 'string' ? message : name, 160)
  return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: ${address} does not answer, ${fact}`, {
    hints: [`look whether it runs and the way to it is open, then ${again}`],
  })
}

function certificateFact(code: string): string | undefined {
  if (/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|CERT_UNTRUSTED|INVALID_CA)/.test(code))
    return unknownAuthority
  return /^(CERT_|ERR_TLS_CERT)/.test(code) ? `its certificate is refused (${code})` : undefined
}

/** What the server's words mean. The first that fits counts; statuses are no help: a permanent refusal may be a 500. */
const meanings: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/soft-deleted/, 'KEY_STATE', 'the key is soft-deleted'],
  [/less than the minimum encryption/, 'KEY_STATE', 'the version is below min_encryption_version'],
  [/disallowed by policy \(too old\)/, 'KEY_STATE', 'the version is below min_decryption_version'],
  [
    /(key not found|no existing key named|unknown key type none)/,
    'KEY_NOT_FOUND',
    'the server has no such key',
  ],
  [/does not allow rotation/, 'UNSUPPORTED', 'it was brought from outside and may not be rotated'],
  [/not exportable|exporting is disallowed/, 'UNSUPPORTED', 'the server refuses to give it out'],
  [/plaintext backup is disallowed/, 'UNSUPPORTED', 'the server gives no backup of it'],
  [/cannot be used with an existing key/, 'KEY_EXISTS', 'the server has a key of that name'],
  [
    /message authentication failed|invalid ciphertext|RSA decrypt|decryption error|failed to decrypt/,
    'PROVIDER_FAILED',
    'it is not what this version made, or it was touched',
  ],
]

/** An answer that is not what was asked for. @param what - as in "sign with key …". */
export function refusal(what: string, status: number, body: unknown): KeyriteError {
  const said = wordsOf(body)
  if (status === 503)
    return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: the server is sealed`, {
      hints: ['bao operator unseal', `then ${again}`],
    })
  if (status === 501)
    return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: the server is not initialised`, {
      hints: ['bao operator init'],
    })
  if (status === 429)
    return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the server asks for fewer questions (429)`, {
      hints: ['wait, then the same command again', 'bao read sys/quotas/config'],
    })
  if (status >= 300 && status < 400)
    return new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${what}: the server sends elsewhere (${status}), and the token is shown to nobody else`,
      {hints: ['the address of the active node, or of what stands before them all']},
    )
  if (said.includes('namespace not found'))
    return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the server has no such namespace`, {
      hints: ['bao namespace list', 'look at --namespace: a path from the root, such as team/inner'],
    })
  if (said.includes('no handler for route'))
    return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: there is no secrets engine at that mount`, {
      hints: ['bao secrets list', 'bao secrets enable -path=MOUNT transit'],
    })
  const found = meanings.find(([words]) => words.test(said))
  if (found !== undefined) return new KeyriteError(found[1], `cannot ${what}: ${found[2]}`)
  return new KeyriteError(
    'PROVIDER_FAILED',
    `cannot ${what}: the server answers ${status}${said === '' ? '' : `, ${visibleLine(said, 200)}`}`,
    {hints: ['keyrite profile check PROFILE']},
  )
}

/** What the server says, without the dress that it gives its lists. */
export function wordsOf(body: unknown): string {
  const {errors} = (body ?? {}) as {errors?: unknown}
  if (!Array.isArray(errors)) return ''
  return errors
    .filter((one) => typeof one === 'string')
    .join('; ')
    .replace(/\d+ errors? occurred:\s*/g, '')
    .replace(/\s*\*\s*/g, ' ')
    .trim()
}
