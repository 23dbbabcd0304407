/**
 * Whether an HSM of Azure's vouches for a key: that it was made inside, can never leave, and is this one.
 *
 *   the maker's root signs the card's certificate, and that the partition's
 *   the owner's root signs one for the same key of the partition
 *
 * All certificates come in one bundle; no root is taken from it. The statement is that of the HSM's maker, which Google gives out as well. Only what is signed with PKCS #1 padding
 * (firmware 3) is believed: older firmware pads it in a way of which Microsoft's program looks at the end alone.
 * Source: Microsoft, "Azure Managed HSM key attestation", its published program. Never seen from Azure.
 */
import {createHash, verify, X509Certificate} from 'node:crypto'
import {jcsBytes} from '../../base/jcs.ts'
import {visibleLine} from '../../base/visible.ts'
import {certificateIn, type HsmRoots} from '../attesting.ts'
import {demandValid, issued, sameKey} from '../attesting/certificates.ts'
import {demandKept} from '../attesting/kept.ts'
import {demand, NotAttested} from '../attesting/not-attested.ts'
import {readStatement, type Statement} from '../attesting/statement.ts'

export interface Attestation {
  /** As the service names the form. */
  readonly form: string
  /** PEM, one after another. */
  readonly certificates: Uint8Array
  readonly private: Uint8Array
  /** Null of a secret key. */
  readonly public: Uint8Array | null
}

export interface About {
  readonly key: string
  readonly version: string
  /** Its public half as SubjectPublicKeyInfo; null of a secret key. */
  readonly spki: Uint8Array | null
}

export type Judged =
  {readonly kind: 'attested'; readonly by: string} | {readonly kind: 'not'; readonly why: string}

const mostCertificates = 32

/** Never throws for hostile bytes. @param roots - of the policy; null where it names none. */
export function judge(given: Attestation, about: About, roots: HsmRoots | null, at: Date): Judged {
  try {
    demand(roots !== null, 'the policy names no roots of HSMs (hsm_roots)')
    demand(given.form === 'MRVL-1', `the form ${visibleLine(given.form, 40)} is not known here`)
    const bundle = certificatesIn(given.certificates)
    const statement = readStatement(given.private)
    const vouched = vouchedBy(bundle, roots, at, statement)
    if (given.public !== null)
      demand(
        signs(vouched.partition, readStatement(given.public)),
        'its public half is signed by another partition',
      )
    demandKept(statement.objects, about.spki, (id) => id.endsWith(`/${about.key}/${about.version}`))
    const partition = visibleLine(lastOf(vouched.partition.subject), 80)
    const [maker, owner] = [vouched.maker, vouched.owner].map(printOf)
    return {
      kind: 'attested',
      by: `${partition}, vouched for by its maker (root ${maker}) and its owner (root ${owner})`,
    }
  } catch (error) {
    if (error instanceof NotAttested) return {kind: 'not', why: error.message}
    throw error
  }
}

/** What the ledger keeps of it, whole, so that anybody can judge it again. */
export function documentOf(given: Attestation, {key, version}: About): Uint8Array {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  return jcsBytes({
    type: 'keyrite.hsm-attestation/2',
    name: `/keys/${key}/${version}`,
    format: given.form,
    private: text(given.private),
    public: given.public === null ? null : text(given.public),
    certificates: text(given.certificates),
  })
}

interface Vouched {
  readonly partition: X509Certificate
  readonly maker: X509Certificate
  readonly owner: X509Certificate
}

/** @throws NotAttested. */
function vouchedBy(
  bundle: readonly X509Certificate[],
  roots: HsmRoots,
  at: Date,
  statement: Statement,
): Vouched {
  const [makers, owners] = [roots.makers, roots.owners].map((all) => all.map(certificateIn))
  const cards = bundle.filter((one) => makers?.some((root) => issued(root, one)))
  demand(cards.length > 0, 'its card is vouched for by no maker whom the policy names')
  const partitions = bundle.filter((one) => cards.some((card) => card !== one && issued(card, one)))
  demand(partitions.length > 0, 'its partition is not vouched for by its card')
  const partition = partitions.find((one) => signs(one, statement))
  demand(partition !== undefined, 'it is not signed by that partition, or was changed')
  const card = cards.find((one) => issued(one, partition))
  const maker = card === undefined ? undefined : makers?.find((root) => issued(root, card))
  const own = bundle.filter((one) => !one.raw.equals(partition.raw) && sameKey(one, partition))
  const owner = owners?.find((root) => own.some((one) => issued(root, one)))
  const second = owner === undefined ? undefined : own.find((one) => issued(owner, one))
  if (owner === undefined || second === undefined) throw new NotAttested(noOwner(bundle, own))
  demand(
    card !== undefined && maker !== undefined,
    'its card is vouched for by no maker whom the policy names',
  )
  demand(!sameKey(owner, maker) && !sameKey(owner, card), 'its maker and its owner are one')
  for (const one of [maker, card, partition, owner, second]) demandValid(one, at)
  return {partition, maker, owner}
}

/** Which one came with it is said, so that people can find out whose it is, and name it in the policy or not. */
function noOwner(bundle: readonly X509Certificate[], own: readonly X509Certificate[]): string {
  const fact = 'its partition is vouched for by no owner whom the policy names'
  const there = bundle.find((root) => issued(root, root) && own.some((one) => issued(root, one)))
  return there === undefined ? fact : `${fact} (the root that came with it is ${printOf(there)})`
}

function signs({publicKey}: X509Certificate, {signed, signature}: Statement): boolean {
  if (publicKey.asymmetricKeyType !== 'rsa') return false
  // By which of them no source says; each is one that nobody forges.
  return ['sha256', 'sha384', 'sha512'].some((hash) => verify(hash, signed, publicKey, signature))
}

/** @throws NotAttested. */
function certificatesIn(pem: Uint8Array): readonly X509Certificate[] {
  const blocks =
    Buffer.from(pem)
      .toString('latin1')
      .match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g) ?? []
  demand(blocks.length > 0, 'there are no certificates with it')
  demand(blocks.length <= mostCertificates, 'there are too many certificates with it')
  try {
    return blocks.map((one) => new X509Certificate(one))
  } catch {
    throw new NotAttested('a certificate cannot be read')
  }
}

const printOf = ({raw}: X509Certificate): string =>
  `SHA-256 ${createHash('sha256').update(raw).digest('hex')}`

const lastOf = (subject: string): string => subject.split('\n').at(-1) ?? ''
