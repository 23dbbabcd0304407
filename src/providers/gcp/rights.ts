/** Who may use a key, as IAM has it on the key and on its ring. What is bound above the ring is not to be had by this way. */
import {jcs} from '../../base/jcs.ts'
import type {KeyRights, Right} from '../rights.ts'
import {changePolicy, policyOf, type Binding} from './iam.ts'
import {letsUse} from './roles.ts'
import type {Service} from './service.ts'
import {keyPath} from './versions.ts'

type Wanted = Pick<Right, 'role' | 'member' | 'condition'>

export function keyRights(service: Service): KeyRights {
  const read = async (key: string): Promise<readonly Right[]> => [
    ...(await rightsOn(service, keyPath(service, key))),
    ...(await rightsOn(service, service.place.ring)),
  ]

  return {
    read,
    self: () => Promise.resolve(memberIn(service.credentialsFile())),

    async strip(key, keep) {
      const on = keyPath(service, key)
      let taken: readonly Right[] = []
      await changePolicy(service, on, (bindings) => {
        const going = rightsIn(on, bindings).filter(
          ({uses, member}) => uses !== false && !keep.includes(member),
        )
        if (going.length > 0) taken = going
        return without(bindings, going)
      })
      return {taken, left: (await read(key)).filter(({uses}) => uses !== false)}
    },

    async take(key, rights) {
      await changePolicy(service, keyPath(service, key), (bindings) => without(bindings, rights))
    },

    async give(key, rights) {
      await changePolicy(service, keyPath(service, key), (bindings) => withAll(bindings, rights))
    },
  }
}

/** Whose key file it is. */
function memberIn(file: Buffer | null): string | null {
  if (file === null) return null
  const {client_email: email} = JSON.parse(file.toString('utf8')) as {client_email?: unknown}
  return typeof email === 'string' ? `serviceAccount:${email}` : null
}

async function rightsOn(service: Service, on: string): Promise<readonly Right[]> {
  return rightsIn(on, (await policyOf(service, on)).bindings)
}

function rightsIn(on: string, bindings: readonly Binding[]): readonly Right[] {
  return bindings.flatMap(({role, members, condition}) =>
    members.map((member) => ({on, role, member, condition, uses: letsUse(role)})),
  )
}

function isSame(
  one: Pick<Binding, 'role' | 'condition'>,
  other: Pick<Wanted, 'role' | 'condition'>,
): boolean {
  return one.role === other.role && jcs({...one.condition}) === jcs({...other.condition})
}

/** The same object where none of them is there. */
function without(bindings: readonly Binding[], rights: readonly Wanted[]): readonly Binding[] {
  const goes = (binding: Binding, member: string): boolean =>
    rights.some((one) => isSame(binding, one) && one.member === member)
  if (!bindings.some((one) => one.members.some((member) => goes(one, member)))) return bindings
  return bindings
    .map((one) => ({...one, members: one.members.filter((member) => !goes(one, member))}))
    .filter(({members}) => members.length > 0)
}

/** The same object where all of them are there. */
function withAll(bindings: readonly Binding[], rights: readonly Wanted[]): readonly Binding[] {
  let all = bindings
  for (const {role, member, condition} of rights) {
    const found = all.find((one) => isSame(one, {role, condition}))
    if (found?.members.includes(member) === true) continue
    all =
      found === undefined
        ? [...all, {role, members: [member], condition}]
        : all.map((one) => (one === found ? {...one, members: [...one.members, member]} : one))
  }
  return all
}
