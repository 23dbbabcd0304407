/** What the first entry says of its ledger. */
import type {Entry} from './entry.ts'
import type {LedgerFacts} from './fold.ts'
import {parseVkey} from './note.ts'

/** What a first entry says. @throws TypeError if it does not agree with itself. */
export function factsOf(entry: Entry): LedgerFacts {
  const {organisation, vkey} = entry.data
  const rehearsal = 'rehearsal' in entry.data
  if (typeof organisation !== 'string' || typeof vkey !== 'string')
    throw new TypeError('data is not of its form')
  if (parseVkey(vkey).name !== entry.ledger) throw new TypeError('the verifier key is that of another ledger')
  if (!entry.ledger.startsWith(`${organisation}/ledger/`))
    throw new TypeError('the ledger’s name is not of this organisation')
  if (rehearsal && entry.data['rehearsal'] !== true) throw new TypeError('rehearsal is true, or is not there')
  return {
    name: entry.ledger,
    organisation,
    rehearsal,
    vkey,
    fingerprint: entry.leaf,
    writers: [
      {seq: 0, time: entry.time, by: 'founding', vkey, head: 0, from: 0, stolenSince: null, lost: []},
    ],
    absorbed: [],
    turned: [],
  }
}
