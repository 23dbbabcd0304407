/** How others reach a key at its service: an alias, which is moved to it, and copies in other regions. */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type Json} from '../../base/jcs.ts'
import {lately} from '../../base/lately.ts'
import {problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import type {Replica} from '../../providers/ports.ts'
import {formed, undertake, type ActContext, type Operation, type Plan} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {aliasName, keyName, regionName} from '../spec.ts'
import {openIntent, type Version} from '../state.ts'
import {offeredTo} from './offered.ts'

const about = {class: z.string(), key: keyName, version: z.int().min(1)}
const aliasSchema = lately(z.strictObject({...about, alias: aliasName}))
const replicateSchema = lately(
  z.strictObject({...about, regions: z.array(regionName), primary: regionName.nullable()}),
)

export const aliasWrites = {
  'key.alias.intended': 'alias',
  'key.aliased': 'alias',
  'key.alias.failed': 'alias',
} as const

export const replicateWrites = {
  'key.replicate.intended': 'replicate',
  'key.replicated': 'replicate',
  'key.replicate.failed': 'replicate',
} as const

export const keyAlias: Operation = {
  name: 'key.alias',
  writes: aliasWrites,
  begins: ['key.alias.intended'],
  formed: (plan) => void formed(aliasSchema, plan),
  inWords: (plan) => {
    const {alias, key, version} = formed(aliasSchema, plan)
    return [
      `Give the alias "${alias}" to key "${key}", version ${version}, in profile "${plan.profile?.name ?? ''}".`,
      'Whatever it stands for until then loses it: whoever uses the key by this name uses this one from then on.',
    ]
  },
  stillTrue: (view, plan) => {
    const {key, version} = formed(aliasSchema, plan)
    demandReachable(view, key, version, 'give an alias to')
  },
  judge: (_view, plan, entry) => judgeReach(plan, entry, ['version', 'alias']),
  matterOf: () => null,
  act: async (context, plan) => {
    const {key, version, alias} = formed(aliasSchema, plan)
    await giveAlias(context, {key, version, alias, taken: true})
  },
}

export const keyReplicate: Operation = {
  name: 'key.replicate',
  writes: replicateWrites,
  begins: ['key.replicate.intended'],
  formed: (plan) => void formed(replicateSchema, plan),
  inWords: (plan) => {
    const {regions, primary, key, version} = formed(replicateSchema, plan)
    const where = `key "${key}", version ${version}, of profile "${plan.profile?.name ?? ''}"`
    return [
      ...(regions.length === 0
        ? []
        : [`Copy ${where}, to ${regions.join(', ')}: it can be used there too, under policies of its own.`]),
      ...(primary === null ? [] : [`Make the copy in ${primary} the primary of ${where}.`]),
    ]
  },
  stillTrue: (view, plan) => {
    const {key, version} = formed(replicateSchema, plan)
    demandReachable(view, key, version, 'copy')
  },
  judge: (_view, plan, entry) => judgeReach(plan, entry, ['version', 'regions', 'primary']),
  matterOf: () => null,
  act: async (context, plan) => replicate(context, formed(replicateSchema, plan)),
}

/** A version that is there still. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`. */
export function demandReachable(
  view: Pick<View, 'of'>,
  name: string,
  number: number,
  verb: 'copy' | 'give an alias to' | 'give a grant of' | 'take a grant away of' | 'set the policy of',
  gone: readonly Version['state'][] = ['destroyed', 'destruction-scheduled'],
): Version {
  const version = view
    .of(keysFold)
    .keys.get(name)
    ?.versions.find((one) => one.version === number)
  if (version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find version ${number} of key "${name}"`, {
      hints: [`keyrite key show ${name}`],
    })
  if (!gone.includes(version.state)) return version
  throw new KeyriteError('KEY_STATE', `cannot ${verb} key "${name}": version ${number} is ${version.state}`, {
    hints: [`keyrite key show ${name}`],
  })
}

/** What an entry has in common with its plan; `members` as far as the entry has them. */
export function judgeReach(plan: Plan, entry: Entry, members: readonly string[]): readonly Problem[] {
  const {data} = entry
  const said = (name: string): Json => plan.change[name] ?? null
  const same =
    data['key'] === plan.change['key'] &&
    data['profile'] === plan.profile?.name &&
    members.every((name) => data[name] === undefined || jcs(data[name]) === jcs(said(name)))
  return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

/** @param taken - whether it may stand for another key until then. @throws KeyriteError `KEY_EXISTS` if it does, and may not. */
export async function giveAlias(
  context: ActContext,
  wish: {readonly key: string; readonly version: number; readonly alias: string; readonly taken: boolean},
): Promise<void> {
  const {ledger} = context
  const {alias} = wish
  const {key, version, offered: service} = await reached(context, wish)
  const open = openIntent(ledger.of(keysFold), 'alias', key.name, version.version)
  const from = (await service.aliased(alias)) ?? null
  await undertake<null>(context, {
    types: {intended: 'key.alias.intended', done: 'key.aliased', failed: 'key.alias.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {alias, from},
    open,
    approved: context.approved,
    find: () => Promise.resolve(undefined), // asking again does no harm
    act: async () => {
      if (!wish.taken && from !== null && from !== version.ref.key)
        throw new KeyriteError(
          'KEY_EXISTS',
          `cannot give alias "${alias}" to a new key: it stands for key ${from}`,
          {hints: [`keyrite key alias ${key.name} ${alias}, which moves it`]},
        )
      await service.setAlias(alias, version.ref)
      return null
    },
    confirm: async () => {
      const now = await service.aliased(alias)
      if (now !== version.ref.key)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot give alias "${alias}" to key "${key.name}": the service says that it stands for ${now ?? 'nothing'}`,
          {changed: true, hints: ['look at the provider']},
        )
      return {alias}
    },
  })
}

/** Copies, and then which of them is primary: what is so already stays. */
export async function replicate(
  context: ActContext,
  wish: {
    readonly key: string
    readonly version: number
    readonly regions: readonly string[]
    readonly primary: string | null
  },
): Promise<void> {
  const {ledger} = context
  const {key, version, offered: service} = await reached(context, wish)
  const {regions, primary} = wish
  await undertake<readonly Replica[]>(context, {
    types: {
      intended: 'key.replicate.intended',
      done: 'key.replicated',
      failed: 'key.replicate.failed',
    },
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {regions: [...regions], primary},
    open: openIntent(ledger.of(keysFold), 'replicate', key.name, version.version),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // a copy that is there is not made again
    act: async () => {
      for (const region of regions) await service.replicate(version.ref, region)
      if (primary !== null) await service.setPrimaryRegion(version.ref, primary)
      return service.replicas(version.ref)
    },
    confirm: async (copies) => {
      const missing = regions.filter((one) => !copies.some(({region}) => region === one))
      const leads = primary === null ? null : await service.primaryRegion(version.ref)
      if (missing.length > 0 || leads !== primary)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot copy key "${key.name}": ${missing.length > 0 ? `the service has none in ${missing.join(', ')}` : `its primary is in ${leads ?? 'no region'}`}`,
          {changed: true, hints: ['look at the provider']},
        )
      return {
        regions: [...regions],
        primary,
        copies: copies
          .map(({region, availability}) => ({region, availability}))
          .toSorted((a, b) => (a.region < b.region ? -1 : 1)),
      }
    },
  })
}

const reached = (context: ActContext, wish: {readonly key: string; readonly version: number}) =>
  offeredTo(
    context,
    wish,
    ({service}) => service,
    (kind) =>
      new KeyriteError(
        'UNSUPPORTED',
        `cannot do that with key "${wish.key}": a place of kind ${kind} has neither aliases nor copies in other regions`,
      ),
  )
