/** Replacing a key in an incident: the emergency quorum has another version made, or the standby, and puts it in its place. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import {KeyriteError} from '../base/errors.ts'
import {
  keyName,
  keysFold,
  makeVersion,
  profileOf,
  replacementOf,
  tryerInWords,
  type Key,
} from '../keys/index.ts'
import {problem, type View} from '../ledger/index.ts'
import {formed, type Operation, type Plan, planFor} from '../requests/index.ts'
import {drillMarked, drillOf, statePhase} from './phases.ts'
import {
  demandPromotable,
  judgePromotion,
  promote,
  promotionBegins,
  promotionInWords,
  promotionPhases,
  promotionSchema,
  promotionTo,
  promotionWrites,
} from './promote.ts'
import {incidents, isOpen, type Incident} from './state.ts'

const changeSchema = lately(
  z.strictObject({
    class: z.string(),
    incident: z.int().min(0),
    key: keyName,
    /** What is made: a version of the same key at its place, or a key of its own there; `standby`: nothing, as one waits. */
    made: z.enum(['version', 'key', 'standby']),
    promote: promotionSchema,
    drill: z.literal(true).exactOptional(),
  }),
)

const changeOf = (plan: Pick<Plan, 'change'>) => formed(changeSchema, plan)

const stateTo = statePhase({active: 'activate'})

export const incidentReplace: Operation = {
  name: 'incident.replace',
  writes: {
    'key.standby.intended': 'make',
    'key.standby.made': 'make',
    'key.standby.failed': 'make',
    'key.state.intended': stateTo,
    'key.state.changed': stateTo,
    'key.state.failed': stateTo,
    ...promotionWrites,
  },
  begins: ['key.standby.intended', 'key.state.intended', ...promotionBegins],
  goesOn: true,
  formed: (plan) => void changeOf(plan),
  inWords: (plan) => {
    const {key, incident, made, promote: to, drill} = changeOf(plan)
    const how = {
      standby: `Nothing is made: version ${to.version} waits as a standby, which was made and proved before.`,
      version: `Version ${to.version} is made, a version of the same key there.`,
      key: `Version ${to.version} is made, a key of its own there: another version of the same key is not to be had, or would be used at once.`,
    }
    return [
      drillMarked(
        drill,
        `Replace key "${key}" in profile "${plan.profile?.name ?? ''}" (incident i${incident}). ${how[made]}`,
      ),
      `Then ${promotionInWords(key, to)}.`,
      `Version ${to.from} is not contained by this: that is asked for by itself.`,
    ]
  },
  stillTrue(view, plan, name) {
    const {key, incident: seq, promote: to} = changeOf(plan)
    const incident = view.of(incidents).all.get(seq)
    if (incident === undefined || !isOpen(incident))
      throw new KeyriteError('PLAN_MOVED', `cannot replace key "${key}": incident i${seq} is closed`, {
        hints: ['keyrite incident list'],
      })
    if (name !== 'make') {
      demandPromotable(view, key, to, name)
      return
    }
    const next = replacementOf(view, keyAt(view, key)).version
    if (next !== to.version)
      throw new KeyriteError(
        'PLAN_MOVED',
        `cannot replace key "${key}": version ${to.version} was approved, and ${next} is next`,
        {hints: [`keyrite incident replace i${seq}`]},
      )
  },
  judge(_view, plan, entry) {
    const {key, promote: to} = changeOf(plan)
    const {data, type} = entry
    const same =
      data['key'] === key &&
      data['profile'] === plan.profile?.name &&
      (!type.startsWith('key.standby.') || data['version'] === to.version)
    if (!same) return [problem('plan', entry, 'what is done is not what the plan says')]
    return judgePromotion(to, entry) ?? []
  },
  matterOf: () => null,
  async act(context, plan, name) {
    const {key, made, promote: to} = changeOf(plan)
    if (name !== 'make') return promote(context, key, to, name)
    const there = keyAt(context.ledger, key).versions.some(({version}) => version === to.version)
    if (!there && made !== 'standby')
      await makeVersion(context, key, {number: to.version, made, as: 'standby'})
  },
}

/** @throws KeyriteError `KEY_STATE` if it was replaced in this incident already, `UNSUPPORTED`, `POLICY_REFUSES`. */
export function planReplace(view: Pick<View, 'of' | 'blob'>, incident: Incident): Plan {
  const key = keyAt(view, incident.key)
  if (incident.replaced !== null)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot replace key "${key.name}": version ${incident.replaced.version} took its place ${incident.replaced.at}`,
      {hints: [`keyrite incident show ${incident.id}`]},
    )
  const profile = profileOf(view, key.profile)
  const {version, made} = replacementOf(view, key)
  const to = promotionTo(view, key, incident, version)
  return planFor(view, {
    operation: 'incident.replace',
    class: key.spec.class,
    change: {
      class: key.spec.class,
      incident: incident.seq,
      key: key.name,
      made,
      promote: to,
      ...drillOf(incident),
    },
    phases: [...(made === 'standby' ? [] : ['make']), ...promotionPhases(to)],
    profile,
    rests: [
      `incident ${incident.id} about key "${key.name}" is open`,
      `version ${to.from} of it is primary`,
      tryerInWords(view, key.profile),
    ],
  })
}

function keyAt(view: Pick<View, 'of'>, name: string): Key {
  const key = view.of(keysFold).keys.get(name)
  if (key !== undefined) return key
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
}
