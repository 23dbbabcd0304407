/** The security domain of a Managed HSM, as Microsoft's own programs read and write it: given out to those whose certificates are given, and taken in again. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomInt,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import {certificate} from '../certificate.ts'
import {demandHsm} from './backups.ts'
import {badParameter, deletedNotFound, notModelled} from './failures.ts'
import type {Act} from './keys.ts'
import {Accepted, textIn, type Body} from './messages.ts'
import type {World} from './world.ts'

/** S: 3 to 10 certificates, 2 to 10 of them needed. */
export const domainActs: Readonly<
  Record<'download' | 'pending' | 'transferKey' | 'upload' | 'uploaded', Act>
> = {
  download(world, {base, body, lies}) {
    demandHsm(world)
    const {certificates = [], required = 0} = body as {certificates?: readonly Body[]; required?: number}
    if (certificates.length < 3 || certificates.length > 10) throw badParameter('certificates: 3 to 10')
    if (required < 2 || required > 10 || required > certificates.length)
      throw badParameter('required: 2 to 10, and no more than certificates')
    const named = certificates.map(({x5c}) => {
      const [first] = (x5c ?? []) as readonly string[]
      if (first === undefined) throw badParameter('a certificate without x5c')
      return new X509Certificate(Buffer.from(first, 'base64'))
    })
    // It says yes, and seals it to nobody.
    const holders = lies ? [] : named
    world.domain ??= randomBytes(48)
    world.domainAt = world.now()
    const master = randomBytes(32)
    const value = JSON.stringify({
      EncData: {data: [datum(master, 'standin-secret', world.domain)], kdf: 'sp108_kdf'},
      SharedKeys: {
        enc_shares: shared(master, required, holders.length).map((share, n) => {
          const holder = holders[n] ?? missing()
          return {enc_key: sealedTo(holder.publicKey, share), x5t_256: printOf(holder)}
        }),
        key_algorithm: 'xor_shamir_share',
        required,
      },
      VersionId: 2,
    })
    return new Accepted(
      202,
      {value},
      {'azure-asyncoperation': `${base}/securitydomain/download/pending`, 'retry-after': '1'},
    )
  },

  pending(world) {
    demandHsm(world)
    if (world.domain === undefined) throw notModelled('a security domain that was never downloaded')
    return statusAt(world, world.domainAt)
  },

  /** S. The key is made once: whether the service makes one anew each time no source says. */
  transferKey(world) {
    demandWaiting(world)
    const {certificate: own} = (world.transfer ??= newTransferKey())
    const {n, e} = own.publicKey.export({format: 'jwk'})
    const key = {
      ...{alg: 'RSA-OAEP-256', e, key_ops: ['verify', 'encrypt', 'wrapKey'], kid: 'standin', kty: 'RSA', n},
      x5c: [own.raw.toString('base64')],
      'x5t#S256': printOf(own),
    }
    // S has an object; T reads JSON in a text.
    return {key_format: 'jwk', transfer_key: world.transferAsText ? JSON.stringify(key) : key}
  },

  upload(world, {base, body, lies}) {
    demandWaiting(world)
    const {transfer} = world
    if (transfer === undefined) throw notModelled('an upload before the key for it was asked for')
    const {EncData, WrappedKey} = JSON.parse(textIn(body, 'value')) as {
      EncData: {data: readonly {compact_jwe: string; tag: string}[]; kdf: string}
      WrappedKey: {enc_key: string; x5t_256: string}
    }
    if (WrappedKey.x5t_256 !== printOf(transfer.certificate) || EncData.kdf !== 'sp108_kdf')
      throw badParameter('sealed for another (words of this stand-in alone)')
    const master = opened(WrappedKey.enc_key, (key) =>
      privateDecrypt(
        {key: transfer.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'},
        key,
      ),
    )
    const part = EncData.data.find(({tag}) => tag === 'standin-secret')
    const secret = opened(part?.compact_jwe ?? '', () => derived(master, 'standin-secret'))
    if (!lies) {
      world.domain = secret
      world.uploadedAt = world.now()
    }
    return new Accepted(
      202,
      {status: 'InProgress', status_details: ''},
      {'azure-asyncoperation': `${base}/securitydomain/upload/pending`, 'retry-after': '1'},
    )
  },

  uploaded(world) {
    demandHsm(world)
    if (world.uploadedAt === undefined && world.quirks.has('no-upload-404'))
      throw deletedNotFound('a security domain')
    if (world.uploadedAt === undefined)
      return {status: 'Failed', status_details: 'nothing was uploaded (words of this stand-in alone)'}
    return statusAt(world, world.uploadedAt)
  },
}

function statusAt(world: World, since: number): Body {
  const over = world.now() >= since + world.domainSeconds
  return {status: over ? 'Success' : 'InProgress', status_details: ''}
}

/** Whether it waits for one: new, and not activated by one of its own. */
function demandWaiting(world: World): void {
  demandHsm(world)
  if (world.domain !== undefined && world.uploadedAt === undefined)
    throw notModelled('the words of a Managed HSM that has a security domain already')
}

function newTransferKey(): NonNullable<World['transfer']> {
  const pair = generateKeyPairSync('rsa', {modulusLength: 2048})
  const name = 'stand-in transfer key'
  return {
    certificate: new X509Certificate(certificate(name, pair, name, pair.publicKey)),
    privateKey: pair.privateKey,
  }
}

const printOf = ({raw}: X509Certificate): string => createHash('sha256').update(raw).digest('base64url')

/** Bytes as points of polynomials modulo 257, in words of 16 bits: the place in the upper seven, the point in the lower nine. */
function shared(secret: Buffer, needed: number, all: number): readonly Buffer[] {
  const rows = Array.from({length: all}, () => Buffer.alloc(2 * secret.length))
  for (const [n, byte] of secret.entries()) {
    const others = Array.from({length: needed - 1}, () => randomInt(257))
    for (const [row, into] of rows.entries()) {
      const x = row + 1
      const value = [...others, byte].reduce((sum, one) => (sum * x + one) % 257, 0)
      into.writeUInt16LE(x * 512 + value, 2 * n)
    }
  }
  return rows
}

const datum = (master: Buffer, tag: string, plain: Buffer): Body => ({
  compact_jwe: sealed({alg: 'dir', enc: 'A256CBC-HS512', kid: tag}, derived(master, tag), plain, ''),
  tag,
})

function derived(master: Buffer, label: string): Buffer {
  const input = Buffer.concat([
    Buffer.from('00000001', 'hex'),
    Buffer.from(label),
    Buffer.from('0000000200', 'hex'),
  ])
  return createHmac('sha512', master).update(input).digest()
}

function sealedTo(key: KeyObject, plain: Buffer): string {
  const content = randomBytes(64)
  const under = publicEncrypt({key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'}, content)
  const header = {alg: 'RSA-OAEP-256', enc: 'A256CBC-HS512', kid: 'not used'}
  return sealed(header, content, plain, under.toString('base64url'))
}

function sealed(header: object, key: Buffer, plain: Buffer, under: string): string {
  const head = Buffer.from(JSON.stringify(header)).toString('base64url')
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  const parts = [iv, text, macOf(key, head, iv, text)].map((one) => one.toString('base64url'))
  return [head, under, ...parts].join('.')
}

function macOf(key: Buffer, head: string, iv: Buffer, text: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeUInt32BE(head.length * 8, 4)
  const said = Buffer.concat([Buffer.from(head), iv, text, length])
  return createHmac('sha512', key.subarray(0, 32)).update(said).digest().subarray(0, 32)
}

function opened(compact: string, keyOf: (sealedKey: Buffer) => Buffer): Buffer {
  const [head = '', ...rest] = compact.split('.')
  const [under, iv, text, tag] = rest.map((one) => Buffer.from(one, 'base64url'))
  if (under === undefined || iv === undefined || text === undefined || tag === undefined)
    throw badParameter('no JWE (words of this stand-in alone)')
  const key = keyOf(under)
  if (!macOf(key, head, iv, text).equals(tag))
    throw badParameter('a JWE that does not open (words of this stand-in alone)')
  const cipher = createDecipheriv('aes-256-cbc', key.subarray(32), iv)
  return Buffer.concat([cipher.update(text), cipher.final()])
}

function missing(): never {
  throw new Error('a share for each holder')
}
