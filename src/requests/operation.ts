/** Operations: what can be planned, approved and done. Each folder brings its own; `app.ts` registers them. */
import {KeyriteError} from '../base/errors.ts'
import type {Clock, Random} from '../base/world.ts'
import type {Entry, Ledger, Problem, View} from '../ledger/index.ts'
import type {Custody, Roster} from '../custody/index.ts'
import type {Concern, KeyClassName, Matter, OperationName, Policy} from '../policy/index.ts'
import type {ProfileFacts} from '../profiles/index.ts'
import type {PlaceMaker} from '../providers/place-maker.ts'
import type {Provider} from '../providers/ports.ts'
import type {Plan} from './plan.ts'

/** What an act works with. */
export interface ActContext {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  /** Opens the profile's provider, checked against the plan's identity; opened once and shared by the acts of a run. @param facts - of a profile that is only about to be added. */
  readonly provider: (profile: string, facts?: ProfileFacts) => Promise<Provider>
  /** What makes the place of a profile that is to be added, as this machine remembers it; absent where none is made. */
  readonly maker?: (profile: string, kind: string) => Promise<PlaceMaker>
  readonly actor: {readonly person: string | null; readonly evidence: 'signed' | 'stated'}
  readonly ceremony: string | null
  /** Says how far a long act has come; absent where nobody looks. */
  readonly progress?: (line: string) => void
  /** The seq that allows it: of `quorum.met`, or of the entry that set the policy. */
  readonly approved: number
}

/** What a plan is put to people under. */
export interface Asked {
  readonly policy: Policy
  readonly roster: Roster
}

/** What a plan is judged by. */
export interface Grounds extends Asked {
  /** Null where what an attestation says of a key is not judged again: it was, when people were asked. */
  readonly time: string | null
  /** What the ledger knows of people beyond the roster; null for whoever judges without a ledger. */
  readonly custody: Pick<Custody, 'holders' | 'suspensions'> | null
}

/** The phase of an entry of a type that several phases write; undefined where it belongs to none. */
export type PhaseOf = (view: Pick<View, 'entry'>, entry: Entry) => string | undefined

export interface Operation {
  readonly name: OperationName
  /** The entry types that it writes, each with the phase that it belongs to, or with what finds that. */
  readonly writes: Readonly<Record<string, string | PhaseOf>>
  /** Those of them that begin a phase: each once under one approval. */
  readonly begins: readonly string[]
  /** Those of them that end a phase, where many others are parts of it; absent where every outcome ends its own. */
  readonly ends?: readonly string[]
  /** Those of them that need no approval: they belong to a phase only where they cite one, and what is tried in vain may be tried again. */
  readonly unasked?: readonly string[]
  /** Whether a phase that the provider refuses leaves the others to be done: its own approval is used up, theirs is not. */
  readonly goesOn?: true
  /** Whether its phases are days apart: then what a ceremony approved, and began, is gone on with outside it. */
  readonly outlasts?: true
  /** Refuses a plan whose `change` is not of this operation's form, before anybody is asked. @throws TypeError. */
  formed?(plan: Plan): void
  /** What speaks against a plan by policy and people as they are, for the ledger and for whoever signs from afar; undefined if nothing does. */
  fault?(plan: Plan, grounds: Grounds): string | undefined
  /** The plan as a person reads it, one sentence a line; parties stand as `{owner}`, for whoever knows their names. */
  inWords(plan: Plan, asked: Asked): readonly string[]
  /** Looks at the preconditions again. @throws KeyriteError `PLAN_MOVED` or the state's own code if the ground has moved. */
  stillTrue(view: View, plan: Plan, phase: string): void
  /** When a phase may be done that must wait for what was done before; null where it need not, or there is nothing to wait for yet. */
  notBefore?(view: View, plan: Plan, phase: string): string | null
  /** Whether what an entry says is what the plan says. */
  judge(view: View, plan: Plan, entry: Entry): readonly Problem[]
  /** What the policy chooses the rule by, when an entry comes without a plan (the rule that needs nobody). Null where that is never allowed. */
  matterOf(view: View, entry: Entry): Matter | null
  /** Where the policy itself may approve what an entry says, with nobody asked: what speaks against it. Absent where that is never so. */
  automatic?(view: View, entry: Entry): readonly Problem[]
  /**
   * What is typed to carry a plan out where it takes, or gives, what lies beside the ledger: `request apply` has none of it. Absent, or undefined, where
   * that is enough. `done`: the phases that are.
   */
  typed?(plan: Plan, done: {has(phase: string): boolean}): string | undefined
  /** Does one phase: intent, act, confirmation at the provider, outcome. What was begun before a crash is found and finished. */
  act(context: ActContext, plan: Plan, phase: string): Promise<void>
}

/** The phase that an entry belongs to; undefined where this operation writes no such entry. */
export function phaseOf(
  {writes}: Pick<Operation, 'writes'>,
  view: Pick<View, 'entry'>,
  entry: Entry,
): string | undefined {
  const phase = Object.hasOwn(writes, entry.type) ? writes[entry.type] : undefined
  return typeof phase === 'function' ? phase(view, entry) : phase
}

export type Operations = ReadonlyMap<string, Operation>

export function operationsOf(list: readonly Operation[]): Operations {
  return new Map(list.map((one) => [one.name, one]))
}

/** @throws KeyriteError `UNSUPPORTED`. */
export function operationOf(all: Operations, name: string): Operation {
  const operation = all.get(name)
  if (operation === undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot ${name}: this keyrite does not know how`)
  return operation
}

/** What is typed to go on with a request. @param flags - beside those that it was asked for with, such as ` --sign-with PERSON=KEY`. */
export function goesOnBy(
  all: Operations,
  {id, plan, done}: {readonly id: string; readonly plan: Plan; readonly done: {has(phase: string): boolean}},
  flags = '',
): string {
  const own = operationOf(all, plan.operation).typed?.(plan, done)
  return own === undefined
    ? `keyrite request apply ${id}${flags}`
    : `${own}${flags}, with the same flags as before`
}

/** Whom a plan is about, as far as it bears on who may answer it. */
export function concernOf({operation, change}: Plan): Concern {
  const {person, apart} = change
  return {
    operation,
    person: typeof person === 'string' ? person : null,
    apart:
      operation === 'incident.ratify' && Array.isArray(apart)
        ? apart.filter((one) => typeof one === 'string')
        : [],
  }
}

/** What the policy chooses the rule of a plan by. */
export function matterOfPlan(plan: Plan): Matter {
  const name = plan.change['class']
  return {
    operation: plan.operation,
    class: typeof name === 'string' ? (name as KeyClassName) : null,
    kind: plan.profile?.kind ?? null,
  }
}
