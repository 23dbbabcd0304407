/** The room of a rehearsal: people sign with the keys that were made for it, or try their own; what nobody answers, stand-ins do. */
import type {StandInShares} from './escrow.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Random} from '../base/world.ts'
import {madeUpRoom} from './made-up.ts'
import {answersRoom, type Answers} from '../ceremony/answers.ts'
import type {Filled} from '../ceremony/filled.ts'
import {allSteps} from '../ceremony/plans.ts'
import type {Room} from '../ceremony/room.ts'
import type {Person, Roster, Signer} from '../custody/index.ts'

export interface Rehearsing {
  readonly filled: Filled
  readonly roster: Roster
  /** Keys made for the rehearsal, by the id of the person. */
  readonly standIns: ReadonlyMap<string, Signer>
  /** Whether a person may sign with a key of their own: then the room is asked for it first. */
  readonly own: (person: Person) => boolean
  /** Whether whatever the room does not answer is answered by stand-ins. */
  readonly unattended: boolean
  /** The step from which on the room is asked; before it stand-ins answer. Null where it is asked from the first. */
  readonly from: string | null
  readonly say: (line: string) => void
  readonly shares: StandInShares
  readonly random: Random
  /** Whether somebody is there whom shares can be shown to. */
  readonly attended: boolean
  /** Writes what a step made as it would go out. @returns the file. */
  readonly goesOut: (step: string) => string
}

/** Every answer is yes. */
export const everyYes: Answers = {
  parameters: {},
  participants: {},
  signers: {},
  steps: {},
  deviations: [],
  pauses: [],
  default: 'yes',
}

export function rehearsalRoom(room: Room, rehearsing: Rehearsing): Room {
  const {roster, standIns, own, unattended, from, say} = rehearsing
  const text = standInTexts(rehearsing)
  const signer: Room['signer'] = async (person) => standIns.get(person.id) ?? null
  const alone: Room = {
    ...answersRoom({answers: everyYes, roster, say, signerFor: neverSigner}),
    signer,
    text: async (step, field) => text(step, field),
  }
  const attended: Room = {
    ...room,
    text: (step, field, question) =>
      unattended ? orElse(room, text)(step, field, question) : room.text(step, field, question),
    signer: async (person, what) => {
      if (!own(person)) return signer(person, what)
      const theirs = await room.signer(person, what)
      if (theirs === null) room.say([`${person.name ?? person.id} signs with a key made for the rehearsal.`])
      return theirs ?? signer(person, what)
    },
  }
  let waiting = from
  const now = (): Room => (waiting === null ? attended : alone)
  return {
    ...attended,
    begin: (header) => {
      if (header.id === waiting) waiting = null
      // The room's own is asked at every step: it is where a rehearsal is stopped.
      room.begin(waiting === null ? header : {...header, text: 'Stand-ins do this step.'})
    },
    confirm: (step, question) => now().confirm(step, question),
    text: (step, field, question) => now().text(step, field, question),
    decide: (step, person) => now().decide(step, person),
    signer: (person, what) => now().signer(person, what),
    present: (people, why, step) => now().present(people, why, step),
    otherwise: (people) => now().otherwise(people),
    rest: () => now().rest(),
    saidBefore: (step) => now().saidBefore(step),
    material: madeUpRoom(rehearsing.random),
    shares: rehearsing.shares.room(rehearsing.attended && from === null ? (room.shares ?? null) : null),
  }
}

/** What a stand-in says where words are asked for: what the template has, where it has something to compare with. */
function standInTexts({
  filled,
  goesOut,
}: Pick<Rehearsing, 'filled' | 'goesOut'>): (step: string, field: string) => string {
  const numbers = new Map(
    filled.materials.flatMap(({id, number}) => (number === undefined ? [] : [[id, number]])),
  )
  const steps = new Map(allSteps(filled).map((step) => [step.id, step]))
  return (id, field) => {
    const step = steps.get(id)
    if (step !== undefined && 'bag' in step && typeof step.bag === 'string' && field === 'number') {
      const number = numbers.get(step.bag) ?? `STAND-IN-${numbers.size + 1}`
      numbers.set(step.bag, number)
      return number
    }
    if (step?.kind === 'certificate.verify' && 'of' in step && field === 'file')
      return goesOut(String(step.of))
    if (step?.kind === 'photo' && field === 'file') return '0'.repeat(64)
    return 'none: rehearsed by a stand-in'
  }
}

/** The room's text; where its file has none, a stand-in's. */
function orElse(room: Room, text: (step: string, field: string) => string): Room['text'] {
  return async (step, field, question) => {
    try {
      return await room.text(step, field, question)
    } catch (error) {
      if (error instanceof KeyriteError && error.code === 'ANSWERS_INVALID') return text(step, field)
      throw error
    }
  }
}

function neverSigner(): Promise<Signer> {
  throw new TypeError('stand-ins sign with keys that are here')
}
