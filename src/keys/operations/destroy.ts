/**
 * The end of a key: taken out of use, a time of grace in which what it made is still read, then scheduled, with a wait in
 * which that is cancelled, then destroyed. People approve all of it once; each phase comes when it is time.
 */
import {z} from 'zod'
import {problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {lately} from '../../base/lately.ts'
import {keysFold} from '../fold.ts'
import {demandNotKept, keptBy, keptInWords} from '../kept.ts'
import {keyEvents, type KeyEvent} from '../lifecycle.ts'
import {keyVersion} from '../prove.ts'
import {mayRemain} from '../remains.ts'
import {keyName} from '../spec.ts'
import {after} from './dates.ts'
import {changeState, demandMove, eventOf, judgeMove, stateWrites, textOf} from './move.ts'

const days = z.int().min(0).max(3650)
const schema = lately(
  z.strictObject({
    class: z.string(),
    key: keyName,
    version: z.int().min(1),
    /** Whether the provider holds it to no use while it waits. */
    enforced: z.boolean(),
    /** How long what it made is still read after it was taken out of use, and how long it can be cancelled. */
    grace_days: days,
    wait_days: days,
    /** Whether the provider itself keeps that wait; else keyrite does, and destroys at the end of it. */
    provider_waits: z.boolean(),
    /** The provider's own wait is cut short when that wait is over; absent where it is not. */
    purge: z.literal(true).exactOptional(),
    order: z.enum(['gdpr-erasure']).nullable(),
    due: z.iso.datetime({precision: 3}).nullable(),
    /** What it is destroyed in spite of. */
    kept: z.array(z.string()),
  }),
)
export type Destruction = ReturnType<(typeof schema)['parse']>

/** @throws TypeError. */
export function parseDestruction({change}: Pick<Plan, 'change'>): Destruction {
  const parsed = schema.safeParse(change)
  if (!parsed.success)
    throw new TypeError(`destruction: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  return parsed.data
}

export const keyDestroy = destroying('key.destroy')
/** In spite of a hold or a rule of retention: Legal is among those who say so. */
export const keyDestroyHeld = destroying('key.destroy-held')

function destroying(name: 'key.destroy' | 'key.destroy-held'): Operation {
  return {
    name,
    writes: stateWrites,
    begins: ['key.state.intended'],
    outlasts: true,
    formed: (plan) => void parseDestruction(plan),
    inWords: destructionInWords,
    stillTrue(view, plan, phase) {
      demandMove(view, plan, eventNamed(phase))
    },
    notBefore,
    judge: (view, plan, entry) => [...judgeMove(view, plan, entry), ...judgeTimes(view, plan, entry)],
    matterOf: () => null,
    async act(context, plan, phase) {
      const wish = parseDestruction(plan)
      const event = eventNamed(phase)
      const {key, version} = keyVersion(context, wish.key, wish.version)
      if (name === 'key.destroy' && event !== 'deactivate')
        demandNotKept(key.name, keptBy(context.ledger.view, key, version, context.ledger.time.toISOString()))
      await changeState(context, {
        key: key.name,
        version: version.version,
        event,
        enforced: wish.enforced && event !== 'deactivate' ? true : null,
        wait: {days: wish.wait_days, atProvider: wish.provider_waits, purge: wish.purge === true},
      })
    },
  }
}

/** Phases are called as their events. @throws TypeError. */
function eventNamed(phase: string): KeyEvent {
  const event = keyEvents.find((one) => one === phase)
  if (event === undefined) throw new TypeError(`there is no phase "${phase}" in the end of a key`)
  return event
}

/** The time of grace, and the wait that was recorded. */
function notBefore(view: View, plan: Plan, phase: string): string | null {
  const {key, version, grace_days: grace} = parseDestruction(plan)
  const one = view
    .of(keysFold)
    .keys.get(key)
    ?.versions.find(({version: number}) => number === version)
  if (phase === 'schedule-destruction' && one?.state === 'deactivated') return after(one.changedAt, grace)
  return phase === 'destroy' ? (one?.destroyAt ?? null) : null
}

function judgeTimes(view: View, plan: Plan, entry: Entry): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('plan', entry, message)]
  const {key: name, version: number, wait_days: wait} = parseDestruction(plan)
  const event = eventOf(view, entry)
  const key = view.of(keysFold).keys.get(name)
  const version = key?.versions.find((one) => one.version === number)
  if (key === undefined || version === undefined || event === undefined || event === 'deactivate') return []
  if (entry.type === 'key.state.changed' && event === 'schedule-destruction') {
    const begun = view.entry(Number(entry.data['intended']))?.time ?? entry.time
    return textOf(entry.data['destroy_at']) < after(begun, wait)
      ? wrong(`it is to be destroyed before the ${wait} days are over that were approved`)
      : []
  }
  if (entry.type !== 'key.state.intended') return []
  const from = notBefore(view, plan, event)
  if (from !== null && entry.time < from) return wrong(`it comes before ${from}, as it was approved`)
  const own = plan.phases.some((one) => one.name === 'schedule-destruction')
  if (event === 'destroy' && own && version.scheduledBy !== entry.approved)
    return wrong('its destruction was scheduled by another approval')
  const reasons = plan.operation === 'key.destroy' ? keptBy(view, key, version, entry.time) : []
  return reasons.length === 0
    ? []
    : [problem('held', entry, `it must be kept: ${reasons.map(keptInWords).join('; ')}`)]
}

const inDays = (count: number): string => `${count} ${count === 1 ? 'day' : 'days'}`

function destructionInWords(plan: Plan): readonly string[] {
  const wish = parseDestruction(plan)
  const {key, version, grace_days: grace, wait_days: wait} = wish
  const has = (name: string): boolean => plan.phases.some((one) => one.name === name)
  return [
    `Destroy key "${key}" version ${version} in profile "${plan.profile?.name ?? ''}" (class ${wish.class}). Nobody can bring it back.`,
    ...(wish.order === null
      ? []
      : [`An order to erase stands (GDPR, article 17)${wish.due === null ? '' : `: due ${wish.due}`}.`]),
    ...(wish.kept.length === 0
      ? []
      : [`IN SPITE OF: ${wish.kept.join('; ')}. Legal must be among those who approve.`]),
    ...(has('deactivate') ? ['First it is deactivated: it signs and encrypts nothing new.'] : []),
    ...(has('schedule-destruction')
      ? [
          `Grace: ${inDays(grace)} after it was deactivated what it made is still verified and decrypted.`,
          `Then it is scheduled, and can be used for nothing. ${
            wish.purge === true
              ? `The provider keeps it where it can be recovered; after ${inDays(wait)} the same command again PURGES it there, and the provider's own wait is cut short`
              : wish.provider_waits
                ? `The provider waits ${inDays(wait)} and destroys it then by itself`
                : `keyrite waits ${inDays(wait)}; then the same command again destroys it at the provider, which knows no waiting`
          }. Until then it can be cancelled: keyrite key cancel-destroy ${key} --version ${version}.`,
          ...(wish.enforced
            ? []
            : [
                `RECORDED, NOT ENFORCED: a provider of kind ${plan.profile?.kind ?? ''} cannot keep it from being used while it waits.`,
              ]),
        ]
      : []),
    ...(has('destroy')
      ? [
          'After the end it is tried that a signature or ciphertext from before is refused, and the provider is asked.',
        ]
      : ['It is not destroyed by this approval: that takes another one, after the wait.']),
    ...mayRemain(plan.profile?.kind ?? '').map((one) => `Not reached by this: ${one}.`),
  ]
}
