/** Where calls go: Google's public endpoint unless told. In the clear only to this machine, where an emulator may be. */
import {KeyriteError} from '../../base/errors.ts'

export const publicHost = 'cloudkms.googleapis.com'

export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Without TLS, and without credentials: those are never sent in the clear. */
  readonly isPlain: boolean
  /** Whether it is a host of Google's: only what answers there can say that something lies in Google's hardware. */
  readonly isGoogle: boolean
}

/** @param text - `HOST`, `HOST:PORT`, `https://HOST[:PORT]`, or `http://HOST:PORT` of this machine. @throws KeyriteError `USAGE`. */
export function endpointOf(text: string | null): Endpoint {
  if (text === null) return {host: publicHost, port: 443, isPlain: false, isGoogle: true}
  const [, scheme = '', host = '', port] =
    /^(https?:\/\/)?(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? []
  const isPlain = scheme.toLowerCase() === 'http://'
  if (host === '' || Number(port ?? 443) > 65_535)
    throw refusal('expected an endpoint as HOST or HOST:PORT', 'keyrite profile add … --endpoint HOST:PORT')
  if (isPlain && !isLocal(host))
    throw refusal(
      `cannot use endpoint "${text}": without TLS only this machine is asked, where an emulator may be`,
      `keyrite profile add … --endpoint ${host}${port === undefined ? '' : `:${port}`}, which speaks TLS`,
    )
  const name = host.toLowerCase()
  return {host: name, port: Number(port ?? (isPlain ? 80 : 443)), isPlain, isGoogle: isGoogleHost(name)}
}

export function isLocal(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host)
}

/** Anybody can have a name under `googleapis.com` (a bucket is one), so the service's own forms are listed: public, mTLS, of a region, Private Service Connect. */
function isGoogleHost(host: string): boolean {
  return (
    /^cloudkms(\.mtls|\.[a-z0-9-]+\.rep|-[a-z0-9-]+\.p)?\.googleapis\.com$/.test(host) ||
    /^(private|restricted)\.googleapis\.com$/.test(host)
  )
}

function refusal(fact: string, hint: string): KeyriteError {
  return new KeyriteError('USAGE', fact, {hints: [hint]})
}
