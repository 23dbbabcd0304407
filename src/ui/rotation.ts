/** Keys whose rotations go on, and how each one is told. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {
  advance,
  hooksMissing,
  isDue,
  isRunning,
  keysFold,
  makesVersion,
  noticeOf,
  rotations,
  standing,
  type Advance,
  type Key,
  type RotationStatus,
} from '../keys/index.ts'
import type {Person} from '../custody/index.ts'
import {contextFor} from './gather.ts'
import {tell} from './errors.ts'
import {demandOfferedAt} from './offered.ts'

/** What came of one key in a run. */
export interface RotationRun extends Advance {
  readonly reason: RotationStatus['reason']
  readonly overdueBy: string | null
  readonly error: {
    readonly code: string
    readonly message: string
    readonly exit: number
    readonly try: readonly string[]
  } | null
}

/** The keys that a run looks at where none is named: those that are due, or in a rotation. */
export function keysInTurn(app: App): readonly string[] {
  return [...app.ledger.of(keysFold).keys.values()]
    .filter((key) => {
      const last = app.ledger.of(rotations).last.get(key.name)
      return (
        isRunning(last) ||
        isUntold(app, key) ||
        noticeOf(app.ledger, key) !== null ||
        isDue(standing(app.ledger, key), app.ledger)
      )
    })
    .map(({name}) => name)
    .sort()
}

/** Whether a program that the policy wants after its last phase did not succeed. */
function isUntold(app: App, key: Key): boolean {
  const last = app.ledger.of(rotations).last.get(key.name)
  return last !== undefined && hooksMissing(app.ledger.view, key, last).length > 0
}

/** One key after the other; what stops one stops no other. */
export async function runRotations(
  app: App,
  names: readonly string[],
  actor: Person | null,
  say: (line: string) => void,
): Promise<readonly RotationRun[]> {
  const all: RotationRun[] = []
  for (const name of names) {
    const before = app.ledger.size
    let came: Advance & Pick<RotationRun, 'error'>
    try {
      const one = app.ledger.of(keysFold).keys.get(name)
      if (one !== undefined && makesVersion(app.ledger, one))
        await demandOfferedAt(app, one.spec, one.profile, 'rotate')
      came = {...(await advance(contextFor(app, actor), app.operations, name)), error: null}
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      const {code, message, exit, hints} = error
      came = {
        name,
        did: [],
        waits: null,
        until: null,
        request: null,
        error: {code, message, exit, try: hints},
      }
      for (const line of tell(error, app.ledger.size > before ? 'what the ledger shows was done' : null)
        .lines)
        say(line)
    }
    const key = app.ledger.of(keysFold).keys.get(name)
    const {reason, overdueBy} =
      key === undefined ? {reason: 'not-active' as const, overdueBy: null} : standing(app.ledger, key)
    all.push({...came, reason, overdueBy})
  }
  return all
}

/** Never 8: without people, what needs them is a finding for whoever reads what cron sends. */
export function exitOfRun(runs: readonly RotationRun[]): number {
  const failed = runs.find(({error}) => error !== null && error.exit !== 8)?.error
  if (failed !== undefined && failed !== null) return failed.exit
  const waits = runs.some(
    ({waits: on, overdueBy, error}) =>
      on === 'people' || on === 'incident' || overdueBy !== null || error !== null,
  )
  return waits ? 10 : 0
}

/** One line a key: what was done, and what it waits for. */
export function runLine({name, did, waits, until, request, error, overdueBy}: RotationRun): string {
  const done = did.length === 0 ? '' : `${did.join(', ')} done; `
  const late = overdueBy === null ? '' : 'OVERDUE; '
  if (error !== null) return `${name}: ${late}${done}stopped: ${error.message} (${error.code}).`
  const rest = {
    time: `the next phase may begin ${until ?? ''}.`,
    people: `waits for people: request ${request ?? ''}. Next: keyrite request apply ${request ?? ''} --sign-with PERSON=KEY`,
    incident: `stopped by the open incident ${until ?? ''}: the policy alone rotates nothing before that is closed. Next: keyrite incident show ${until ?? ''}`,
    resume: `paused. Next: keyrite rotation pause ${name} --resume --reason R`,
  } as const
  return `${name}: ${late}${done}${waits === null ? 'nothing else is to be done.' : rest[waits]}`
}
