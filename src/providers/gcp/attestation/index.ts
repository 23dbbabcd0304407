/** Whether an HSM of Google's vouches for a key: that it was made inside, can never leave, and is this one. */
import {createHash, createPublicKey, verify} from 'node:crypto'
import {jcsBytes} from '../../../base/jcs.ts'
import {visibleLine} from '../../../base/visible.ts'
import type {HsmRoots} from '../../attesting.ts'
import {vouchedBy, type Chains} from './chain.ts'
import {demand, NotAttested} from './not-attested.ts'
import {flagIn, readStatement, types, type Attributes} from './statement.ts'

export interface Attestation {
  readonly format: string
  readonly content: Uint8Array
  readonly chains: Chains
}

export interface About {
  /** The version's resource name. */
  readonly name: string
  /** Its public half as SubjectPublicKeyInfo; null of a secret key. */
  readonly spki: Uint8Array | null
}

export type Judged =
  {readonly kind: 'attested'; readonly by: string} | {readonly kind: 'not'; readonly why: string}

/** PKCS #11: private and secret keys. */
const classes = {public: 2, private: 3, secret: 4} as const

/** Never throws for hostile bytes. @param roots - of the policy; null where it names none. */
export function judge(given: Attestation, about: About, roots: HsmRoots | null, at: Date): Judged {
  try {
    demand(roots !== null, 'the policy names no roots of HSMs (hsm_roots)')
    demand(
      given.format === 'CAVIUM_V2_COMPRESSED',
      `the form ${visibleLine(given.format, 40)} is not known here`,
    )
    const vouched = vouchedBy(given.chains, roots, at)
    const {signed, signature, objects} = readStatement(given.content)
    demand(
      vouched.key.asymmetricKeyType === 'rsa' && verify('sha256', signed, vouched.key, signature),
      'it is not signed by that partition, or was changed',
    )
    demandKept(objects, about)
    const [maker, owner] = [vouched.maker, vouched.owner].map(({fingerprint256}) =>
      digestText(fingerprint256),
    )
    return {
      kind: 'attested',
      by: `${visibleLine(lastOf(vouched.partition), 80)}, vouched for by its maker (root ${maker}) and its owner (root ${owner})`,
    }
  } catch (error) {
    if (error instanceof NotAttested) return {kind: 'not', why: error.message}
    throw error
  }
}

/** What the ledger keeps of it, whole, so that anybody can judge it again. */
export function documentOf({format, content, chains}: Attestation, {name}: About): Uint8Array {
  return jcsBytes({
    type: 'keyrite.hsm-attestation/1',
    name,
    format,
    content: Buffer.from(content).toString('base64'),
    chains: {
      maker: [...chains.maker],
      ownerCard: [...chains.ownerCard],
      ownerPartition: [...chains.ownerPartition],
    },
  })
}

/** @throws NotAttested unless it is this key, made inside, sensitive always, and never to be had outside. */
function demandKept(objects: readonly Attributes[], {name, spki}: About): void {
  const held = objects.filter((one) => {
    const value = one.get(types.class)
    return value?.length === 1 && (value[0] === classes.private || value[0] === classes.secret)
  })
  const [key] = held
  demand(key !== undefined && held.length === 1, 'it is about no key that is kept')
  const says = (type: number): boolean => flagIn(key, type) === true
  const leaves = flagIn(key, types.extractable)
  demand(leaves !== true, 'the HSM says that the key can be taken out')
  demand(leaves === false, 'the HSM does not say that the key cannot be taken out')
  demand(
    says(types.local),
    'the HSM says that the key was brought from outside: who else has it is not known',
  )
  demand(
    says(types.neverExtractable) && says(types.sensitive) && says(types.alwaysSensitive),
    'the HSM does not say that the key was always kept inside',
  )
  if (spki === null) demand(isNamed(key, name), 'it is about another key')
  else demandHalf(key.has(types.modulus) ? [key] : objects, spki)
}

/** The second half of the id: SHA-256 of the version's resource name, in hexadecimal letters. */
function isNamed(key: Attributes, name: string): boolean {
  const id = key.get(types.id)?.toString('latin1').replace(/\0+$/, '') ?? ''
  return id.length === 128 && id.slice(64).toLowerCase() === createHash('sha256').update(name).digest('hex')
}

/** RSA: modulus and exponent. EC: the uncompressed point, which stands where a modulus would. @throws NotAttested. */
function demandHalf(objects: readonly Attributes[], spki: Uint8Array): void {
  const key = createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
  const isRsa = key.asymmetricKeyType === 'rsa'
  demand(isRsa || key.asymmetricKeyType === 'ec', 'how a pair of this kind is attested is not known here')
  const {n = '', e = '', x = '', y = ''} = key.export({format: 'jwk'})
  const [modulus, exponent] = [n, e].map(decoded)
  const point = Buffer.concat([Buffer.of(4), decoded(x), decoded(y)])
  const isSame = (one: Attributes): boolean => {
    const [given, power] = [one.get(types.modulus), one.get(types.publicExponent)]
    if (!isRsa) return given?.equals(point) === true
    return plain(given).equals(modulus ?? point) && plain(power).equals(exponent ?? point)
  }
  demand(objects.some(isSame), 'it is about another key')
}

const decoded = (text: string): Buffer => Buffer.from(text, 'base64url')

/** A number without the zeros before it. */
function plain(number: Buffer = Buffer.alloc(0)): Buffer {
  const at = number.findIndex((byte) => byte !== 0)
  return at === -1 ? Buffer.alloc(0) : number.subarray(at)
}

const digestText = (fingerprint: string): string => `SHA-256 ${fingerprint.replaceAll(':', '').toLowerCase()}`

const lastOf = (subject: string): string => subject.split('\n').at(-1) ?? ''
