/** What is owed after a recovery, and by a drill. */
import type {Ledger} from '../ledger/index.ts'
import {duties, meetDuty, openingDraft} from '../duties/index.ts'
import {sharesFold} from './fold.ts'
import type {ShareSet} from './state.ts'

const dayMs = 24 * 60 * 60 * 1000
const postMortemDays = 5

/** A post-mortem, by those who were asked, within five days. @returns the duty's id. */
export async function oweAfterRecovery(
  ledger: Ledger,
  set: ShareSet,
  owners: readonly string[],
  actor: string,
): Promise<string> {
  const source = set.recoveries.at(-1) ?? -1
  return owe(ledger, source, actor, {
    name: 'recovery-post-mortem',
    what: `Why set "${set.name}" had to be recovered, and what follows: a new set, a new secret, shares destroyed`,
    owners,
    due: new Date(ledger.time.getTime() + postMortemDays * dayMs),
  })
}

/** The next drill of a set, by its holders. */
export function oweNextDrill(
  ledger: Ledger,
  set: ShareSet,
  source: number,
  due: Date,
  actor: string,
): Promise<string> {
  return owe(ledger, source, actor, {
    name: 'share-drill',
    what: `Everybody who holds a share of set "${set.name}" shows that they have it: keyrite share drill ${set.name}`,
    owners: set.holders.map(({person}) => person),
    due,
  })
}

/** A drill that was opened is what the one before it had set as due. */
export async function meetDrillDuties(
  ledger: Ledger,
  set: ShareSet,
  actor: string,
  entry: number,
): Promise<void> {
  const {drills} = ledger.of(sharesFold)
  const due = [...ledger.of(duties).values()].filter(
    ({name, source, done}) =>
      name === 'share-drill' &&
      done === null &&
      source !== null &&
      source !== entry &&
      (source === set.seq || drills.get(source)?.set === set.set),
  )
  for (const duty of due)
    await meetDuty(ledger, duty, {person: actor, evidence: 'stated'}, `the drill of entry ${entry}`)
}

async function owe(
  ledger: Ledger,
  source: number,
  actor: string,
  owed: {
    readonly name: string
    readonly what: string
    readonly owners: readonly string[]
    readonly due: Date
  },
): Promise<string> {
  const there = [...ledger.of(duties).values()].find((one) => one.source === source && one.name === owed.name)
  if (there !== undefined) return there.id
  const [entry] = await ledger.append([openingDraft(source, {person: actor, evidence: 'stated'}, owed)])
  return `d${entry?.seq ?? ''}`
}
