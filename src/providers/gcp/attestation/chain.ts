/**
 * Who vouches for the partition of an HSM that signed: its maker and its owner, each by certificates of their own about the same keys.
 *
 *   the maker's root signs the card's certificate, and that the partition's
 *   the owner's root signs one for the same key of the card, and one for the same key of the partition
 *
 * No root is taken from what comes with the answer. Source: Google, "Verifying attestations", and its published script.
 */
import {X509Certificate, type KeyObject} from 'node:crypto'
import {certificateIn, type HsmRoots} from '../../attesting.ts'
import {demandValid, issued, sameKey} from '../../attesting/certificates.ts'
import {demand, NotAttested} from '../../attesting/not-attested.ts'

/** PEM each, as Google gives them. */
export interface Chains {
  readonly maker: readonly string[]
  readonly ownerCard: readonly string[]
  readonly ownerPartition: readonly string[]
}

export interface Vouched {
  /** The key of the partition. */
  readonly key: KeyObject
  readonly maker: X509Certificate
  readonly owner: X509Certificate
  /** What the maker calls the partition. */
  readonly partition: string
}

/** @throws NotAttested. */
export function vouchedBy(chains: Chains, roots: HsmRoots, at: Date): Vouched {
  const maker = read(chains.maker, 2, 'the maker')
  const [ownerCard] = read(chains.ownerCard, 1, 'the owner, of the card,')
  const [ownerPartition] = read(chains.ownerPartition, 1, 'the owner, of the partition,')
  demand(ownerCard !== undefined && ownerPartition !== undefined, 'certificates are missing')
  const makers = roots.makers.map(certificateIn)
  const card = maker.find((one) => makers.some((root) => issued(root, one)))
  const byMaker = card === undefined ? undefined : makers.find((root) => issued(root, card))
  demand(
    card !== undefined && byMaker !== undefined,
    'its card is vouched for by no maker whom the policy names',
  )
  const partition = maker.find((one) => one !== card && issued(card, one))
  demand(partition !== undefined, 'its partition is not vouched for by its card')
  const owners = roots.owners.map(certificateIn).filter(({raw}) => !raw.equals(byMaker.raw))
  const byOwner = owners.find((root) => issued(root, ownerCard) && issued(root, ownerPartition))
  demand(byOwner !== undefined, 'its card and partition are vouched for by no owner whom the policy names')
  demand(!sameKey(byOwner, byMaker), 'its maker and its owner are one')
  demand(sameKey(card, ownerCard), 'maker and owner vouch for two cards')
  demand(sameKey(partition, ownerPartition), 'maker and owner vouch for two partitions')
  for (const one of [byMaker, card, partition, byOwner, ownerCard, ownerPartition]) demandValid(one, at)
  return {key: partition.publicKey, maker: byMaker, owner: byOwner, partition: partition.subject}
}

function read(all: readonly string[], count: number, whose: string): readonly X509Certificate[] {
  demand(all.length > 0, `there are no certificates of ${whose}`)
  demand(all.length === count, `there are ${all.length} certificates of ${whose} and not ${count}`)
  try {
    return all.map((pem) => new X509Certificate(pem))
  } catch {
    throw new NotAttested('a certificate cannot be read')
  }
}
