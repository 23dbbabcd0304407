/** What the parts of the model know of each other. */
import type {Path} from '../../base/yaml.ts'
import type {Step, StepBase} from '../step.ts'

/** Says what is wrong, at a field of a step. */
export type Report = (step: StepBase, field: Path, rule: string, message: string) => void

export interface Room {
  readonly report: Report
  /** All of them, in order. */
  readonly steps: readonly Step[]
  /** Whether a step was done before. */
  isDone(id: string): boolean
}
