/**
 * An HSM that there never was: it signs statements about keys as the published format has it, under roots that are made here.
 * Nothing that it signs leads to anybody's root.
 */
import {createHash, generateKeyPairSync, sign, type KeyObject} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {certificate, number, pem, type Pair, type Times} from './certificate.ts'

export interface Hsm {
  /** Base64 of DER. */
  readonly roots: {readonly makers: readonly string[]; readonly owners: readonly string[]}
  /** PEM, each before whoever issued it. */
  readonly caviumCerts: readonly string[]
  readonly googleCardCerts: readonly string[]
  readonly googlePartitionCerts: readonly string[]
  /** The owner's root, as some services give it out beside the others. */
  readonly ownerPem: string
  sign(signed: Buffer): Buffer
}

const pair = (): Pair => generateKeyPairSync('rsa', {modulusLength: 2048})

/** @param chain - when the certificates below the roots hold. @param parts - keys of another HSM instead of new ones. */
export function makeHsm(chain: Times = {}, parts: {readonly owner?: Hsm & Kept} = {}): Hsm & Kept {
  const [maker, owner] = [pair(), parts.owner?.keys.owner ?? pair()]
  const [card, partition] = [pair(), pair()]
  const named = {
    maker: 'stand-in for a maker of HSMs',
    owner: 'stand-in for an owner of HSMs',
    card: 'HSM:STANDIN-1',
    partition: 'HSM:STANDIN-1:PARTN:1',
  }
  const roots = {
    makers: [certificate(named.maker, maker, named.maker, maker.publicKey)],
    owners: [certificate(named.owner, owner, named.owner, owner.publicKey)],
  }
  return {
    keys: {owner},
    roots: {
      makers: roots.makers.map((one) => one.toString('base64')),
      owners: roots.owners.map((one) => one.toString('base64')),
    },
    caviumCerts: [
      pem(certificate(named.card, card, named.partition, partition.publicKey, chain)),
      pem(certificate(named.maker, maker, named.card, card.publicKey, chain)),
    ],
    googleCardCerts: [
      pem(certificate(named.owner, owner, `${named.card}, of its owner`, card.publicKey, chain)),
    ],
    googlePartitionCerts: [
      pem(certificate(named.owner, owner, `${named.partition}, of its owner`, partition.publicKey, chain)),
    ],
    ownerPem: roots.owners.map(pem).join(''),
    sign: (signed) => sign('sha256', signed, partition.privateKey),
  }
}

interface Kept {
  readonly keys: {readonly owner: Pair}
}

export interface Told {
  readonly name: string
  /** Null of a secret key. */
  readonly publicKey: KeyObject | null
  readonly local?: boolean
  readonly extractable?: boolean
  /** Further attributes, or others: by type; null: left out. */
  readonly attributes?: Readonly<Record<number, Buffer | null>>
}

/** What is signed, then its signature, compressed. */
export function attest(hsm: Pick<Hsm, 'sign'>, told: Told): Buffer {
  const signed = statementOf(told)
  return gzipSync(Buffer.concat([signed, hsm.sign(signed)]))
}

export function statementOf({
  name,
  publicKey,
  local = true,
  extractable = false,
  attributes = {},
}: Told): Buffer {
  const flag = (yes: boolean): Buffer => Buffer.of(yes ? 1 : 0)
  const digest = createHash('sha256').update(name).digest('hex')
  const id = Buffer.from(`${createHash('sha256').update('stand-in').digest('hex')}${digest}`)
  const half = halfOf(publicKey)
  const kept = object({
    0x0000: Buffer.of(publicKey === null ? 4 : 3),
    0x0100: Buffer.of(publicKey === null ? 0x1f : publicKey.asymmetricKeyType === 'rsa' ? 0 : 3),
    0x0102: id,
    0x0103: flag(true),
    0x0162: flag(extractable),
    0x0163: flag(local),
    0x0164: flag(!extractable),
    0x0165: flag(local),
    ...half,
    ...attributes,
  })
  const shown =
    publicKey === null
      ? []
      : [object({0x0000: Buffer.of(2), 0x0102: id, 0x0162: flag(true), 0x0164: flag(false), ...half})]
  const objects = [...shown, kept]
  const first = 8
  const second = objects.length === 1 ? 0 : first + (objects[0]?.length ?? 0)
  const part = Buffer.concat([shorts(1, 3, first, second), ...objects])
  const head = 32
  const size = head + part.length + 256
  return Buffer.concat([words(0, 3, size, part.length), Buffer.alloc(head - 16, 0xa5), part])
}

function halfOf(publicKey: KeyObject | null): Record<number, Buffer> {
  if (publicKey === null) return {}
  const {n, e, x, y} = publicKey.export({format: 'jwk'})
  const bytes = (text = ''): Buffer => Buffer.from(text, 'base64url')
  if (n !== undefined) return {0x0120: bytes(n), 0x0122: bytes(e)}
  return {0x0120: Buffer.concat([Buffer.of(4), bytes(x), bytes(y)])}
}

function object(attributes: Readonly<Record<number, Buffer | null>>): Buffer {
  const all = Object.entries(attributes).filter((one): one is [string, Buffer] => one[1] !== null)
  const content = all.flatMap(([type, value]) => [words(Number(type), value.length), value])
  const body = Buffer.concat(content)
  return Buffer.concat([words(0x7e6, all.length, body.length), body])
}

const words = (...all: readonly number[]): Buffer => Buffer.concat(all.map((one) => number(one, 4)))
const shorts = (...all: readonly number[]): Buffer => Buffer.concat(all.map((one) => number(one, 2)))
