/** Those who use a key are told before it is rotated: a duty, opened once for each due date (K5). */
import {custodyFold, type Person} from '../../custody/index.ts'
import {duties} from '../../duties/index.ts'
import {Private, type Ledger} from '../../ledger/index.ts'
import {policyFold, scheduleOf} from '../../policy/index.ts'
import type {ActContext} from '../../requests/index.ts'
import type {Key} from '../state.ts'
import {before} from './dates.ts'
import {isRunning, rotations} from './state.ts'
import {dueOf} from './status.ts'

/** What such a duty is called. */
const called = 'tell-users'

/** The date of the rotation of which those who use a key are to be told now; null where it is not time, or they were. */
export function noticeOf(ledger: Pick<Ledger, 'of' | 'time'>, key: Key): string | null {
  const {consumers, class: name} = key.spec
  if (consumers.length === 0 || isRunning(ledger.of(rotations).last.get(key.name))) return null
  const schedule = scheduleOf(ledger.of(policyFold).policy, name)
  const due = dueOf(key, schedule)
  if (due === null || ledger.time.toISOString() < before(due, schedule.notice)) return null
  const told = [...ledger.of(duties).values()].some(
    (one) => one.key === key.name && one.name === called && one.due === due,
  )
  return told ? null : due
}

/** Opens the duty, if it is time. It is owed by the key's owner where that is a person of the roster, else by the security leads. @returns whether it was opened. */
export async function openNotice(
  {ledger, actor}: Pick<ActContext, 'ledger' | 'actor'>,
  key: Key,
): Promise<boolean> {
  const due = noticeOf(ledger, key)
  const owners = due === null ? [] : ownersOf(ledger, key)
  if (due === null || owners.length === 0) return false
  const {roster} = ledger.of(custodyFold)
  const users = key.spec.consumers.map((party) => key.names[party] ?? roster.get(party)?.name ?? party)
  await ledger.append([
    {
      type: 'duty.opened',
      data: {
        name: called,
        key: key.name,
        what: new Private(
          `Tell ${users.join(', ')} that key "${key.name}" is rotated from ${due.slice(0, 10)} on: they take the new public key or version, and have until the old one is retired.`,
        ),
        owners: owners.map(({id}) => id).sort(),
        due,
      },
      actor,
    },
  ])
  return true
}

/** Who owes what is to be done about a key: its owner where that is a person of the roster, else the security leads. */
export function ownersOf(ledger: Pick<Ledger, 'of'>, {spec}: Key): readonly Person[] {
  const active = [...ledger.of(custodyFold).roster.values()].filter(({state}) => state === 'active')
  const owner = active.filter(({id}) => id === spec.owner)
  if (owner.length > 0) return owner
  const leads = active.filter(({roles}) => roles.includes('security-lead'))
  return leads.length > 0 ? leads : active.slice(0, 1)
}
