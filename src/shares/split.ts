/** A secret becomes a set: a key of its own, shares of that key, and the secret wrapped by it. */
import {KeyriteError} from '../base/errors.ts'
import {commitmentOf, kcvOf, sameSecret, wrapKeyOf} from './derive.ts'
import {keyBytes, setBytes, type Share} from './format.ts'
import {combineKey, shareKey} from './library.ts'
import {chosenSubsets} from './subsets.ts'
import {padded, unpadded, unwrap, wrap} from './wrap.ts'

export interface Sharing {
  readonly threshold: number
  readonly holders: number
}

export interface Split {
  readonly set: Buffer
  readonly kcv: Buffer
  readonly wrapped: Buffer
  readonly shares: readonly Share[]
  /** By place: that of share 1 is the first. */
  readonly commitments: readonly Buffer[]
}

/** Randomness that is uniform: of node:crypto. */
export type Draw = (count: number) => Uint8Array

/**
 * Everything is tried before it is given out: the subsets of shares, and what they unwrap.
 * @param secret - stays the caller's to wipe.
 * @throws KeyriteError `USAGE`, `UNSUPPORTED`.
 */
export function split(secret: Uint8Array, sharing: Sharing, draw: Draw): Split {
  const whole = padded(secret)
  const set = Buffer.from(draw(setBytes))
  const key = Buffer.from(draw(keyBytes))
  const wrapKey = wrapKeyOf(key, set)
  try {
    const kcv = kcvOf(key, set)
    const shares = shareKey(key, sharing, draw).map((raw, at): Share => {
      return {...sharing, set, index: at + 1, raw}
    })
    const wrapped = wrap(wrapKey, whole)
    demandRecovers(shares, kcv, sharing, draw)
    if (!sameSecret(unwrap(wrapKey, wrapped), whole) || !sameSecret(unpadded(whole), secret))
      throw new TypeError('what was wrapped does not come back')
    return {set, kcv, wrapped, shares, commitments: shares.map(commitmentOf)}
  } finally {
    for (const one of [whole, key, wrapKey]) one.fill(0)
  }
}

/** @throws TypeError if shares that were just made do not give the key back. */
function demandRecovers(shares: readonly Share[], kcv: Buffer, sharing: Sharing, draw: Draw): void {
  for (const subset of chosenSubsets(sharing.holders, sharing.threshold, draw)) {
    const key = combineKey(subset.flatMap((at) => shares[at] ?? []))
    const good = sameSecret(kcvOf(key, shares[0]?.set ?? Buffer.alloc(0)), kcv)
    key.fill(0)
    if (!good) throw new TypeError(`shares ${subset.map((at) => at + 1).join(', ')} do not recover`)
  }
}

/** What the ledger says of a set: what shares are held against. */
export interface SetFacts {
  readonly set: Buffer
  readonly threshold: number
  readonly holders: number
  readonly kcv: Buffer
  readonly commitments: readonly Buffer[]
}

/**
 * The secret, or nothing at all.
 * @throws KeyriteError `SHARE_BAD` naming the share, `SHARES_MISSING`.
 */
export function combine(shares: readonly Share[], facts: SetFacts, wrapped: Uint8Array): Buffer {
  const held: Share[] = []
  for (const share of shares) {
    demandShareOf(share, facts, held)
    held.push(share)
  }
  demandCount(held.length, facts.threshold)
  const key = combineKey(held)
  const wrapKey = wrapKeyOf(key, facts.set)
  try {
    if (!sameSecret(kcvOf(key, facts.set), facts.kcv))
      throw new KeyriteError('SHARE_BAD', 'cannot recover: the shares give another key than was split')
    const whole = unwrap(wrapKey, wrapped)
    try {
      return unpadded(whole)
    } finally {
      whole.fill(0)
    }
  } catch (cause) {
    if (cause instanceof KeyriteError) throw cause
    throw new KeyriteError('SHARE_BAD', 'cannot recover: the wrapped secret is not that of this set', {cause})
  } finally {
    key.fill(0)
    wrapKey.fill(0)
  }
}

/** @throws KeyriteError `SHARES_MISSING`, also for more than are needed: one of them could be bad. */
export function demandCount(have: number, need: number): void {
  if (have === need) return
  throw new KeyriteError('SHARES_MISSING', `cannot recover: need ${need}, have ${have}`, {
    hints: [have < need ? `${need - have} more of the same set` : `exactly ${need} of them`],
  })
}

/**
 * A share as it is entered, before the next one is asked for.
 * @param held - those that were entered before.
 * @throws KeyriteError `SHARE_BAD` naming it and what is wrong with it.
 */
export function demandShareOf(
  share: Share,
  facts: Omit<SetFacts, 'kcv'>,
  held: readonly Pick<Share, 'index'>[] = [],
): void {
  const refuse = (fact: string): never => {
    throw new KeyriteError('SHARE_BAD', `cannot use share ${share.index}: ${fact}`)
  }
  const {set, threshold, holders} = share
  if (!set.equals(facts.set))
    refuse(`it is of set ${set.toString('hex')}, and this is ${facts.set.toString('hex')}`)
  const commitment = facts.commitments[share.index - 1]
  if (commitment === undefined || threshold !== facts.threshold || holders !== facts.holders)
    refuse(
      `it says ${share.index} of ${holders}, any ${threshold}; the set has ${facts.holders}, any ${facts.threshold}`,
    )
  if (held.some(({index}) => index === share.index)) refuse('it was given already')
  if (commitment !== undefined && !sameSecret(commitmentOf(share), commitment))
    refuse('it was altered: it is not the share that the ledger recorded')
}
