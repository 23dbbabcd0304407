/** Drills: when one is on, and opening the next. */
import type {Draft, Ledger} from '../ledger/index.ts'
import {KeyriteError} from '../base/errors.ts'
import {duties} from '../duties/index.ts'
import {sharesFold} from './fold.ts'
import {meetDrillDuties, oweNextDrill} from './owed.ts'
import type {Drill, ShareSet} from './state.ts'

const dayMs = 24 * 60 * 60 * 1000
/** By default everybody answers within that many days, and the next drill is due after the others. */
const answerDays = 14
const quarterDays = 91

/** The last drill of a set, as long as the next is not due: whether or not everybody has answered it. */
export function drillOfQuarter(ledger: Pick<Ledger, 'of' | 'time'>, {set}: ShareSet): Drill | undefined {
  const last = [...ledger.of(sharesFold).drills.values()].findLast((drill) => drill.set === set)
  return last !== undefined && ledger.time.toISOString() < last.next ? last : undefined
}

/** Once a set was given out. */
export function oweFirstDrill(ledger: Ledger, set: ShareSet, actor: string): Promise<string> {
  return oweNextDrill(ledger, set, set.seq, afterDays(ledger.time, quarterDays), actor)
}

/** Opens a drill, which meets what the one before had set as due, and sets the next as a duty. @throws KeyriteError `USAGE`. */
export async function openDrillOf(
  ledger: Ledger,
  set: ShareSet,
  {
    until = afterDays(ledger.time, answerDays),
    next = afterDays(until > ledger.time ? until : ledger.time, quarterDays - answerDays),
    actor,
    ceremony,
  }: {
    readonly until?: Date | undefined
    readonly next?: Date | undefined
    readonly actor: Draft['actor'] & {readonly person: string}
    readonly ceremony: string | null
  },
): Promise<Drill> {
  if (until <= ledger.time || next <= until)
    throw new KeyriteError('USAGE', 'expected --until a day to come, and --next one after it')
  const data = {set: set.set, until: until.toISOString(), next: next.toISOString()}
  const [entry] = await ledger.append([{type: 'shares.drill.opened', data, actor, ceremony}])
  const drill = ledger.of(sharesFold).drills.get(entry?.seq ?? -1)
  if (drill === undefined) throw new TypeError('it was recorded')
  await settleDrill(ledger, set, drill, actor.person)
  return drill
}

/** Whether what a drill leaves to be owed is recorded. */
export function isSettled(ledger: Pick<Ledger, 'of'>, drill: Drill): boolean {
  return [...ledger.of(duties).values()].some(({source}) => source === drill.seq)
}

/** What a drill leaves to be owed, once each: a crash between opening it and this loses nothing. */
export async function settleDrill(ledger: Ledger, set: ShareSet, drill: Drill, actor: string): Promise<void> {
  await meetDrillDuties(ledger, set, actor, drill.seq)
  await oweNextDrill(ledger, set, drill.seq, new Date(drill.next), actor)
}

function afterDays(time: Date, days: number): Date {
  return new Date(time.getTime() + days * dayMs)
}
