/**
 * The room at a terminal: a plain screen, made to be filmed. Step number and title stand before every question; there is no
 * spinner and no cursor trick. What is asked is answered by people, never by a flag, but for the keys they sign with.
 */
import {headerLines} from '../ceremony/answers.ts'
import type {Decision, Room} from '../ceremony/room.ts'
import {KeyriteError} from '../base/errors.ts'
import {plainDuration} from '../base/duration.ts'
import {parsePublicKey, type Person, type Signer} from '../custody/index.ts'
import type {Interruptible} from '../base/world.ts'
import {called} from './actor.ts'
import type {Ask} from './ask.ts'

export interface RoomWorld {
  readonly ask: Ask
  readonly say: (line: string) => void
  readonly now: () => Date
  /** Paths of keys given beforehand, by person. */
  readonly keys: ReadonlyMap<string, string>
  readonly signerFor: (path: string, interruptible: Interruptible) => Promise<Signer>
  /** An idle room stops the ceremony after this long, in ms. */
  readonly idleMs: number
  /** Takes back what is being asked: Ctrl-C, or the end of the terminal. */
  readonly signal: AbortSignal
  /** What happens where a person has no key at hand, in words. */
  readonly withoutKey?: string
}

const flag = '--answers FILE'

export function terminalRoom({
  ask,
  say,
  now,
  keys,
  signerFor,
  idleMs,
  signal,
  withoutKey = 'not now',
}: RoomWorld): Room {
  const within: Interruptible = (asked) => watched(asked, idleMs, signal)
  let planned = {since: now(), minutes: 0}
  // Long plans scroll the header away: every question has the number too.
  let number = ''
  const numbered = (question: string): string => (number === '' ? question : `${number}  ${question}`)
  return {
    begin(header) {
      number = header.number
      const late = now().getTime() - planned.since.getTime() - planned.minutes * 60_000
      planned = {since: now(), minutes: header.plannedMinutes}
      for (const line of headerLines(header)) say(line)
      say(
        `  ${now().toISOString()} (UTC)${late > 60_000 ? `; the step before took ${plainDuration(late)} longer than planned` : ''}`,
      )
    },
    say(lines) {
      for (const line of lines) say(`  ${line}`)
    },
    confirm: (step, message) =>
      within((taken) =>
        ask.confirm({message: numbered(message), flag: `${flag} (steps: {${step}: yes})`, signal: taken}),
      ),
    text: (step, field, message) =>
      within((taken) =>
        ask.text({
          message: numbered(message),
          signal: taken,
          flag: `${flag} (steps: {${step}: {answer: {${field}: …}}})`,
          check: (text) => (text.trim() === '' ? 'Type something, or "none".' : null),
        }),
      ),
    decide: (step, person) =>
      within((taken) =>
        ask.choose<Decision>({
          signal: taken,
          message: numbered(`${called(person)}: the plan above`),
          flag: `${flag} (steps: {${step}: …})`,
          choices: [
            // First, for Enter alone never means yes.
            {name: 'not now', value: 'later'},
            {name: 'approve', value: 'approve'},
            {name: 'reject', value: 'reject'},
          ],
        }),
      ),
    async signer(person, what) {
      const given = keys.get(person.id)
      if (given !== undefined) return signerFor(given, within)
      // A path with a typing error is asked for again: it is no reason to stop a ceremony.
      for (;;) {
        const path = await within((taken) =>
          ask.text({
            signal: taken,
            message: numbered(`Key file of ${called(person)} for ${what} (empty: ${withoutKey})`),
            flag: '--sign-with PERSON=KEY',
          }),
        )
        if (path === '') return null
        const signer = await theirSigner(person, path, (file) => signerFor(file, within))
        if (typeof signer !== 'string') return signer
        say(`  ${signer}`)
      }
    },
    async present(people) {
      const here: Person[] = []
      for (const person of people) {
        if (
          await within((taken) =>
            ask.confirm({
              signal: taken,
              message: `Is ${called(person)} in the room`,
              flag: '--no-input cannot answer this; use --answers FILE',
            }),
          )
        )
          here.push(person)
      }
      return here
    },
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
async function watched<T>(
  asked: (signal: AbortSignal) => Promise<T>,
  idleMs: number,
  outer: AbortSignal,
): Promise<T> {
  const idle = new AbortController()
  const timer = setTimeout(() => {
    idle.abort()
  }, idleMs)
  try {
    return await asked(AbortSignal.any([idle.signal, outer]))
  } catch (error) {
    if (!idle.signal.aborted) throw error
    throw new KeyriteError('STOPPED', `the room was idle for ${plainDuration(idleMs)}`)
  } finally {
    clearTimeout(timer)
  }
}
