/** A certificate or request that was made, judged again from its bytes. */
import {fromHex} from '../base/bytes.ts'
import {keysFold} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import {toBeSigned} from './encode.ts'
import {approvedSpec, publicKeyOf} from './fold.ts'
import {faultOf} from './judge.ts'
import type {Certificate} from './state.ts'

/** What is wrong with it; undefined if it is what was approved, signed by its key. @param der - a copy of it, from wherever. */
export function faultOfMade(
  view: Pick<View, 'of' | 'blob'>,
  made: Certificate,
  der: Uint8Array,
): string | undefined {
  const key = view.of(keysFold).keys.get(made.key)
  if (key === undefined) return 'its key is not known'
  const {scheme} = key.spec
  const spki = publicKeyOf(view, key, made.version)
  const serial = made.serial === null ? null : fromHex(made.serial)
  return faultOf(der, toBeSigned(approvedSpec(view, made.approved), {spki, scheme, serial}), {spki, scheme})
}
