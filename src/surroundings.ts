/** The world around a run: where home and state lie, clock, random, this program, this host. `app.ts` is built on it. */
import {randomBytes} from 'node:crypto'
import {homedir} from 'node:os'
import {join, resolve} from 'node:path'
import {readOwn} from './base/files.ts'
import {tool} from './base/package.ts'
import {instruments} from './base/instruments.ts'
import {Secret} from './base/secret.ts'
import {hostFacts, hostLine} from './base/this-host.ts'
import type {Clock, Interruptible, Random} from './base/world.ts'
import type {StateDir, Tool} from './ledger/index.ts'
import type {Ask} from './ui/ask.ts'

/** What is different from one run to another; a test gives its own. */
export interface Surroundings {
  readonly home: string
  readonly state: StateDir
  readonly clock: Clock
  readonly random: Random
  readonly tool: Tool
  /** The machine by name, and its network addresses. */
  readonly host: string
  readonly agentSocket: string | undefined
  /** Signs that another program could steer this one, in words. */
  readonly instruments: () => readonly string[]
  readonly ask: Ask
  /** How what asks a person by itself (ssh-keygen) is waited for; without it nothing takes that back. */
  readonly interruptible?: Interruptible | undefined
  /** How long this program runs already, in ms; unknown in a test. */
  readonly spent?: (() => number) | undefined
  /** Whether a person is asked at this moment. */
  readonly asking?: (() => boolean) | undefined
  /** The command that runs, without its arguments. */
  readonly command: string
  /** Says something to the person at the terminal (stderr). */
  readonly say: (line: string) => void
}

/** The workspace: `--home`, else KEYRITE_HOME, else the platform's data directory. */
export function homeDir(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  if (flag !== undefined) return resolve(flag)
  if (env['KEYRITE_HOME'] !== undefined && env['KEYRITE_HOME'] !== '') return resolve(env['KEYRITE_HOME'])
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'keyrite')
  return join(xdg(env['XDG_DATA_HOME'], '.local/share'), 'keyrite')
}

/** What must not lie in a home: `$XDG_STATE_HOME/keyrite`. */
export function stateDir(env: NodeJS.ProcessEnv): StateDir {
  return {path: join(xdg(env['XDG_STATE_HOME'], '.local/state'), 'keyrite')}
}

function xdg(value: string | undefined, otherwise: string): string {
  return !value?.startsWith('/') ? join(homedir(), otherwise) : value
}

/** The real world around a command. */
export function surroundings(
  facts: Pick<Surroundings, 'home' | 'ask' | 'interruptible' | 'asking' | 'command' | 'say'>,
): Surroundings {
  return {
    ...facts,
    state: stateDir(process.env),
    clock: {now: () => new Date()},
    random: {bytes: (count) => randomBytes(count)},
    tool: tool(),
    host: hostLine(hostFacts(process.env)),
    agentSocket: process.env['SSH_AUTH_SOCK'],
    instruments: () => instruments(process.env, process.execArgv),
    spent: () => performance.now(),
  }
}

/** A PIN from a file: its first line, without the newline. The file must be ours alone. @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`. */
export function readSecretFile(path: string): Secret {
  const bytes = readOwn(path, 4096)
  const end = bytes.indexOf(0x0a)
  const line = Uint8Array.from(bytes.subarray(0, end === -1 ? bytes.length : end))
  bytes.fill(0)
  return new Secret(line)
}
