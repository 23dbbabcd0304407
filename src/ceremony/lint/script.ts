/** What the rules are given: a template with every value that is known in place, and where its parts stand. */
import type {Path} from '../../base/yaml.ts'
import type {Checkpoint} from '../checklist.ts'
import {brings} from '../step.ts'
import type {KeyCreateStep, KeyImportStep, QuorumStep, Step, Template} from '../template.ts'

/** A step by which a key comes into the ledger: it is made, or brought from outside. */
export type Creation = KeyCreateStep | KeyImportStep

/** What a rule says; the line is found from the path. */
export interface Remark {
  readonly rule: string
  readonly path: Path
  readonly at?: 'key' | 'value'
  readonly message: string
  /** Of rule `checklist`: what no step settles. */
  readonly point?: Checkpoint
}

export interface Placed {
  readonly step: Step
  /** Its number in print: `2.3`. */
  readonly number: string
  readonly path: Path
}

export interface Script {
  readonly template: Template
  readonly steps: readonly Placed[]
  /** Whether the value at this place is the real one, and not a stand-in for a parameter that nobody has set. */
  knows(path: Path): boolean
}

export function placedSteps(template: Pick<Template, 'acts'>): readonly Placed[] {
  return template.acts.flatMap(({steps}, act) =>
    steps.map((step, at): Placed => ({
      step,
      number: `${act + 1}.${at + 1}`,
      path: ['acts', act, 'steps', at],
    })),
  )
}

/** The id of the step that a path stands in, or null. */
export function stepAt({steps}: Pick<Script, 'steps'>, path: Path): string | null {
  return steps.find((one) => one.path.every((part, at) => part === path[at]))?.step.id ?? null
}

/** Each key.create and key.import step with the quorum step that approves it, if one does. */
export function creations(script: Script): readonly {
  readonly placed: Placed
  readonly create: Creation
  readonly quorum: {readonly placed: Placed; readonly step: QuorumStep} | null
}[] {
  return script.steps.flatMap((placed) => {
    const {step: create} = placed
    if (!brings(create)) return []
    const quorum = script.steps.flatMap((one) =>
      one.step.kind === 'quorum' && one.step.for.includes(create.id) ? [{placed: one, step: one.step}] : [],
    )
    return [{placed, create, quorum: quorum[0] ?? null}]
  })
}
