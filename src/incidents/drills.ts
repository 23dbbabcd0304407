/** Drills: exercises on keys of test profiles, by which a house knows how long it takes. */
import {isObject} from '../base/jcs.ts'
import {requests} from '../requests/index.ts'
import type {Entry, Ledger, View} from '../ledger/index.ts'
import {duties} from '../duties/index.ts'
import {incidentDocument} from './document.ts'
import {elapsedText} from './elapsed.ts'
import {incidents, type Incident} from './state.ts'

export interface LastDrill {
  readonly id: string
  readonly key: string
  readonly startedAt: string
  /** Whether its key was proved dead. */
  readonly proven: boolean
  /** Until the proof; null where there was none. ISO 8601. */
  readonly elapsed: string | null
  /** Until another key was in its place; null where none was put there. ISO 8601. */
  readonly replaced: string | null
  readonly limit: string
}

/** The one that was begun last. */
export function lastDrill(ledger: Ledger): LastDrill | null {
  const last = [...ledger.of(incidents).all.values()].filter(({drill}) => drill).at(-1)
  if (last === undefined) return null
  const {id, key, startedAt, limit, elapsed} = incidentDocument(ledger, last)
  // A key that was given back since was dead all the same.
  const proven = last.proofs.some(({proof}) => proof === 'proven')
  const {replaced} = last
  return {
    ...{id, key, startedAt, proven, elapsed: proven ? elapsed : null, limit},
    replaced: replaced === null ? null : elapsedText(startedAt, replaced.at),
  }
}

/** The drill that an entry belongs to: its own, that of a request or of an answer to it, of a duty, or of a log that was read for it. */
export function drillOfEntry(
  view: Pick<View, 'of' | 'seqOf'>,
  {seq, data, approved}: Pick<Entry, 'seq' | 'data' | 'approved'>,
): Incident | undefined {
  const {all} = view.of(incidents)
  const {all: asked, byMet} = view.of(requests)
  const {statement, opened, duty} = data
  const about = isObject(statement) && typeof statement['about'] === 'string' ? statement['about'] : null
  const request = asked.get(
    about !== null
      ? (view.seqOf(about) ?? seq)
      : typeof opened === 'number'
        ? opened
        : (byMet.get(approved ?? -1) ?? seq),
  )
  const owed = view.of(duties).get(typeof duty === 'number' ? duty : seq)
  const read = [...all.values()].find(({drill, used}) => drill && used?.seq === seq)
  if (read !== undefined) return read
  return [seq, data['incident'], owed?.source, request?.plan.change['incident']]
    .flatMap((one) => (typeof one === 'number' ? (all.get(one) ?? []) : []))
    .find(({drill}) => drill)
}
