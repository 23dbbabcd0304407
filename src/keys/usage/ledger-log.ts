/** Where a place has no log of its own: what this ledger says that keyrite itself did with the key. */
import type {Ledger} from '../../ledger/index.ts'
import type {UsageEvent, UsageLog, UsageQuery} from '../../providers/usage.ts'

export function ledgerLog(
  ledger: Ledger,
  key: string,
  kind: string,
  {since, until}: Pick<UsageQuery, 'since' | 'until'>,
): UsageLog {
  return {
    source: 'the ledger of keyrite',
    gaps: [
      `a place of kind ${kind} keeps no log that keyrite could read: what other programs did with the key is not in this`,
    ],
    events: eventsOf(ledger, key, since, until),
  }
}

async function* eventsOf(ledger: Ledger, key: string, since: Date, until: Date): AsyncIterable<UsageEvent> {
  // From the newest on: a time never goes back, and what is older is not wanted.
  for (let seq = ledger.size - 1; seq >= 0; seq--) {
    const entry = ledger.view.entry(seq)
    if (entry === undefined) continue
    const at = new Date(entry.time)
    if (at < since) return
    if (at >= until || entry.data['key'] !== key || !/^key\.(?!usage)/.test(entry.type)) continue
    yield {
      at,
      caller: entry.actor.person ?? 'keyrite',
      operation: 'administer',
      refused: entry.type.endsWith('.failed'),
      from: null,
      probe: entry.type === 'key.tried',
    }
  }
}
