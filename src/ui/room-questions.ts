/** How the room is asked: every question has its step before it, is answered by words, and also takes `?`, `deviation` and `pause`. */
import {Aside} from '../ceremony/room.ts'
import type {Person} from '../custody/index.ts'
import type {Interruptible} from '../base/world.ts'
import {called} from './actor.ts'
import type {Ask} from './ask.ts'

/** What an answer comes to; or, in words, why it is asked again. */
type Read<T> = {readonly value: T} | {readonly problem: string}

export interface RoomQuestion<T> {
  readonly message: string
  /** What of it stands before the answer where the whole is too long for a line. */
  readonly short?: string
  /** What can be typed, as it stands behind the question: `yes/no`. */
  readonly expects: string
  /** Whether a word answers it, though none is shown behind it. */
  readonly word?: true
  /** Whether it waits as long as it takes. */
  readonly patient?: true
  /** The flag or field that answers it beforehand. */
  readonly flag: string
  /** What each answer does, for whoever types `?`. */
  readonly help: readonly string[]
  readonly read: (typed: string) => Read<T>
}

export interface Questioner {
  readonly ask: Ask
  readonly say: (line: string) => void
  /** `2.3 make`, once a step has begun. */
  readonly title: () => string
  /** Whether `deviation` and `pause` are heard. */
  readonly asides: boolean
}

/** The longest question that leaves room for its answer at 80 columns: for a short word, and for a text or a path. */
const widest = {word: 72, text: 45} as const
/** Of 80 columns, without the mark before the question and the blank behind it. */
const room = 77

const asidesHelp = [
  'deviation   records that something is done otherwise than the script has it',
  'pause       pauses the ceremony; nothing waits for anybody until it goes on',
  'Ctrl-C      stops it here; "keyrite ceremony resume" goes on',
  'Quotes around an answer ("pause") make it an answer and nothing else.',
]

/** Asks until there is an answer. @throws Aside where it hears one. */
export async function askRoom<T>(
  {ask, say, title, asides}: Questioner,
  {message, short, expects, word, patient, flag, help, read}: RoomQuestion<T>,
  within: Interruptible,
): Promise<T> {
  const can = expects === '' ? '' : `[${expects}/?]`
  const joined = (...parts: readonly string[]): string => parts.filter((one) => one !== '').join('  ')
  const whole = joined(title(), can === '' ? message : `${message} ${can}`)
  // A terminal would break a long question inside a word: it is said as a sentence, and the prompt is short.
  const answers = expects.split('/').map(({length}) => length)
  const fits = can === '' && word !== true ? widest.text : Math.min(widest.word, room - Math.max(...answers))
  const long = whole.length > fits
  for (;;) {
    if (long) say(`  ${joined(title(), message)}`)
    const prompt = long ? joined(title(), short ?? '', can) : whole
    const typed = await within((signal) => ask.text({message: prompt, flag, signal, patient}))
    if (typed === '?') for (const line of [...help, ...(asides ? asidesHelp : [])]) say(`  ${line}`)
    else {
      if (asides && (typed === 'deviation' || typed === 'pause')) throw new Aside(typed)
      const answer = read(/^"(.*)"$/.exec(typed)?.[1] ?? typed)
      if ('value' in answer) return answer.value
      say(`  ${answer.problem}`)
    }
  }
}

/** Yes or no; Enter alone is neither. */
export function yesOrNo(message: string, flag: string): RoomQuestion<boolean> {
  return {
    message: `${message}?`,
    expects: 'yes/no',
    flag,
    help: ['yes         it is so', 'no          it is not so: the ceremony stops here, and can be resumed'],
    read: (typed) => {
      const word = typed.toLowerCase()
      if (word === 'yes' || word === 'y') return {value: true}
      return word === 'no' || word === 'n' ? {value: false} : {problem: 'Type yes or no.'}
    },
  }
}

export function words(message: string, flag: string): RoomQuestion<string> {
  return {
    message,
    expects: '',
    flag,
    help: ['Type the answer, and Enter. Where there is none, type none.'],
    read: (typed) => (typed.trim() === '' ? {problem: 'Type something, or "none".'} : {value: typed}),
  }
}

/** Some of these people, by their numbers. @param least - how many at least */
export function somePeople(
  people: readonly Person[],
  {message, flag, least, most}: {message: string; flag: string; least: number; most?: number},
): RoomQuestion<readonly Person[]> {
  const one = most === 1
  return {
    message,
    expects: one ? 'number' : least === 0 ? 'numbers/all/none' : 'numbers/all',
    flag,
    help: peopleLines(people),
    read: (typed) => {
      const word = typed.toLowerCase()
      if (word === 'all' && !one) return {value: people}
      if (word === 'none' && least === 0) return {value: []}
      const numbers = [...new Set(typed.split(/[\s,]+/).filter((part) => part !== ''))]
      const chosen = numbers.flatMap((number) =>
        /^[1-9]\d{0,5}$/.test(number) ? (people[Number(number) - 1] ?? []) : [],
      )
      if (
        chosen.length !== numbers.length ||
        chosen.length < Math.max(1, least) ||
        (one && chosen.length > 1)
      )
        return {problem: one ? 'Type one of the numbers above.' : 'Type numbers from the list above: 1 3 4.'}
      return {value: people.filter((person) => chosen.includes(person))}
    },
  }
}

export function peopleLines(people: readonly Person[]): readonly string[] {
  const digits = String(people.length).length
  return people.map((person, at) => `${String(at + 1).padStart(digits)}  ${called(person)}`)
}
