/** The room: the people, and the screen that a camera films. `src/ui/room.ts` is a terminal, `answers.ts` a file. */
import type {Person, Signer} from '../custody/index.ts'

export interface StepHeader {
  /** As printed: act and step, `2.3`. */
  readonly number: string
  readonly of: number
  readonly at: number
  readonly act: string
  readonly id: string
  readonly text: string
  /** The role, and the names of those who have it. */
  readonly by: string
  readonly people: readonly string[]
  readonly plannedMinutes: number
  readonly startedAt: Date
}

/** A person's answer to a request in the room. */
export type Decision = 'approve' | 'reject' | 'later'

/** Every question may throw KeyriteError `CANCELLED` (Ctrl-C), `STOPPED` (idle too long) or `NO_TERMINAL`. */
export interface Room {
  /** A new step begins: number, who, what, planned minutes, UTC. */
  begin(header: StepHeader): void
  /** Says lines, one below the other. */
  say(lines: readonly string[]): void
  /** @param step - its id, by which an answers file answers. */
  confirm(step: string, question: string): Promise<boolean>
  text(step: string, field: string, question: string): Promise<string>
  decide(step: string, person: Person): Promise<Decision>
  /** The person's key, ready to sign; null when they cannot sign now. */
  signer(person: Person, what: string): Promise<Signer | null>
  /** Who is in the room again after a break, of those who take part. */
  present(people: readonly Person[]): Promise<readonly Person[]>
}
