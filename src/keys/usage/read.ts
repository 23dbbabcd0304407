/** Reads what was done with a key where its place keeps a log, counts it, and keeps what came of it in the ledger. */
import {visibleLine} from '../../base/visible.ts'
import {Private, type Ledger} from '../../ledger/index.ts'
import type {Provider} from '../../providers/ports.ts'
import type {UsageQuery} from '../../providers/usage.ts'
import type {ActContext} from '../../requests/index.ts'
import type {Key} from '../state.ts'
import {countUsage, type Counted, type Hours} from './count.ts'
import {ledgerLog} from './ledger-log.ts'
import {oddities, type Odd} from './odd.ts'
import type {Pace} from './pace.ts'

export interface Usage extends Counted {
  readonly key: string
  readonly since: Date
  readonly until: Date
  readonly source: string
  /** What this cannot show, in sentences. */
  readonly gaps: readonly string[]
  readonly odd: readonly Odd[]
}

export type UsageWish = Omit<UsageQuery, 'refs'> & {
  readonly hours: Hours
  /** Told of each event. */
  readonly seen?: (count: number) => void
  /** Whoever has something more urgent to do holds or ends it. */
  readonly pace?: Pace
}

/** As many callers, and oddities, are kept in the ledger. */
const kept = 200

/** @param open - opens the place; not called where its kind keeps no log. @throws KeyriteError as `Provider.usage`. */
export async function readUsage(
  ledger: Ledger,
  key: Key,
  open: () => Promise<Provider>,
  kind: string,
  wish: UsageWish,
): Promise<Usage> {
  const {hours, seen, pace, ...query} = wish
  const provider = withoutLog.has(kind) ? undefined : await open()
  const refs = key.versions.map(({ref}) => ref)
  const log = (await provider?.usage?.({...query, refs})) ?? ledgerLog(ledger, key.name, kind, query)
  const counted = await countUsage(pace?.of(log.events) ?? log.events, hours, seen)
  const {since, until} = query
  const gaps = [
    ...log.gaps,
    ...(pace?.cut === true
      ? ['it was not read to its end: there was no time for more, and what was not read is not counted']
      : []),
    ...(counted.cut ? ['there were more kinds of use on more days than are listed; all are counted'] : []),
  ]
  return {
    ...counted,
    key: key.name,
    since,
    until,
    source: log.source,
    gaps,
    odd: oddities(counted, since, until),
  }
}

/** Kinds of which nobody needs a PIN to learn that they keep no log. */
export const withoutLog: ReadonlySet<string> = new Set(['local', 'pkcs11'])

/** Uses that put something under a key, which is to be encrypted again where the key is lost. */
const protecting: readonly string[] = ['encrypt', 'wrap']

/** Keeps it. @returns the seq of its entry. @throws KeyriteError as `Ledger.append`. */
export async function recordUsage(
  {ledger, actor, ceremony}: Pick<ActContext, 'ledger' | 'actor' | 'ceremony'>,
  usage: Usage,
): Promise<number> {
  const {key, since, until, source, gaps, events, callers, odd, rows} = usage
  const [entry] = await ledger.append([
    {
      type: 'key.usage',
      data: {
        key,
        since: since.toISOString(),
        until: until.toISOString(),
        source: new Private(visibleLine(source, 500)),
        gaps: gaps.map((one) => visibleLine(one, 500)),
        events,
        refused: callers.reduce((sum, {refused}) => sum + refused, 0),
        callers: callers.length,
        protecting: rows
          .filter(({operation}) => protecting.includes(operation))
          .reduce((sum, {count, refused}) => sum + count - refused, 0),
        found: new Private({
          callers: [...callers]
            .sort((one, other) => other.refused - one.refused || other.count - one.count)
            .slice(0, kept)
            .map((one) => ({
              caller: visibleLine(one.caller, 300),
              ...{count: one.count, refused: one.refused, offHours: one.offHours, probes: one.probes},
              ...{first: one.first.toISOString(), last: one.last.toISOString()},
              ...{operations: [...one.operations], from: one.from.map((each) => visibleLine(each, 100))},
            })),
          odd: odd.slice(0, kept).map(({kind, caller, detail}) => ({
            kind,
            caller: visibleLine(caller, 300),
            detail: visibleLine(detail, 300),
          })),
        }),
      },
      actor,
      ceremony,
    },
  ])
  return entry?.seq ?? -1
}
