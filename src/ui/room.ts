/**
 * The room at a terminal: a plain screen, made to be filmed. Step number and title stand before every question; there is no
 * spinner and no cursor trick. What is asked is answered by people, never by a flag, but for the keys they sign with.
 */
import {headerLines} from '../ceremony/answers.ts'
import type {Decision, Room} from '../ceremony/room.ts'
import {KeyriteError} from '../base/errors.ts'
import {plainDuration} from '../base/duration.ts'
import type {Person, Signer} from '../custody/index.ts'
import {called} from './actor.ts'
import type {Ask, Question} from './ask.ts'

export interface RoomWorld {
  readonly ask: Ask
  readonly say: (line: string) => void
  readonly now: () => Date
  /** Paths of keys given beforehand, by person. */
  readonly keys: ReadonlyMap<string, string>
  readonly signerFor: (path: string) => Promise<Signer>
  /** An idle room stops the ceremony after this long, in ms. */
  readonly idleMs: number
}

const flag = '--answers FILE'

export function terminalRoom({ask, say, now, keys, signerFor, idleMs}: RoomWorld): Room {
  const within = <T>(asked: Promise<T>): Promise<T> => watched(asked, idleMs)
  let planned = {since: now(), minutes: 0}
  return {
    begin(header) {
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
    confirm: (step, message) => within(ask.confirm({message, flag: `${flag} (steps: {${step}: yes})`})),
    text: (step, field, message) =>
      within(
        ask.text({
          message,
          flag: `${flag} (steps: {${step}: {answer: {${field}: …}}})`,
          check: (text) => (text.trim() === '' ? 'Type something, or "none".' : null),
        }),
      ),
    decide: (step, person) =>
      within(
        ask.choose<Decision>({
          message: `${called(person)}: the plan above`,
          flag: `${flag} (steps: {${step}: …})`,
          choices: [
            {name: 'approve', value: 'approve'},
            {name: 'reject', value: 'reject'},
            {name: 'not now', value: 'later'},
          ],
        }),
      ),
    async signer(person, what) {
      const path = keys.get(person.id) ?? (await within(askKey(ask, person, what)))
      return path === '' ? null : signerFor(path)
    },
    async present(people) {
      const here: Person[] = []
      for (const person of people) {
        if (
          await within(
            ask.confirm({
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

function askKey(ask: Ask, person: Person, what: string): Promise<string> {
  const question: Question = {
    message: `${called(person)} signs ${what}. Key file (private, or .pub of a key in ssh-agent; empty: not now)`,
    flag: '--sign-with PERSON=KEY',
  }
  return ask.text(question)
}

/** @throws KeyriteError `STOPPED` when nobody answers in time. */
async function watched<T>(asked: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const idle = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new KeyriteError('STOPPED', `the room was idle for ${plainDuration(idleMs)}`, {
          hints: ['keyrite ceremony resume'],
        }),
      )
    }, idleMs)
  })
  try {
    return await Promise.race([asked, idle])
  } finally {
    clearTimeout(timer)
  }
}
