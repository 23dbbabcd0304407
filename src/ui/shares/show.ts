/** Sets of shares as documents and lines. */
import {custodyFold, nameOf, personRef} from '../../custody/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {deliveryInWords, statusOfSet, type Holder, type SetStatus, type ShareSet} from '../../shares/index.ts'
import type {Print} from '../print.ts'
import type {Places} from './hands.ts'

type Known = Pick<Ledger, 'of'>

export function setDocument(ledger: Known, one: ShareSet, places: Places = new Map()) {
  const {roster} = ledger.of(custodyFold)
  const {set, name, what, threshold, kcv, at, seq, wrapped, replacedBy, recoveries} = one
  return {
    set,
    name,
    what,
    threshold,
    status: statusOfSet(one),
    holders: one.holders.map(({person, index, delivery, commitment, receipt, given}) => ({
      person: personRef(roster, person),
      index,
      file: places.get(index) ?? null,
      commitment,
      delivery,
      given: given !== null,
      receipt: receipt === null ? null : {at: receipt.at, entry: receipt.seq},
    })),
    kcv,
    wrapped,
    madeAt: at,
    entry: seq,
    replacedBy,
    recoveries,
  }
}

const words: Readonly<Record<SetStatus, string>> = {
  unfinished: 'broken off: not all shares were given out',
  given: 'given out; receipts are missing',
  held: 'held by everybody',
  void: 'void: not all shares were given out',
  replaced: 'replaced',
}

export function statusInWords(one: ShareSet): string {
  const status = statusOfSet(one)
  return status === 'replaced' ? `replaced by ${one.replacedBy?.slice(0, 8) ?? ''}` : words[status]
}

export function setLines(print: Print, ledger: Known, one: ShareSet): readonly string[] {
  const {roster} = ledger.of(custodyFold)
  const escrowed =
    one.what.kind === 'key'
      ? `key "${one.what.key}" version ${one.what.version}`
      : 'a secret that was brought'
  return [
    ...print.facts([
      ['Set', `${one.name} (${one.set})`],
      ['Of', escrowed],
      ['Recovers', `any ${one.threshold} of ${one.holders.length}`],
      ['Check value', one.kcv],
      ['Made', `${one.at}, entry ${one.seq}`],
      ['State', statusInWords(one)],
    ]),
    '',
    ...print.table(
      ['Share', 'Holder', 'Came', 'Receipt'],
      one.holders.map((holder) => [
        String(holder.index),
        nameOf(roster, holder.person),
        deliveryInWords(holder).replace(/ age1\S+/, ''),
        receiptInWords(holder),
      ]),
      'There are no shares.',
    ),
  ]
}

function receiptInWords({given, receipt}: Holder): string {
  if (given === null) return 'was not given out'
  return receipt === null ? 'missing' : receipt.at.slice(0, 10)
}
