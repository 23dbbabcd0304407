/** A holder shows that they have their share, and signs for it: about the set, or about a drill of it. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, signStatement, type Person, type Signer} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import type {Share} from './format.ts'
import {sharesFold} from './fold.ts'
import {demandRecovers, factsOf, openDrill} from './known.ts'
import {demandShareOf} from './split.ts'
import type {Holder, ShareSet} from './state.ts'

/** Whose share it is, once it was found good. @throws KeyriteError `SHARE_BAD`. */
export function holderOf(set: ShareSet, share: Share): Holder {
  demandShareOf(share, factsOf(set))
  const holder = set.holders[share.index - 1]
  if (holder === undefined) throw new TypeError('checked before')
  return holder
}

/** What a receipt for this set is about now, and whether this holder has given it. */
export function receiptDue(
  ledger: Pick<Ledger, 'of'>,
  set: ShareSet,
  holder: Holder,
): {readonly about: number; readonly given: boolean} {
  const drill = openDrill(ledger, set)
  if (drill !== undefined) return {about: drill.seq, given: drill.receipts[holder.person] !== undefined}
  return {about: set.seq, given: holder.receipt !== null}
}

/**
 * Records a holder's receipt.
 * @throws KeyriteError `SHARE_BAD`, `SET_STATE` if it was given already, `BAD_SIGNATURE` if the key is not the holder's.
 */
export async function giveReceipt(
  ledger: Ledger,
  set: ShareSet,
  share: Share,
  {
    signer,
    ceremony,
  }: {readonly signer: (person: Person) => Promise<Signer>; readonly ceremony: string | null},
): Promise<Holder> {
  const holder = holderOf(demandRecovers(set), share)
  if (holder.given === null)
    throw new KeyriteError('SET_STATE', `cannot receive share ${holder.index}: it was not given out`, {
      hints: ['keyrite share list'],
    })
  const person = ledger.of(custodyFold).roster.get(holder.person)
  if (person === undefined) throw new TypeError('every holder is in the roster')
  const {about, given} = receiptDue(ledger, set, holder)
  if (given)
    throw new KeyriteError(
      'SET_STATE',
      `cannot receive share ${holder.index}: ${person.name ?? person.id} signed for it already`,
      {
        hints: [`keyrite share drill ${set.name}, to ask everybody again`],
      },
    )
  const entry = ledger.view.entry(about)
  const {statement, signature} = await signStatement(person, await signer(person), {
    use: 'receipt',
    decision: 'attest',
    about: entry?.leaf ?? '',
    planSha256: null,
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'shares.receipt',
      actor: {person: person.id, evidence: 'signed'},
      ceremony,
      data: {set: set.set, index: holder.index, signature, statement: {...statement}},
    },
  ])
  return ledger.of(sharesFold).sets.get(set.set)?.holders[holder.index - 1] ?? holder
}
