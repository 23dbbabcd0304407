/** What must be encrypted again becomes owed: a duty for each user of a version, so that what was done of it is kept as it was said. */
import {custodyFold} from '../../custody/index.ts'
import {duties} from '../../duties/index.ts'
import {Private, type Draft} from '../../ledger/index.ts'
import type {ActContext} from '../../requests/index.ts'
import type {Key} from '../state.ts'
import {ownersOf} from '../rotation/notice.ts'
import {dutyNameOf, reencryptPlan} from './plan.ts'

/** Opens those that are not there yet; whatever was opened for a version stays as it is. @returns how many were opened. */
export async function oweReencryption(
  {ledger, actor}: Pick<ActContext, 'ledger' | 'actor'>,
  key: Key,
  due: Date,
): Promise<number> {
  const owners = ownersOf(ledger, key).map(({id}) => id)
  const {roster} = ledger.of(custodyFold)
  const there = new Set(
    [...ledger.of(duties).values()].flatMap(({key: of, name}) => (of === key.name ? [name] : [])),
  )
  const versions = new Set(
    reencryptPlan(ledger, key).flatMap(({what, version}) => (what === 'data' ? [version] : [])),
  )
  const users = key.spec.consumers.length === 0 ? [null] : key.spec.consumers
  const drafts = [...versions].flatMap((version) =>
    users.flatMap((user, at): Draft[] => {
      const name = dutyNameOf(version, at + 1)
      if (there.has(name)) return []
      const whose = user === null ? 'whoever uses it' : (key.names[user] ?? roster.get(user)?.name ?? user)
      const what = new Private(
        `Encrypt again what ${whose} encrypted under key "${key.name}" version ${version}, and see that nothing is left under it`,
      )
      const named = user !== null && roster.get(user)?.state === 'active' ? [user] : owners
      return [
        {
          type: 'duty.opened',
          data: {name, key: key.name, what, owners: [...named].sort(), due: due.toISOString()},
          actor,
        },
      ]
    }),
  )
  if (drafts.length > 0) await ledger.append(drafts)
  return drafts.length
}
