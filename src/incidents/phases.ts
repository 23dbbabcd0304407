/** The plans about an incident have a phase for each version, called as what is done to it: `suspend-2`. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import {keyName, type KeyState} from '../keys/index.ts'
import type {Entry, Problem, View} from '../ledger/index.ts'
import {problem} from '../ledger/index.ts'
import {judgePromotion, promotionSchema} from './promote.ts'
import {formed, phase, type Operation, type PhaseOf, type Phase, type Plan} from '../requests/index.ts'

/** What a plan does to one version. */
export interface VersionStep {
  readonly act: string
  readonly version: number
}

export function phaseName({act, version}: VersionStep): string {
  return `${act}-${version}`
}

export function phasesOf(steps: readonly VersionStep[]): readonly Phase[] {
  return steps.map((step) => phase(phaseName(step)))
}

export function stepOf(name: string): VersionStep {
  const [, act = '', version = ''] = /^([a-z]+)-(\d{1,9})$/.exec(name) ?? []
  return {act, version: Number(version)}
}

/** @param acts - what the change of state is called that leads to a state */
export function statePhase(acts: Partial<Record<KeyState, string>>): PhaseOf {
  return (view, entry) => {
    const {data} =
      entry.type === 'key.state.failed' ? (view.entry(Number(entry.data['intended'])) ?? entry) : entry
    const act = Object.entries(acts).find(([state]) => state === data['to'])?.[1]
    return act === undefined ? undefined : phaseName({act, version: Number(data['version'])})
  }
}

/** The phase of an act that is no change of state. */
const actPhase: PhaseOf = (_view, {data}) =>
  typeof data['act'] === 'string'
    ? phaseName({act: data['act'], version: Number(data['version'])})
    : undefined

/**
 * An operation that does something to each version, one after the other, and goes on where it was broken off.
 * @param acts - as `statePhase` takes them.
 */
export function onEachVersion(
  acts: Parameters<typeof statePhase>[0],
): Pick<Operation, 'writes' | 'begins' | 'goesOn' | 'formed' | 'judge' | 'matterOf'> {
  const stateTo = statePhase(acts)
  return {
    writes: {
      'key.state.intended': stateTo,
      'key.state.changed': stateTo,
      'key.state.failed': stateTo,
      'incident.act.intended': actPhase,
      'incident.acted': actPhase,
      'incident.act.failed': actPhase,
    },
    begins: ['key.state.intended', 'incident.act.intended'],
    goesOn: true,
    formed: (plan) => void changeOf(plan),
    judge: judgeStep,
    matterOf: () => null,
  }
}

const changeSchema = lately(
  z.strictObject({
    class: z.string(),
    incident: z.int().min(0),
    key: keyName,
    versions: z.array(
      z.strictObject({
        act: z.enum(['suspend', 'disable', 'strip', 'resume', 'restore', 'return', 'compromise']),
        version: z.int().min(1),
        /** What it was available for, where that is given back. */
        to: z.enum(['probe', 'enabled', 'historic', 'disabled']).exactOptional(),
      }),
    ),
    /** The standby that takes its place after that; where nothing is left to contain, that alone. */
    promote: promotionSchema.exactOptional(),
    /** Who contained it, and does not ratify that. */
    apart: z.array(z.string()).exactOptional(),
    acts: z.array(z.int().min(0)).exactOptional(),
    /** Whether its incident is an exercise. */
    drill: z.literal(true).exactOptional(),
  }),
)
export type Change = ReturnType<typeof changeOf>

/** @throws TypeError if the plan is not of its form. */
export const changeOf = (plan: Pick<Plan, 'change'>) => formed(changeSchema, plan)

/** What a plan about a drill holds more, and what is said first of one. */
export function drillOf({drill}: {readonly drill?: boolean | undefined}): {readonly drill?: true} {
  return drill === true ? {drill: true} : {}
}
export const drillMark = 'DRILL'
export function drillMarked(drill: boolean | undefined, line: string): string {
  return drill === true ? `${drillMark}: ${line}` : line
}

/** Whether an entry is about the plan's key, place and incident. */
export function judgeStep(_view: View, plan: Plan, entry: Entry): readonly Problem[] {
  const {key, incident, promote: to} = changeOf(plan)
  const {data} = entry
  const same =
    data['key'] === key &&
    data['profile'] === plan.profile?.name &&
    (data['incident'] === undefined || data['incident'] === incident)
  if (!same) return [problem('plan', entry, 'what is done is not what the plan says')]
  return (plan.operation === 'incident.contain' ? judgePromotion(to, entry) : undefined) ?? []
}
