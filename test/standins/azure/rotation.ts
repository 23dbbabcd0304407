/** Rotation policies: read, set, and acting when the clock has come so far. */
import {badParameter, notModelled} from './failures.ts'
import {addVersion, keyOf, newest, type Act} from './keys.ts'
import {make} from './material.ts'
import {bundle, type Body} from './messages.ts'
import type {Key, Policy, Version, World} from './world.ts'

interface Action {
  readonly trigger?: {readonly timeAfterCreate?: string | null; readonly timeBeforeExpiry?: string | null}
  readonly action?: {readonly type?: string}
}

const daySeconds = 86_400

/** Days of an ISO 8601 duration. T: years and months are taken too; how long they are is not told, so they are counted as the most they can be. */
function daysIn(text: string): number {
  const [, years, months, days] = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(text) ?? []
  const all = Number(years ?? 0) * 366 + Number(months ?? 0) * 31 + Number(days ?? 0)
  if (all === 0) throw notModelled(`the duration ${text}`)
  return all
}

/** S, D: the least that a vault takes, and a Managed HSM. */
function demandTerms(world: World, policy: Policy): void {
  const least = world.place.isHsm ? 28 : 7
  const rotate = policy.actions.find(({type}) => type === 'Rotate')
  const end = policy.expiryTime === undefined ? undefined : daysIn(policy.expiryTime)
  if (end !== undefined && end < 28) throw badParameter('The rotation policy has an expiryTime below P28D.')
  if (rotate?.after !== undefined && daysIn(rotate.after) < least)
    throw badParameter(`The rotation policy has a trigger below P${least}D.`)
  if (rotate?.before !== undefined && daysIn(rotate.before) < 7)
    throw badParameter('The rotation policy has a trigger below P7D.')
  if (rotate?.before !== undefined && end === undefined)
    throw notModelled('a trigger before expiry without an expiryTime')
}

function policyFrom(world: World, body: Body): Policy {
  const {lifetimeActions = [], attributes = {}} = body as {
    lifetimeActions?: readonly Action[]
    attributes?: {expiryTime?: string | null}
  }
  const actions = lifetimeActions.map(({trigger, action}) => {
    const {timeAfterCreate: after, timeBeforeExpiry: before} = trigger ?? {}
    const type = /^rotate$/i.test(action?.type ?? '') ? ('Rotate' as const) : ('Notify' as const)
    return {
      type,
      ...(typeof after === 'string' ? {after} : {}),
      ...(typeof before === 'string' ? {before} : {}),
    }
  })
  const {expiryTime} = attributes
  const now = world.now()
  return {
    // R: a notice after the rotation, where the caller gave none.
    actions: actions.some(({type}) => type === 'Notify')
      ? actions
      : [...actions, {type: 'Notify', before: 'P30D'}],
    ...(typeof expiryTime === 'string' ? {expiryTime} : {}),
    ...{created: now, updated: now},
  }
}

function shown(base: string, key: Key): Body {
  const {policy} = key
  const actions = (policy?.actions ?? [{type: 'Notify', before: 'P30D'} as const]).map(
    ({type, after, before}) => ({
      trigger: {
        ...(after === undefined ? {} : {timeAfterCreate: after}),
        ...(before === undefined ? {} : {timeBeforeExpiry: before}),
      },
      action: {type},
    }),
  )
  // R: unset it has neither id nor attributes.
  if (policy === undefined) return {lifetimeActions: actions, attributes: null}
  const {expiryTime, created, updated} = policy
  return {
    id: `${base}/keys/${key.name}/rotationpolicy`,
    lifetimeActions: actions,
    attributes: {...(expiryTime === undefined ? {} : {expiryTime}), created, updated},
  }
}

export const rotationActs: Readonly<Record<'getPolicy' | 'setPolicy' | 'rotate', Act>> = {
  rotate(world, {base, name, lies}) {
    const key = keyOf(world, name)
    // D: there a policy must be before.
    if (world.place.isHsm && key.policy === undefined)
      throw notModelled('the words for a rotation without a policy')
    const told = lies ? {...key, versions: [...key.versions]} : key
    return bundle(world, base, told, rotated(world, told, world.now()))
  },

  getPolicy: (world, {base, name}) => shown(base, keyOf(world, name)),

  setPolicy(world, {base, name, body, lies}) {
    const key = keyOf(world, name)
    const policy = policyFrom(world, body)
    demandTerms(world, policy)
    if (lies) return shown(base, {...key, policy})
    key.policy = {...policy, created: key.policy?.created ?? policy.created}
    return shown(base, key)
  },
}

/** R: same type, size and operations. S, D: with an end, where the policy gives one. */
export function rotated(world: World, key: Key, at: number): Version {
  const {kty, crv, ops, material, tags} = newest(key)
  const size = Buffer.isBuffer(material) ? material.length * 8 : material.asymmetricKeyDetails?.modulusLength
  const end = key.policy?.expiryTime
  return addVersion(key, {
    ...{kty, crv, ops, tags: world.rotationKeepsTags ? tags : undefined},
    ...{material: make(world, kty, size, crv), at},
    exp: end === undefined ? undefined : at + daysIn(end) * daySeconds,
  })
}

function dueAt({policy, ...key}: Key): number | undefined {
  const rotate = policy?.actions.find(({type}) => type === 'Rotate')
  const {created, exp} = newest(key)
  if (rotate?.after !== undefined) return created + daysIn(rotate.after) * daySeconds
  return rotate?.before === undefined || exp === undefined
    ? undefined
    : exp - daysIn(rotate.before) * daySeconds
}

/** Makes every version that is due, each at its own time. */
export function rotateDue(world: World): void {
  for (const key of world.keys.values())
    // D: a Managed HSM keeps 100 versions of a key.
    for (
      let at = dueAt(key);
      at !== undefined && world.now() >= at && key.versions.length < 100;
      at = dueAt(key)
    )
      rotated(world, key, at)
}
