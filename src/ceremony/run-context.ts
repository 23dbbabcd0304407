/** What a step works with while it runs. */
import {KeyriteError} from '../base/errors.ts'
import type {Clock, Random} from '../base/world.ts'
import {custodyFold, type Person} from '../custody/index.ts'
import type {Ledger, Tool} from '../ledger/index.ts'
import type {Provider} from '../providers/ports.ts'
import type {ActContext, Operations} from '../requests/index.ts'
import {ceremonyFold} from './fold.ts'
import type {Room} from './room.ts'
import type {Ceremony} from './state.ts'
import type {Filled} from './filled.ts'

/** What a ceremony needs of the program around it. */
export interface CeremonyApp {
  readonly ledger: Ledger
  readonly operations: Operations
  readonly clock: Clock
  readonly random: Random
  readonly tool: Tool
  provider(name: string): Promise<Provider>
  /** Closes every provider that is open; the next use opens it again, with its PIN. */
  logOut(): Promise<void>
}

export interface RunContext {
  readonly app: CeremonyApp
  readonly room: Room
  readonly id: string
  readonly filled: Filled
}

/** The ceremony as the ledger has it now. @throws KeyriteError `CEREMONY_NOT_FOUND`. */
export function ceremonyOf({app, id}: Pick<RunContext, 'app' | 'id'>): Ceremony {
  const ceremony = app.ledger.of(ceremonyFold).get(id)
  if (ceremony === undefined)
    throw new KeyriteError('CEREMONY_NOT_FOUND', `cannot find ceremony ${id}`, {
      hints: ['keyrite ceremony list'],
    })
  return ceremony
}

/** The people who have a role in this ceremony. */
export function peopleIn(context: Pick<RunContext, 'app' | 'id'>, role: string): readonly Person[] {
  const {roster} = context.app.ledger.of(custodyFold)
  const ids = ceremonyOf(context).participants.find((one) => one.role === role)?.people ?? []
  return ids.flatMap((id) => roster.get(id) ?? [])
}

/** Who acts: the first operator, else whoever is first; stated until their signature stands in this ceremony. */
export function actorOf(context: Pick<RunContext, 'app' | 'id'>): ActContext['actor'] {
  const {participants, present, signed} = ceremonyOf(context)
  const person = (participants.find(({role}) => role === 'operator') ?? participants[0])?.people[0] ?? null
  return {
    person,
    evidence: [...present, ...signed].some((one) => one.person === person) ? 'signed' : 'stated',
  }
}

/** What operations act with, inside this ceremony. */
export function actContext(context: Pick<RunContext, 'app' | 'id'>): Omit<ActContext, 'approved'> {
  const {ledger, clock, random} = context.app
  return {
    ledger,
    clock,
    random,
    provider: (name) => context.app.provider(name),
    actor: actorOf(context),
    ceremony: context.id,
  }
}
