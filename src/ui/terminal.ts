/**
 * Asking on a terminal. Questions go to stderr, so that stdout stays the result.
 *
 * - As a rule by inquirer, loaded only when something is asked.
 * - With `--plain`, ACCESSIBLE=1 or TERM=dumb: lines, numbered choices, no cursor movement.
 * - Without a terminal, or with `--no-input`: every question fails at once and names its flag.
 * - A secret is read by ourselves, byte by byte: a string could not be wiped.
 */
import {PassThrough, Writable} from 'node:stream'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import {visible} from '../base/visible.ts'
import type {Ask, Choice, Question} from './ask.ts'
import {Keyboard, type TypedInput} from './keyboard.ts'

export interface Terminal {
  readonly input: TypedInput
  readonly output: NodeJS.WritableStream & {readonly isTTY?: boolean}
}

export interface Manner {
  readonly plain: boolean
  readonly noInput: boolean
}

/** Whether output is to be plain: asked for, or the terminal cannot do better. */
export function wantsPlain(env: NodeJS.ProcessEnv, flag: boolean): boolean {
  return flag || !['', '0'].includes(env['ACCESSIBLE'] ?? '') || env['TERM'] === 'dumb'
}

export function terminalAsk(terminal: Terminal, {plain, noInput}: Manner): Ask {
  if (noInput) return nobody('--no-input was given')
  if (terminal.input.isTTY !== true || terminal.output.isTTY !== true) return nobody('there is no terminal')
  return plain ? lineAsk(terminal) : inquirerAsk(terminal)
}

function nobody(because: string): Ask {
  const refuse = async ({message, flag}: Question): Promise<never> => {
    throw new KeyriteError('NO_TERMINAL', `cannot ask "${message}": ${because}`, {
      hints: [`answer it beforehand: ${flag}`],
    })
  }
  return {interactive: false, confirm: refuse, text: refuse, choose: refuse, secret: refuse}
}

/** One line a question, one line an answer. */
export function lineAsk({input, output}: Terminal): Ask {
  const keyboard = new Keyboard(input)
  const line = async (prompt: string, {signal}: Question): Promise<string> => {
    output.write(`${prompt} `)
    try {
      return (await keyboard.line(signal)).trim()
    } catch (error) {
      output.write('\n') // what is said next does not stand behind the question
      throw error
    }
  }
  return {
    interactive: true,

    async confirm(question) {
      for (;;) {
        const answer = (await line(`${visible(question.message)}? Type yes or no:`, question)).toLowerCase()
        if (['yes', 'y'].includes(answer)) return true
        if (['no', 'n', ''].includes(answer)) return false
        output.write(`${question.prefix ?? ''}That is neither yes nor no.\n`)
      }
    },

    async text(question) {
      for (;;) {
        const answer = await line(`${visible(question.message)}:`, question)
        const wrong = question.check?.(answer) ?? null
        if (wrong === null) return answer
        output.write(`${question.prefix ?? ''}${visible(wrong)}\n`)
      }
    },

    async choose<T>(question: Question & {readonly choices: readonly Choice<T>[]}) {
      const {message, choices, prefix = ''} = question
      output.write(`${visible(message)}:\n`)
      for (const [at, {name}] of choices.entries()) output.write(`  ${at + 1}  ${visible(name)}\n`)
      for (;;) {
        const answer = await line(`${prefix}Type a number from 1 to ${choices.length}:`, question)
        const chosen = /^\d{1,6}$/.test(answer) ? choices[Number(answer) - 1] : undefined
        if (chosen !== undefined) return chosen.value
        output.write(`${prefix}There is no such number.\n`)
      }
    },

    secret: (question) => askSecret(keyboard, output, question),
  }
}

function inquirerAsk({input, output}: Terminal): Ask {
  const keyboard = new Keyboard(input)
  const asked = async <T>({signal}: Question, ask: (given: Given) => Promise<T>): Promise<T> => {
    const {stream, closed, release} = inputFor(input)
    const taken = signal === undefined ? closed : AbortSignal.any([signal, closed])
    try {
      return await answered(ask({input: stream, output: outputFor(output), signal: taken}))
    } finally {
      release()
    }
  }
  return {
    interactive: true,

    async confirm(question) {
      const {confirm} = await import('./prompts.ts')
      const message = `${visible(question.message)}?`
      return asked(question, (given) => confirm({message, default: false}, given))
    },

    async text(question) {
      const {input: ask} = await import('./prompts.ts')
      const validate = (text: string): true | string => question.check?.(text.trim()) ?? true
      const message = visible(question.message)
      return (await asked(question, (given) => ask({message, validate}, given))).trim()
    },

    async choose<T>(question: Question & {readonly choices: readonly Choice<T>[]}) {
      const {message, choices} = question
      const {select} = await import('./prompts.ts')
      // By place, because inquirer gives names to the values that it knows.
      const options = choices.map(({name, short = name}, value) => ({
        ...{name: visible(name), short: visible(short)},
        value,
      }))
      const place = await asked(question, (given) =>
        select({message: visible(message), choices: options}, given),
      )
      const chosen = choices[place]
      if (chosen === undefined) throw new TypeError('what was chosen was there')
      return chosen.value
    },

    secret: (question) => askSecret(keyboard, output, question),
    letters: (question) => askLetters(keyboard, output, question),
  }
}

interface Given {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
}

/** How long a question may take to end by itself once its lines are closed, in ms. */
const graceMs = 50

/**
 * The input for one question of inquirer's, which hears no error: what fails at the terminal is the end of its input.
 * @returns the stream; a signal that its lines were closed with no answer, of which inquirer itself says nothing; and what
 * takes the stream from the terminal again.
 */
function inputFor(input: TypedInput): {
  readonly stream: NodeJS.ReadableStream
  readonly closed: AbortSignal
  readonly release: () => void
} {
  const closing = new AbortController()
  let grace: NodeJS.Timeout | undefined
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      input.setRawMode?.(raw)
      // readline's last act, after an answer as after Ctrl-D.
      if (!raw)
        grace = setTimeout(() => {
          closing.abort()
        }, graceMs)
      return stream
    },
  })
  const onData = (chunk: Buffer | string): void => void stream.write(chunk)
  const onEnd = (): void => void stream.end()
  if (!input.readable) onEnd()
  input.on('data', onData).once('end', onEnd).once('error', onEnd)
  input.resume()
  return {
    stream,
    closed: closing.signal,
    release: () => {
      clearTimeout(grace)
      input.pause()
      input.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onEnd)
    },
  }
}

/**
 * The output for one question: inquirer pipes into it and never lets go, so that the terminal itself would hear of every
 * question that was ever asked.
 */
function outputFor(output: Terminal['output']): NodeJS.WritableStream {
  const one = new Writable({
    write(chunk: Buffer, _, done) {
      output.write(chunk)
      done()
    },
  })
  // How wide it is drawn.
  return Object.defineProperty(Object.assign(one, {isTTY: output.isTTY}), 'columns', {
    get: () => (output as {readonly columns?: number}).columns,
  })
}

/** inquirer has errors of its own for Ctrl-C, for a question taken back, and for a terminal that went away. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (cause) {
    if (cause instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(cause.name))
      throw new KeyriteError('CANCELLED', 'cancelled', {cause})
    throw cause
  }
}

async function askSecret(
  keyboard: Keyboard,
  output: NodeJS.WritableStream,
  {message, signal}: Question,
): Promise<Secret> {
  try {
    return await keyboard.secret(() => void output.write(`${visible(message)} (not shown): `), signal)
  } finally {
    output.write('\n')
  }
}

/** The longest line that is shown as it is typed; of a longer one (a scanner's) only how long it is. */
const mostShown = 40

/** Blanks between groups are no letters. */
function lettersIn(typed: Uint8Array): number {
  let count = 0
  for (const byte of typed) if (byte !== 0x20) count += 1
  return count
}

async function askLetters(
  keyboard: Keyboard,
  output: NodeJS.WritableStream,
  {message, signal}: Question,
): Promise<Secret> {
  const prompt = `${visible(message)}: `
  const shown = (typed: Uint8Array): void => {
    const letters =
      typed.length > mostShown
        ? `(${lettersIn(typed)} letters)`
        : visible(Buffer.from(typed).toString('latin1'))
    output.write(`\r\x1b[K${prompt}${letters}`)
  }
  let count = 0
  try {
    const typed = await keyboard.secret(() => void output.write(prompt), signal, shown)
    count = typed.use(lettersIn)
    return typed
  } finally {
    // What was typed does not stay on the screen, nor in what is scrolled away.
    output.write(`\r\x1b[K${prompt}${count === 0 ? '' : `(${count} letters)`}\n`)
  }
}
