/** Whether an HSM of Google's vouches for a key: that it was made inside, can never leave, and is this one. */
import {createHash, verify} from 'node:crypto'
import {gunzipSync} from 'node:zlib'
import {jcsBytes} from '../../../base/jcs.ts'
import {visibleLine} from '../../../base/visible.ts'
import type {HsmRoots} from '../../attesting.ts'
import {demandKept} from '../../attesting/kept.ts'
import {demand, NotAttested} from '../../attesting/not-attested.ts'
import {mostBytes, readStatement} from '../../attesting/statement.ts'
import {vouchedBy, type Chains} from './chain.ts'

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

/** Never throws for hostile bytes. @param roots - of the policy; null where it names none. */
export function judge(given: Attestation, about: About, roots: HsmRoots | null, at: Date): Judged {
  try {
    demand(roots !== null, 'the policy names no roots of HSMs (hsm_roots)')
    demand(
      given.format === 'CAVIUM_V2_COMPRESSED',
      `the form ${visibleLine(given.format, 40)} is not known here`,
    )
    const vouched = vouchedBy(given.chains, roots, at)
    const {signed, signature, objects} = readStatement(unpacked(given.content))
    demand(
      vouched.key.asymmetricKeyType === 'rsa' && verify('sha256', signed, vouched.key, signature),
      'it is not signed by that partition, or was changed',
    )
    demandKept(objects, about.spki, (id) => isNamed(id, about.name))
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

/** The second half of the id: SHA-256 of the version's resource name, in hexadecimal letters. */
function isNamed(id: string, name: string): boolean {
  return id.length === 128 && id.slice(64).toLowerCase() === createHash('sha256').update(name).digest('hex')
}

/** Compressed with gzip. @throws NotAttested. */
function unpacked(content: Uint8Array): Buffer {
  try {
    return gunzipSync(content, {maxOutputLength: mostBytes})
  } catch {
    demand(false, 'it is not compressed as it should be, or too long')
  }
}

const digestText = (fingerprint: string): string => `SHA-256 ${fingerprint.replaceAll(':', '').toLowerCase()}`

const lastOf = (subject: string): string => subject.split('\n').at(-1) ?? ''
