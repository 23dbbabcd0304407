/** Rights that the service keeps beside every policy: one given, or one taken away, and looked at there. */
import {z} from 'zod'
import {jcs} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {lately} from '../../base/lately.ts'
import {seenAs} from '../../base/seen-as.ts'
import type {Grant} from '../../providers/grants.ts'
import {noGrants} from '../../providers/granting.ts'
import {formed, undertake, type ActContext, type Operation} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {grantTerms, policyTerms} from '../reach.ts'
import {keyName} from '../spec.ts'
import {openIntent} from '../state.ts'
import {offeredTo} from './offered.ts'
import {demandReachable, judgeReach} from './reach.ts'
import {policyDigest, policyInWords, setPolicy} from './key-policy.ts'

const about = {class: z.string(), key: keyName, version: z.int().min(1)}
const grantForm = z.strictObject({...about, ...grantTerms})
const ungrantForm = z.strictObject({
  ...about,
  grant: z.string(),
  grantee: z.string(),
  region: grantTerms.region,
})
const json = z.record(z.string(), z.json())
const policyForm = z.strictObject({...about, ...policyTerms, document: json, before: json})
const grantSchema = lately(z.union([grantForm, policyForm]))
const ungrantSchema = lately(ungrantForm)
type GrantChange = z.infer<typeof grantForm>
type UngrantChange = z.infer<typeof ungrantForm>

export const keyGrant: Operation = {
  name: 'key.grant',
  writes: {'key.grant.intended': 'grant', 'key.granted': 'grant', 'key.grant.failed': 'grant'},
  begins: ['key.grant.intended'],
  formed: (plan) => {
    const change = formed(grantSchema, plan)
    if ('document' in change && policyDigest(change.document) !== change.policy)
      throw new TypeError('the plan has another policy than its digest says')
  },
  inWords: (plan) => {
    const change = formed(grantSchema, plan)
    if ('document' in change) return policyInWords(plan, change)
    const {key, version, grantee, operations, region} = change
    return [
      `Give "${grantee}" a grant of key "${key}", version ${version}, of profile "${plan.profile?.name ?? ''}" in ${region}: ${operations.join(', ')}.`,
      ...(grantee.endsWith(':root')
        ? ['It is for a whole account: for everybody there whom its own policies let.']
        : []),
      ...holdsIn(plan.profile?.kind, operations),
    ]
  },
  stillTrue: (view, plan) => {
    const change = formed(grantSchema, plan)
    demandReachable(
      view,
      change.key,
      change.version,
      'document' in change ? 'set the policy of' : 'give a grant of',
    )
  },
  judge: (_view, plan, entry) =>
    judgeReach(plan, entry, ['version', 'grantee', 'operations', 'policy', 'region']),
  matterOf: () => null,
  act: async (context, plan) => {
    const change = formed(grantSchema, plan)
    await ('document' in change ? setPolicy(context, change) : give(context, change))
  },
}

function holdsIn(kind: string | undefined, operations: readonly string[]): readonly string[] {
  if (kind !== 'gcp' && kind !== 'azure')
    return ['Whoever has a grant uses the key whatever its policy says, until the grant is taken away.']
  return [
    'It is bound on the key itself: for every version that it has there, those to come too, until it is taken away.',
    ...(kind === 'azure' && operations.includes('Managed HSM Crypto User')
      ? ['Microsoft says of this role that it may manage the key as well: change, rotate and delete it.']
      : []),
  ]
}

export const keyUngrant: Operation = {
  name: 'key.ungrant',
  writes: {'key.ungrant.intended': 'ungrant', 'key.ungranted': 'ungrant', 'key.ungrant.failed': 'ungrant'},
  begins: ['key.ungrant.intended'],
  formed: (plan) => void formed(ungrantSchema, plan),
  inWords: (plan) => {
    const {key, version, grant, grantee, region} = formed(ungrantSchema, plan)
    return [
      `Take grant "${grant}" of "${grantee}" away: of key "${key}", version ${version}, of profile "${plan.profile?.name ?? ''}" in ${region}.`,
      'The service may go on serving its grantee for some minutes.',
    ]
  },
  stillTrue: (view, plan) => {
    const {key, version} = formed(ungrantSchema, plan)
    demandReachable(view, key, version, 'take a grant away of', ['destroyed'])
  },
  judge: (_view, plan, entry) => judgeReach(plan, entry, ['version', 'grant', 'grantee', 'region']),
  matterOf: () => null,
  act: async (context, plan) => takeAway(context, formed(ungrantSchema, plan)),
}

async function give(context: ActContext, {key: name, version: number, ...wish}: GrantChange): Promise<void> {
  const {key, version, offered: grants} = await granting(context, {key: name, version: number})
  const {grantee, operations, region} = wish
  const terms = {grantee, operations: [...operations], region}
  await undertake<Grant>(context, {
    types: {intended: 'key.grant.intended', done: 'key.granted', failed: 'key.grant.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: terms,
    open: openIntent(context.ledger.of(keysFold), 'grant', key.name, version.version),
    approved: context.approved,
    find: ({id}) => grants.find(version.ref, id, region),
    act: ({id}) => grants.give(version.ref, terms, id),
    confirm: async ({id}) => {
      const isGiven = (one: Grant | undefined): boolean =>
        one?.region === region &&
        one.grantee === grantee &&
        !one.onlyInContext &&
        jcs(one.operations.toSorted()) === jcs(operations.toSorted())
      const look = async () => (await grants.list(version.ref)).find((one) => one.id === id)
      const now = await seenAs(look, isGiven)
      if (!isGiven(now))
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot give a grant of key "${key.name}": the service lists ${now === undefined ? 'none' : `one to ${now.grantee} for ${now.operations.join(', ')}`}`,
          {changed: true, hints: [`keyrite key grants ${key.name}`]},
        )
      return {...terms, id}
    },
  })
}

/** Whether its grantee is refused only the grantee could try: what is looked at is what the service lists. */
async function takeAway(
  context: ActContext,
  wish: Pick<UngrantChange, 'key' | 'version' | 'grant' | 'grantee' | 'region'>,
): Promise<void> {
  const {key, version, offered: grants} = await granting(context, wish)
  const {grant, grantee, region} = wish
  await undertake<null>(context, {
    types: {intended: 'key.ungrant.intended', done: 'key.ungranted', failed: 'key.ungrant.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {grant, grantee, region},
    open: openIntent(context.ledger.of(keysFold), 'ungrant', key.name, version.version),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // asking again does no harm
    act: async () => {
      await grants.remove(version.ref, {id: grant, region})
      return null
    },
    confirm: async () => {
      const look = async () => (await grants.list(version.ref)).some(({id}) => id === grant)
      if (await seenAs(look, (isListed) => !isListed))
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot take grant "${grant}" of key "${key.name}" away: the service lists it still`,
          {changed: true, hints: [`keyrite key grants ${key.name}`]},
        )
      return {grant, grantee, region}
    },
  })
}

const granting = (context: ActContext, wish: {readonly key: string; readonly version: number}) =>
  offeredTo(
    context,
    wish,
    ({grants}) => grants,
    (kind) => noGrants(wish.key, kind),
  )
