/** SSH signatures (PROTOCOL.sshsig, PROTOCOL.u2f) by WebCrypto. */
import {base64, concat, digest, fromBase64, same, sha256, utf8, type Bytes} from './bytes.ts'

/** `good`, or what is wrong; `unsupported` where this browser does not know the algorithm. */
export type Verdict = 'good' | 'unsupported' | {readonly bad: string}

/** Reads what SSH strings and numbers a field is made of. */
class Wire {
  readonly #bytes: Bytes
  #at = 0
  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }
  take(size: number): Bytes {
    const part = this.#bytes.slice(this.#at, this.#at + size)
    if (part.length !== size) throw new Error('it ends too early')
    this.#at += size
    return part
  }
  number(): number {
    return this.take(4).reduce((sum, byte) => sum * 256 + byte, 0)
  }
  string(): Bytes {
    return this.take(this.number())
  }
  text(): string {
    return new TextDecoder('utf-8', {fatal: true}).decode(this.string())
  }
  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error('bytes follow its end')
  }
}

function string(bytes: Bytes): Bytes {
  const size = new Uint8Array(4)
  new DataView(size.buffer).setUint32(0, bytes.length)
  return concat(size, bytes)
}

/** @param line - `type base64` @returns `SHA256:…` as OpenSSH shows it. */
export async function fingerprint(line: string): Promise<string> {
  return `SHA256:${base64(await sha256(fromBase64(line.split(' ')[1] ?? ''))).replace(/=+$/, '')}`
}

/** @throws Error where it is not an SSHSIG of its form. */
export async function verifySshsig(
  line: string,
  namespace: string,
  message: Bytes,
  signature: Bytes,
): Promise<Verdict> {
  const wire = new Wire(signature)
  const magic = wire.take(6)
  const version = wire.number()
  const key = wire.string()
  const [space, reserved, hash] = [wire.text(), wire.string(), wire.text()]
  const inner = wire.string()
  wire.end()
  if (!same(magic, utf8('SSHSIG')) || version !== 1 || reserved.length > 0) return {bad: 'it is no SSHSIG'}
  if (!same(key, fromBase64(line.split(' ')[1] ?? ''))) return {bad: 'it is by another key than theirs'}
  if (space !== namespace) return {bad: `it is for “${space}”, not for “${namespace}”`}
  if (hash !== 'sha256' && hash !== 'sha512') return {bad: 'its hash is none of SSHSIG'}
  const name = hash === 'sha256' ? 'SHA-256' : 'SHA-512'
  const signed = concat(
    magic,
    ...[utf8(space), reserved, utf8(hash), await digest(name, message)].map(string),
  )
  return verifyInner(new Wire(key), inner, signed)
}

const curves = {nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521'} as const
const sizes = {'P-256': 32, 'P-384': 48, 'P-521': 66} as const
const hashes = {'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512'} as const

async function verifyInner(key: Wire, inner: Bytes, message: Bytes): Promise<Verdict> {
  const type = key.text()
  const wire = new Wire(inner)
  const algorithm = wire.text()
  const signature = wire.string()
  if (type === 'ssh-rsa') {
    wire.end()
    return verifyRsa(key, algorithm, signature, message)
  }
  const web = algorithm === `webauthn-${type}`
  if (algorithm !== type && !web) return {bad: `“${algorithm}” is not made by a key of type “${type}”`}
  const curve = type.includes('ecdsa') ? curves[key.text() as keyof typeof curves] : null
  const point = key.string()
  if (!type.startsWith('sk-')) {
    wire.end()
    key.end()
    return verifyMath(curve, point, signature, message)
  }
  const application = key.string()
  key.end()
  const flags = wire.take(1)
  const counter = wire.take(4)
  const clientData = web ? browserSigned(wire, message) : null
  const extensions = web ? wire.string() : new Uint8Array()
  wire.end()
  const hashed = await sha256(clientData ?? message)
  const verdict = await verifyMath(
    curve,
    point,
    signature,
    concat(await sha256(application), flags, counter, extensions, hashed),
  )
  const touched = ((flags[0] ?? 0) & 1) === 1
  return verdict === 'good' && !touched ? {bad: 'the security key was not touched'} : verdict
}

/** What a browser's authenticator signed: client data, which begins with this message and origin. */
function browserSigned(wire: Wire, message: Bytes): Bytes {
  const origin = wire.text()
  const data = wire.string()
  const challenge = base64(message).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  const begin = utf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`)
  if (/["\\]/.test(origin) || !same(begin, data.slice(0, begin.length)))
    throw new Error('its client data is about something else')
  return data
}

async function verifyMath(
  curve: 'P-256' | 'P-384' | 'P-521' | null | undefined,
  point: Bytes,
  signature: Bytes,
  message: Bytes,
): Promise<Verdict> {
  if (curve === undefined) return 'unsupported'
  if (curve === null)
    return tried(async () => {
      const key = await crypto.subtle.importKey('raw', point, 'Ed25519', false, ['verify'])
      return crypto.subtle.verify('Ed25519', key, signature, message)
    })
  const numbers = new Wire(signature)
  const both = concat(padded(numbers.string(), sizes[curve]), padded(numbers.string(), sizes[curve]))
  numbers.end()
  return tried(async () => {
    const how = {name: 'ECDSA', namedCurve: curve}
    const key = await crypto.subtle.importKey('raw', point, how, false, ['verify'])
    return crypto.subtle.verify({name: 'ECDSA', hash: hashes[curve]}, key, both, message)
  })
}

async function verifyRsa(key: Wire, algorithm: string, signature: Bytes, message: Bytes): Promise<Verdict> {
  const [e, n] = [key.string(), key.string()].map((one) =>
    base64(one[0] === 0 ? one.slice(1) : one)
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, ''),
  )
  key.end()
  const hash = {'rsa-sha2-256': 'SHA-256', 'rsa-sha2-512': 'SHA-512'}[algorithm]
  if (hash === undefined || e === undefined || n === undefined)
    return {bad: `“${algorithm}” is not made by a key of type “ssh-rsa”`}
  const how = {name: 'RSASSA-PKCS1-v1_5', hash}
  return tried(async () => {
    const imported = await crypto.subtle.importKey('jwk', {kty: 'RSA', e, n}, how, false, ['verify'])
    return crypto.subtle.verify(how, imported, signature, message)
  })
}

/** A number as wide as its curve has it. */
function padded(number: Bytes, size: number): Bytes {
  const bare = number.slice(number.findIndex((byte) => byte !== 0))
  if (bare.length > size) throw new Error('a number in it is too long')
  return concat(new Uint8Array(size - bare.length), bare)
}

/** What a browser does not know, it refuses with NotSupportedError: such a signature is neither good nor bad. */
async function tried(verify: () => Promise<boolean>): Promise<Verdict> {
  try {
    return (await verify()) ? 'good' : {bad: 'it does not fit what was signed, and the key'}
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return 'unsupported'
    throw error
  }
}
