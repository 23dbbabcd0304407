/** Builds everything once: home, ledger with all folds, operations, providers, clock, random, terminal. */
import {homedir, hostname} from 'node:os'
import {randomBytes} from 'node:crypto'
import {join, resolve} from 'node:path'
import {tool} from './base/package.ts'
import {Secret} from './base/secret.ts'
import {readOwn} from './base/files.ts'
import type {Clock, Random} from './base/world.ts'
import {ceremonyFold} from './ceremony/fold.ts'
import {custodyFold} from './custody/index.ts'
import {keyActivate, keyCreate, keysFold} from './keys/index.ts'
import {Ledger, type AnyFold, type LedgerWorld, type StateDir, type Tool} from './ledger/index.ts'
import {policyFold} from './policy/index.ts'
import {openProfile, profilesFold, readConfig, type ProfileFacts} from './profiles/index.ts'
import type {Provider} from './providers/ports.ts'
import {profileOf} from './keys/index.ts'
import {operationsOf, profileAdd, profileRemove, requestsFold, type Operations} from './requests/index.ts'
import {refusalsFold} from './requests/refusals.ts'
import type {Ask} from './ui/ask.ts'

/** What is different from one run to another; a test gives its own. */
export interface Surroundings {
  readonly home: string
  readonly state: StateDir
  readonly clock: Clock
  readonly random: Random
  readonly tool: Tool
  readonly host: string
  readonly agentSocket: string | undefined
  readonly ask: Ask
  /** The command that runs, without its arguments. */
  readonly command: string
  /** Says something to the person at the terminal (stderr). */
  readonly say: (line: string) => void
}

/** Every operation that this keyrite knows. */
export const operations: Operations = operationsOf([profileAdd, profileRemove, keyCreate, keyActivate])

/** Every fold, left to right as architecture.md has the folders. */
export const folds: readonly AnyFold[] = [custodyFold, policyFold, profilesFold, requestsFold(operations), refusalsFold, keysFold, ceremonyFold]

export class App {
  readonly world: Surroundings
  readonly operations = operations
  readonly folds = folds
  readonly #providers = new Map<string, Promise<Provider>>()
  #ledger: Ledger | undefined

  constructor(world: Surroundings) {
    this.world = world
  }

  /** The ledger, opened and replayed at its first use. @throws as `Ledger.open`. */
  get ledger(): Ledger {
    this.#ledger ??= Ledger.open(this.ledgerWorld)
    return this.#ledger
  }

  get ledgerWorld(): LedgerWorld {
    const {home, state, clock, random, tool: program, host, command, say} = this.world
    return {
      home, state, clock, random, tool: program, host, command, folds,
      onWait: (holder) => { say(`Waiting for the ledger: it is held by ${holder}.`) },
    }
  }

  /** Takes a ledger that was just founded. */
  adopt(ledger: Ledger): void {
    this.#ledger = ledger
  }

  /** Whether a ledger was opened in this run: only then can a refusal be recorded in it. */
  get opened(): Ledger | undefined {
    return this.#ledger
  }

  /** The provider of a profile, opened once. @throws KeyriteError as `openProfile`. */
  provider(name: string): Promise<Provider> {
    const open = this.#providers.get(name) ?? this.#open(profileOf(this.ledger.view, name))
    this.#providers.set(name, open)
    return open
  }

  /** Takes a provider that was opened elsewhere (a token just made). */
  lend(name: string, provider: Provider): void {
    this.#providers.set(name, Promise.resolve(provider))
  }

  #open(profile: ProfileFacts): Promise<Provider> {
    const {home, clock, random} = this.world
    return openProfile({
      profile, local: readConfig(home).get(profile.name), clock, random, secret: (called, facts, file) => this.#secret(called, facts, file),
      leastGeneration: this.ledger.of(profilesFold).generations.get(profile.name) ?? null,
    })
  }

  async #secret(called: string, profile: ProfileFacts, file: string | undefined): Promise<Secret> {
    if (file !== undefined && this.world.ask.secretGiven !== true) return readSecretFile(file)
    return this.world.ask.secret({message: `${called} of profile "${profile.name}" (${profile.kind}, ${profile.environment})`, flag: '--pin-file FILE'})
  }

  async close(): Promise<void> {
    for (const provider of this.#providers.values()) {
      try {
        await (await provider).close()
      } catch {
        // It never opened, or is closed already: there is nothing left to wipe.
      }
    }
    this.#providers.clear()
    this.#ledger?.close()
    this.#ledger = undefined
  }
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
export function surroundings(facts: Pick<Surroundings, 'home' | 'ask' | 'command' | 'say'>): Surroundings {
  return {
    ...facts,
    state: stateDir(process.env),
    clock: {now: () => new Date()},
    random: {bytes: (count) => randomBytes(count)},
    tool: tool(),
    host: hostname(),
    agentSocket: process.env['SSH_AUTH_SOCK'],
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
