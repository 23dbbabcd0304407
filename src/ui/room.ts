/**
 * The room at a terminal: a plain screen, made to be filmed. Number and title of the step stand before every question; there
 * is no spinner and no cursor trick. What is asked is answered by people, never by a flag, but for the keys they sign with.
 */
import type {Decision, Otherwise, Room} from '../ceremony/room.ts'
import {headerLines} from '../ceremony/screen.ts'
import {KeyriteError} from '../base/errors.ts'
import {plainDuration} from '../base/duration.ts'
import {answeredWithin} from '../base/idle.ts'
import {parsePublicKey, type Person, type Signer} from '../custody/index.ts'
import type {Interruptible} from '../base/world.ts'
import {called} from './actor.ts'
import type {Ask} from './ask.ts'
import {askRoom, peopleLines, somePeople, words, yesOrNo, type RoomQuestion} from './room-questions.ts'

export interface RoomWorld {
  readonly ask: Ask
  readonly say: (line: string) => void
  /** Paths of keys given beforehand, by person. */
  readonly keys: ReadonlyMap<string, string>
  readonly signerFor: (path: string, interruptible: Interruptible) => Promise<Signer>
  /** An idle room stops the ceremony after this long, in ms. */
  readonly idleMs: number
  /** Takes back what is being asked: Ctrl-C, or the end of the terminal. */
  readonly signal: AbortSignal
  /** What happens where a person has no key at hand, in words. */
  readonly withoutKey?: string
  /** Whether `deviation` and `pause` are heard at questions: where a ceremony is under way. */
  readonly asides?: boolean
  /** Whether nothing is drawn. */
  readonly plain?: boolean
}

const flag = '--answers FILE'

export function terminalRoom(world: RoomWorld): Room {
  const {ask, say, keys, signerFor, idleMs, signal, plain = false, withoutKey = 'not now'} = world
  const within: Interruptible = (asked) => watched(asked, idleMs, signal)
  // Long texts scroll the step away: every question has its number and title too.
  let title = ''
  const asker = {ask, say, title: () => title, asides: world.asides === true}
  const put = <T>(question: RoomQuestion<T>): Promise<T> => askRoom(asker, question, within)
  const quietly = <T>(question: RoomQuestion<T>): Promise<T> =>
    askRoom({...asker, asides: false}, question, within)
  const list = (people: readonly Person[]): void => {
    for (const line of peopleLines(people)) say(`  ${line}`)
  }
  return {
    begin(header) {
      title = `${header.number} ${header.id}`
      for (const line of headerLines(header, plain)) say(line)
    },
    say(lines) {
      for (const line of lines) say(line === '' ? '' : `  ${line}`)
    },
    confirm: (step, message) => put(yesOrNo(message, `${flag} (steps: {${step}: yes})`)),
    text: (step, field, message) =>
      put(words(message, `${flag} (steps: {${step}: {answer: {${field}: …}}})`)),
    decide: (step, person) => put(decision(person, `${flag} (steps: {${step}: …})`)),
    async signer(person, what) {
      const given = keys.get(person.id)
      if (given !== undefined) return signerFor(given, within)
      // A path with a typing error is asked for again: it is no reason to stop a ceremony.
      for (;;) {
        const path = await put(keyFile(person, what, withoutKey))
        if (path === '') return null
        const signer = await theirSigner(person, path, (file) => signerFor(file, within))
        if (typeof signer !== 'string') return signer
        say(`  ${signer}`)
      }
    },
    present(people, why) {
      list(people)
      const message = why === 'back' ? 'Who is in the room?' : 'Who stays in the room?'
      return put(somePeople(people, {message, flag: `${flag} (present, pauses)`, least: 0}))
    },
    async otherwise(people): Promise<Otherwise | null> {
      const takenBack = {...words('', flag), read: (typed: string) => ({value: typed.trim()})}
      const what = await quietly({
        ...takenBack,
        message: 'DEVIATION  What is done otherwise? (Enter: nothing, go back)',
        short: 'DEVIATION',
      })
      if (what === '') return null
      const why = await quietly(words('DEVIATION  Why?', flag))
      list(people)
      const by = (message: string, most?: number): Promise<readonly Person[]> =>
        quietly(
          somePeople(people, {
            message: `DEVIATION  ${message}`,
            flag: `${flag} (deviations)`,
            least: 1,
            ...(most === undefined ? {} : {most}),
          }),
        )
      const [decided] = await by('Who decided it?', 1)
      const agreed = await by('Who agreed?')
      return {what, why, decidedBy: decided?.id ?? '', agreedBy: agreed.map(({id}) => id)}
    },
    async rest() {
      await askRoom<null>(
        {...asker, asides: false},
        {
          message: 'PAUSED  When everybody is back, type go',
          expects: '',
          word: true,
          patient: true,
          flag: 'keyrite ceremony resume',
          help: ['go          goes on', 'Ctrl-C      leaves it paused; "keyrite ceremony resume" goes on'],
          read: (typed) =>
            typed.toLowerCase() === 'go' ? {value: null} : {problem: 'It is paused. Type go.'},
        },
        // Nothing but Ctrl-C ends a pause: no limit of time holds in it.
        (asked) => asked(signal),
      )
    },
    saidBefore: () => ({deviations: [], pause: false}),
  }
}

function decision(person: Person, asFlag: string): RoomQuestion<Decision> {
  return {
    message: `${called(person)}: the plan above?`,
    short: person.name ?? person.id,
    expects: 'approve/reject/later',
    flag: asFlag,
    help: [
      'approve     they agree, and sign a yes over this plan',
      'reject      they do not agree, and sign a no over this plan',
      'later       they do not answer now',
    ],
    read: (typed) => {
      const word = typed.toLowerCase()
      return word === 'approve' || word === 'reject' || word === 'later'
        ? {value: word}
        : {problem: 'Type approve, reject or later.'}
    },
  }
}

function keyFile(person: Person, what: string, withoutKey: string): RoomQuestion<string> {
  return {
    message: `Key of ${called(person)} for ${what} (Enter: ${withoutKey}, ?: help)`,
    short: `Key of ${person.name ?? person.id} for ${what}`,
    expects: '',
    flag: '--sign-with PERSON=KEY',
    help: [
      'The path of their private key file, or of the .pub file of a key in ssh-agent.',
      `Enter alone: ${withoutKey}.`,
    ],
    read: (typed) => ({value: typed}),
  }
}

/** The signer of a key file that was typed; or, in words, why it is none of this person's. */
async function theirSigner(
  person: Person,
  path: string,
  signerFor: (path: string) => Promise<Signer>,
): Promise<Signer | string> {
  try {
    const signer = await signerFor(path)
    const theirs = person.keys.some(
      ({key}) => parsePublicKey(key).fingerprint === signer.publicKey.fingerprint,
    )
    return theirs ? signer : `That is not a key of ${called(person)}: ${signer.publicKey.fingerprint}.`
  } catch (error) {
    if (error instanceof KeyriteError && error.code !== 'CANCELLED') return `${error.message}.`
    throw error
  }
}

/** @throws KeyriteError `STOPPED` when nobody answers in time; the question is taken back first, so that the terminal is as it was. */
export function watched<T>(
  asked: (signal: AbortSignal) => Promise<T>,
  idleMs: number,
  outer: AbortSignal,
): Promise<T> {
  return answeredWithin(
    asked,
    idleMs,
    outer,
    () => new KeyriteError('STOPPED', `the room was idle for ${plainDuration(idleMs)}`),
  )
}
