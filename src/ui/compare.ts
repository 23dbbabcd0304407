/** Holding another copy against the ledger of this home, and keeping what was seen. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import type {Person} from '../custody/index.ts'
import {
  branchDraft,
  compareCopies,
  isNews,
  openCopy,
  storePin,
  verifyLedger,
  type Comparison,
  type Problem,
} from '../ledger/index.ts'

export interface Compared {
  readonly comparison: Comparison
  /** What verification finds wrong with the other copy, where it can be verified. */
  readonly problems: readonly Problem[]
  /** The entry that keeps it; null where nothing was recorded. */
  readonly recorded: number | null
  /** Whether this home stops writing by what it saw. */
  readonly readsOnly: boolean
  readonly exit: number
}

/** @throws KeyriteError `LEDGER_TAMPERED` if it is no copy of this ledger, and what opening either throws. */
export async function compareWith(
  app: App,
  path: string,
  {record, actor}: {readonly record: boolean; readonly actor: () => Promise<Person>},
): Promise<Compared> {
  const {ledger, folds} = app
  const other = openCopy(path, join(app.world.home, 'compared'))
  try {
    const {facts} = ledger.view
    const here = {size: ledger.size, bytes: (seq: number) => ledger.store.row(seq)?.bytes, facts}
    const comparison = compareCopies(here, other)
    const {home} = other
    const problems =
      home === undefined
        ? []
        : verifyLedger({home, state: {path: join(home, 'no-state')}, folds, pins: []}).problems
    const readsOnly = record && problems.length === 0 && goesOnThere(comparison)
    if (readsOnly) storePin(app.world.state, facts.fingerprint, other.note ?? '')
    const news = record && !readsOnly && ledger.access.kind === 'writer' && isNews(facts, comparison)
    const [entry] = news
      ? await ledger.append([branchDraft(ledger.store, other, comparison, (await actor()).id)])
      : []
    const kept =
      entry !== undefined ||
      (comparison.relation === 'fork' && !isNews(facts, comparison) && other.note !== undefined)
    return {
      comparison,
      problems,
      recorded: entry?.seq ?? null,
      readsOnly,
      exit: exitOf(comparison, problems, kept),
    }
  } finally {
    other.close()
  }
}

/** Whether the other copy is of a machine that took the ledger over from this one. */
function goesOnThere({relation, here, other}: Comparison): boolean {
  const changed = other.beyond.some(({type}) => type === 'writer.changed' || type === 'ledger.restored')
  const changedHere = here.beyond.some(({type}) => type === 'writer.changed' || type === 'ledger.restored')
  return other.vkey !== null && changed && !changedHere && (relation === 'fork' || relation === 'ahead')
}

function exitOf({relation}: Comparison, problems: readonly Problem[], kept: boolean): number {
  if (problems.length > 0) return 6
  if (relation === 'fork') return kept ? 10 : 6
  return relation === 'ahead' ? 10 : 0
}
