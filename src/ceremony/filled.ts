/** A template with its parameters in place, as running needs it: without what only lint and parsing know. */
import type {Material, Waiver} from './outline.ts'
import type {StepBase} from './step.ts'

export interface Filled {
  readonly id: string
  readonly title: string
  readonly purpose: string
  readonly location: string
  /** How many people each role takes, by its name. */
  readonly roles: ReadonlyMap<
    string,
    {
      readonly count?: number | undefined
      readonly minimum?: number | undefined
      /** The only acts in which they have to be there. */
      readonly acts?: readonly string[] | undefined
    }
  >
  readonly materials: readonly Material[]
  readonly waivers: readonly Waiver[]
  readonly acts: readonly {readonly id: string; readonly title: string; readonly steps: readonly StepBase[]}[]
  /** Duties afterwards: `owner` is a role, `due` an ISO 8601 duration from the opening. */
  readonly after: readonly {
    readonly id: string
    readonly text: string
    readonly owner: string
    readonly due: string
  }[]
}
