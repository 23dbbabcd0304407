/** What a command meets outside: streams, environment, signals. A test gives its own. */
import {readFileSync} from 'node:fs'
import {readSecretFile, surroundings, type Surroundings} from '../surroundings.ts'
import {KeyriteError} from '../base/errors.ts'
import {leave} from '../base/leave.ts'
import {markedLine} from '../base/rehearsal.ts'
import {Secret} from '../base/secret.ts'
import type {Interruptible} from '../base/world.ts'
import type {Ask, Question} from './ask.ts'
import {terminalAsk, type Manner} from './terminal.ts'

export interface Outside {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: {readonly isTTY: boolean; readonly columns: number; write(text: string): void}
  readonly stderr: {readonly isTTY: boolean; write(text: string): void}
  ask(manner: Manner): Ask
  surroundings(
    facts: Pick<Surroundings, 'home' | 'ask' | 'interruptible' | 'asking' | 'command' | 'say'>,
  ): Surroundings
  /** What the process will end with. */
  setExit(status: number): void
  /** Calls `act` on Ctrl-C, and when the system or a closing terminal ends this program. @returns what ends that. */
  onInterrupt(act: (signal: NodeJS.Signals) => void): () => void
  /** Ends the process now. */
  exit(status: number): void
  /** Ends the process soon, whatever in it still waits for an answer. */
  endSoon(): void
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const process_: Outside = {
  env: process.env,
  stdout: {
    isTTY: process.stdout.isTTY,
    get columns() {
      return process.stdout.columns
    },
    write: (text) => void process.stdout.write(text),
  },
  stderr: {isTTY: process.stderr.isTTY, write: (text) => void process.stderr.write(text)},
  ask: (manner) => {
    hearErrors()
    return terminalAsk({input: process.stdin, output: process.stderr}, manner)
  },
  surroundings,
  setExit: (status) => {
    process.exitCode = status
  },
  onInterrupt: (act) => {
    for (const signal of interrupts) process.on(signal, act)
    return () => {
      for (const signal of interrupts) process.removeListener(signal, act)
    }
  },
  exit: leave,
  endSoon: () => void setTimeout(() => leave(Number(process.exitCode ?? 0)), 50).unref(),
}

/**
 * A terminal that goes away answers the next read, and every change of its mode, with an error: unheard, that would end the
 * program at once, with nothing recorded. Whoever reads hears it as the end of input.
 */
function hearErrors(): void {
  if (process.stdin.isTTY && process.stdin.listenerCount('error', heard) === 0)
    process.stdin.on('error', heard)
}

const heard = (): void => undefined

/** The same questions, with those for a PIN answered by a file. */
export function withPinFile(ask: Ask, file: string | undefined): Ask {
  return file === undefined
    ? ask
    : {
        ...ask,
        letters: (question) => (ask.letters ?? ask.secret)(question),
        passphrase: (question) => ask.secret(question),
        secretGiven: true,
        secret: async () => readPin(file),
      }
}

/** The same questions, each taken back when the program is to end, or when nobody answers in time: the terminal is restored before anything else is said. */
export function withInterruption(ask: Ask, interruptible: Interruptible): Ask {
  const asking = <Q extends Question, T>(question: Q, one: (question: Q) => Promise<T>): Promise<T> =>
    interruptible((signal) => {
      const {signal: own} = question
      return one({...question, signal: own === undefined ? signal : AbortSignal.any([own, signal])})
    }, question.patient)
  return {
    ...ask,
    confirm: (question) => asking(question, (one) => ask.confirm(one)),
    text: (question) => asking(question, (one) => ask.text(one)),
    choose: (question) => asking(question, (one) => ask.choose(one)),
    secret: (question) => asking(question, (one) => ask.secret(one)),
    letters: (question) => asking(question, (one) => (ask.letters ?? ask.secret)(one)),
  }
}

/** The same questions, each with a mark before it while `marks` says so. */
export function withMark(ask: Ask, marks: () => boolean): Ask {
  const marked = (text: string): string => (marks() ? markedLine(text) : text)
  const asked = <Q extends Question>(question: Q): Q => ({
    ...question,
    message: marked(question.message),
    prefix: marks() ? markedLine('') + '  ' : '',
  })
  return {
    ...ask,
    confirm: (question) => ask.confirm(asked(question)),
    text: (question) => ask.text(asked(question)),
    choose: (question) =>
      ask.choose({
        ...asked(question),
        choices: question.choices.map((one) => ({short: one.name, ...one, name: marked(one.name)})),
      }),
    secret: (question) => ask.secret(asked(question)),
    letters: (question) => (ask.letters ?? ask.secret)(asked(question)),
  }
}

/** Whether a PIN file is stdin or an open descriptor: nothing that could be read another time. */
export function isStream(file: string): boolean {
  return descriptorOf(file) !== undefined
}

function descriptorOf(file: string): number | undefined {
  const descriptor = file === '-' ? '0' : /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(file)?.[1]
  return descriptor === undefined ? undefined : Number(descriptor)
}

/** The first line of a file, of stdin (`-`), or of an open descriptor (`/dev/fd/N`). @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`, `STORAGE`. */
export function readPin(file: string): Secret {
  const descriptor = descriptorOf(file)
  return descriptor === undefined ? readSecretFile(file) : readDescriptor(descriptor)
}

function readDescriptor(descriptor: number): Secret {
  let bytes: Buffer
  try {
    bytes = readFileSync(descriptor)
  } catch (cause) {
    throw new KeyriteError('STORAGE', `cannot read the PIN from descriptor ${descriptor}`, {cause})
  }
  const end = bytes.indexOf(0x0a)
  const pin = new Secret(Uint8Array.from(bytes.subarray(0, end === -1 ? bytes.length : end)))
  bytes.fill(0)
  return pin
}
