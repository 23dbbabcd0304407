/** Runs one command in this process, in a world of its own. */
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {Config} from '@oclif/core'
import type {Surroundings} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Ask, Question} from '../../src/ui/ask.ts'
import type {KeyriteCommand} from '../../src/ui/command.ts'

/** What a run is given; the rest is as a script has it: no terminal, no agent, an empty environment. */
export interface World {
  readonly home: string
  readonly state: string
  readonly now?: () => Date
  readonly ask?: Ask
  readonly env?: NodeJS.ProcessEnv
  readonly agentSocket?: string
  readonly instruments?: readonly string[]
  /** Whether stdout and stderr are a terminal. */
  readonly tty?: boolean
  /** Is given what Ctrl-C does. */
  readonly onInterrupt?: (act: (signal: NodeJS.Signals) => void) => void
  /** Is told when the process would end without waiting for what hangs. */
  readonly endSoon?: () => void
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

export type CommandClass = (new (argv: string[], config: Config) => KeyriteCommand) & {id: string}

let config: Promise<Config> | undefined

/** @param id - as it is typed, such as `key show`. */
export async function runCommand(
  command: CommandClass,
  id: string,
  argv: readonly string[],
  world: World,
): Promise<Ran> {
  config ??= Config.load({root: join(import.meta.dirname, '../..'), userPlugins: false, devPlugins: false})
  command.id = id.replaceAll(' ', ':')
  const said = {stdout: '', stderr: ''}
  let exit = 0
  const one = new command([...argv], await config)
  const tty = world.tty ?? false
  one.outside = {
    env: world.env ?? {},
    stdout: {isTTY: tty, columns: 80, write: (text) => void (said.stdout += text)},
    stderr: {isTTY: tty, write: (text) => void (said.stderr += text)},
    ask: () => world.ask ?? nobody,
    surroundings: (facts) => ({...facts, ...surroundingsOf(world)}),
    setExit: (status) => void (exit = status),
    onInterrupt: (act) => {
      world.onInterrupt?.(act)
      return () => undefined
    },
    exit: (status) => void (exit = status),
    endSoon: () => world.endSoon?.(),
  }
  await one.run()
  return {...said, exit}
}

/** The same with `--json`: the one document on stdout. */
export async function runJson<T = Record<string, unknown>>(
  command: CommandClass,
  id: string,
  argv: readonly string[],
  world: World,
): Promise<T & {readonly schema: string; readonly exit: number}> {
  const ran = await runCommand(command, id, [...argv, '--json'], world)
  const document = JSON.parse(ran.stdout) as T & {readonly schema: string; readonly exit: number}
  if (document.exit !== ran.exit)
    throw new Error(`the document says ${document.exit}, the process ${ran.exit}`)
  return document
}

/** What stays the same for all the programs of a world. */
export function surroundingsOf(
  world: World,
): Omit<Surroundings, 'home' | 'ask' | 'command' | 'say'> & {home: string} {
  return {
    home: world.home,
    state: {path: world.state},
    clock: {now: world.now ?? (() => new Date())},
    random: {bytes: (count) => randomBytes(count)},
    tool: {version: '0.0.0', sha256: '0'.repeat(64)},
    host: 'test-host',
    agentSocket: world.agentSocket,
    instruments: () => world.instruments ?? [],
  }
}

async function refuse({message, flag}: Question): Promise<never> {
  throw new KeyriteError('NO_TERMINAL', `cannot ask "${message}": there is no terminal`, {hints: [flag]})
}
export const nobody: Ask = {interactive: false, confirm: refuse, text: refuse, choose: refuse, secret: refuse}

/** Somebody at a terminal who gives these answers, in this order; a secret is one of them, a choice the name of one. */
export function somebody(...answers: readonly string[]): Ask & {readonly asked: string[]} {
  const asked: string[] = []
  const left = [...answers]
  const next = ({message}: Question): string => {
    asked.push(message)
    const answer = left.shift()
    if (answer === undefined) throw new Error(`nobody answers "${message}"`)
    return answer
  }
  return {
    asked,
    interactive: true,
    confirm: async (question) => next(question) === 'yes',
    text: async (question) => next(question),
    choose: async (question) => {
      const name = next(question)
      const chosen = question.choices.find((choice) => choice.name.includes(name))
      if (chosen === undefined) throw new Error(`there is no choice "${name}"`)
      return chosen.value
    },
    secret: async (question) => new Secret(Buffer.from(next(question))),
  }
}
