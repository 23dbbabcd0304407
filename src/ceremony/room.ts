/** The room: the people, and the screen that a camera films. `src/ui/room.ts` is a terminal, `answers.ts` a file. */
import type {Person, Signer} from '../custody/index.ts'
import type {Secret} from '../base/secret.ts'
import type {Algorithm} from '../providers/algorithms.ts'
import type {Hands, Holder, Share, ShareSet} from '../shares/index.ts'

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
  /** When it would have begun, had all before taken as long as planned; breaks do not count. */
  readonly plannedStart: Date
}

/** A person's answer to a request in the room. */
export type Decision = 'approve' | 'reject' | 'later'

/** Thrown by a question where somebody said one of these words instead of answering: it is seen to, and the question is put again. */
export class Aside extends Error {
  readonly what: 'deviation' | 'pause'

  constructor(what: Aside['what']) {
    super(what)
    this.what = what
  }
}

/** What was done otherwise than the template has it, as it is said in the room; people by id. */
export interface Otherwise {
  readonly what: string
  readonly why: string
  readonly decidedBy: string
  readonly agreedBy: readonly string[]
}

/** What somebody said beforehand of a step, instead of typing it there. */
export interface SaidBefore {
  readonly deviations: readonly Otherwise[]
  /** Whether the room pauses when the step begins. */
  readonly pause: boolean
}

/** Where something is asked: the room as the engine has it, so that words beside an answer are heard, and the step. */
export interface AskedAt {
  readonly room: Pick<Room, 'text' | 'confirm' | 'say'>
  /** The ceremony's id. */
  readonly id: string
  readonly step: string
}

/** A key as it was named beforehand. */
export interface WantedKey {
  readonly key: string
  readonly algorithm: Algorithm
  /** `materialSha256` of it. */
  readonly sha256: string
}

/** How a secret and its shares go from hand to hand. Each share is seen, or brought, by its holder alone. */
export interface ShareRoom {
  /** Asks beforehand where a secret lies that is brought, and where files and cards go. */
  toSplit(
    at: AskedAt,
    wants: {
      readonly brought: boolean
      readonly files: boolean
      readonly cards: boolean
      readonly screens: boolean
    },
  ): Promise<Pick<Hands, 'secret' | 'give'>>
  /** As many shares as the set needs, each judged as it comes. */
  collect(at: AskedAt, set: ShareSet): Promise<readonly Share[]>
  /** Asks beforehand where what is recovered goes. */
  toTake(at: AskedAt): Promise<Hands['take']>
  /** A holder's own share, judged; null where they do not have it with them. */
  own(at: AskedAt, set: ShareSet, holder: Holder, person: Person): Promise<Share | null>
}

/** Every question may throw KeyriteError `CANCELLED` (Ctrl-C), `STOPPED` (idle too long) or `NO_TERMINAL`, and `Aside`. */
export interface Room {
  /** A new step begins, or is shown again: number, who, what, planned minutes, UTC. */
  begin(header: StepHeader): void
  /** Says lines, one below the other. */
  say(lines: readonly string[]): void
  /** @param step - its id, by which an answers file answers. */
  confirm(step: string, question: string): Promise<boolean>
  text(step: string, field: string, question: string): Promise<string>
  decide(step: string, person: Person): Promise<Decision>
  /** The person's key, ready to sign; null when they cannot sign now. */
  signer(person: Person, what: string): Promise<Signer | null>
  /** Of those who take part, who is in the room again after a break, or stays there in a pause. */
  present(people: readonly Person[], why: 'back' | 'stay', step: string): Promise<readonly Person[]>
  /** Asks what was done otherwise, why, who decided it and who agreed; null where it is taken back. Throws no `Aside`. */
  otherwise(people: readonly Person[]): Promise<Otherwise | null>
  /** The end of a pause: waits for somebody who says so, without any limit of time. Throws no `Aside`. */
  rest(): Promise<void>
  saidBefore(step: string): SaidBefore
  /** Absent where nobody hands shares to anybody. */
  readonly shares?: ShareRoom
  /** A key that somebody brings, asked for until it is the one that was approved. Whoever takes it wipes it. Absent where nobody brings one. */
  readonly material?: (at: AskedAt, wanted: WantedKey) => Promise<Secret>
}
