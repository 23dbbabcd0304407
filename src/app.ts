/** Builds everything once: home, ledger with all folds, operations, providers, clock, random, terminal. */
import type {Secret} from './base/secret.ts'
import {lstatSync} from 'node:fs'
import {KeyriteError} from './base/errors.ts'
import {guardProduction} from './ceremony/guards.ts'
import {hasDraft, Ledger, ledgerNameIn, pendingWriter, type LedgerWorld} from './ledger/index.ts'
import {hsmRootsOf, policyFold} from './policy/index.ts'
import type {Way} from './notifications/index.ts'
import {
  generationOf,
  openProfile,
  profilesFold,
  readChannels,
  readConfig,
  type ProfileFacts,
} from './profiles/index.ts'
import type {Provider} from './providers/ports.ts'
import {profileOf} from './keys/index.ts'
import {secretToAsk} from './providers/of-kind.ts'
import type {Offered} from './providers/offered.ts'
import {providerKind} from './providers/registry.ts'
import {readSecretFile, type Surroundings} from './surroundings.ts'
import {folds, operations} from './known.ts'

export type {Surroundings} from './surroundings.ts'
export {folds, operations} from './known.ts'

/** How a place is only looked at. */
export interface Looks {
  /** How long to wait for each of its answers, in ms. */
  readonly answer: number
  /** Does what waits for a person. */
  readonly standing: <T>(work: () => Promise<T>) => Promise<T>
}

/** How long a place may take to say what it can do, in ms. */
const offeredMs = 5_000

export class App {
  readonly world: Surroundings
  readonly operations = operations
  readonly folds = folds
  readonly #providers = new Map<string, Promise<Provider>>()
  /** Those that have opened. */
  readonly #opened = new Set<Provider>()
  #ledger: Ledger | undefined
  /** The entry of the request that this run goes on with; null while it goes on with none. */
  goesOn: number | null = null

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
      home,
      state,
      clock,
      random,
      tool: program,
      host,
      command,
      folds,
      external: () => this.external,
      onWait: (holder) => {
        say(`Waiting for the ledger: it is held by ${holder}.`)
      },
    }
  }

  /** Requests are asked and answered in the take-over that waits in this home for people, if there is one. @throws as `startDraft`. */
  useDraft(): void {
    if (this.#ledger === undefined && hasDraft(this.world.home)) this.startDraft()
  }

  /** Opens the ledger to draft a take-over by the key that waits here. @throws KeyriteError as `Ledger.drafting`. */
  startDraft(): Ledger {
    this.#ledger?.close()
    const {home, state} = this.world
    this.#ledger = Ledger.drafting(this.ledgerWorld, pendingWriter(state, ledgerNameIn(home)))
    return this.#ledger
  }

  /** Opens the ledger anew: after a write that failed its connection may be of no use any more. */
  readAgain(): void {
    this.#ledger?.close()
    this.#ledger = undefined
  }

  /** Takes a ledger that was just founded. */
  adopt(ledger: Ledger): void {
    this.#ledger = ledger
  }

  /** Whether a ledger was opened in this run: only then can a refusal be recorded in it. */
  get opened(): Ledger | undefined {
    return this.#ledger
  }

  /**
   * The provider of a profile, opened once.
   * @param facts - of a profile that is only about to be added.
   * @param looks - it is only looked at: a last try at its PIN is not spent on that. Its answers are waited for as long as its kind finds right unless told.
   * @throws KeyriteError as `openProfile`.
   */
  provider(
    name: string,
    facts: ProfileFacts = profileOf(this.ledger.view, name),
    looks?: Looks,
  ): Promise<Provider> {
    const open = this.#providers.get(name) ?? this.#open(facts, looks).then(this.#took)
    this.#providers.set(name, open)
    return open
  }

  /** Whoever only looked does not wait for it any longer: it is closed when it has opened after all. */
  giveUp(name: string): void {
    const open = this.#providers.get(name)
    this.#providers.delete(name)
    open
      ?.then(async (provider) => {
        this.#opened.delete(provider)
        await provider.close()
      })
      .catch(() => undefined)
  }

  /**
   * What keys a place can have, by what it says before anybody gives it a secret; null where it says so only then, or gives no answer
   * from here. Then what it lacks shows when it is asked for the key.
   */
  async offered(name: string): Promise<Offered | null> {
    const profile = profileOf(this.ledger.view, name)
    const local = readConfig(this.world.home).get(name)
    if (local === undefined) return null
    try {
      this.#guard(profile)
      const {offers} = providerKind(profile.kind)
      if (offers !== undefined) return await offers(local.settings, offeredMs, profile.identity)
      if (secretToAsk(profile.kind, local.settings) !== null) return null
      // Opened for this alone: what acts later waits longer for its answers.
      const provider = await this.#open(profile, {answer: offeredMs, standing: async (work) => work()})
      return await provider.evidence.capabilities().finally(() => provider.close())
    } catch (error) {
      if (error instanceof KeyriteError) return null
      throw error
    }
  }

  /** The one profile whose place was asked in this run; null where none was, or several. */
  get reached(): string | null {
    const [name, ...more] = this.#providers.keys()
    return name === undefined || more.length > 0 ? null : name
  }

  /** How people are told of something. */
  get way(): Way {
    const {home, clock, random, tool: program} = this.world
    return {
      home,
      clock,
      random,
      agent: `keyrite/${program.version}`,
      channels: () => readChannels(home),
      readSecret: readSecretFile,
    }
  }

  /** The newest time that a provider open in this run answers with; null where none says it. */
  get external(): Date | null {
    const times = [...this.#opened].flatMap((provider) => provider.time()?.getTime() ?? [])
    return times.length === 0 ? null : new Date(Math.max(...times))
  }

  readonly #took = (provider: Provider): Provider => {
    this.#opened.add(provider)
    return provider
  }

  /** Takes a provider that was opened elsewhere (a token just made). */
  lend(name: string, provider: Provider): void {
    this.#providers.set(name, Promise.resolve(this.#took(provider)))
  }

  #open(profile: ProfileFacts, looks?: Looks): Promise<Provider> {
    this.#guard(profile)
    const {home, clock, random} = this.world
    return openProfile({
      profile,
      local: readConfig(home).get(profile.name),
      clock,
      random,
      ...(looks === undefined ? {} : {within: looks.answer}),
      believing: {
        roots: () => hsmRootsOf(this.ledger.of(policyFold).policy, profile.kind),
        now: () => clock.now(),
      },
      say: this.world.say,
      secret: (called, facts, file, last) => this.#secret(called, facts, file, last, looks),
      leastGeneration: generationOf(this.ledger.of(profilesFold), profile),
    })
  }

  /** On every way to a provider: so nothing reaches a production one past its guards. */
  #guard(profile: ProfileFacts): void {
    const {policy} = this.ledger.of(policyFold)
    guardProduction(profile, policy, this.world.instruments(), {answersFile: false})
  }

  async #secret(
    called: string,
    profile: ProfileFacts,
    file: string | undefined,
    last: boolean,
    looks: Looks | undefined,
  ): Promise<Secret> {
    if (file !== undefined && this.world.ask.secretGiven !== true) {
      if (last && looks !== undefined) throw notTried(called, profile.name, file)
      this.#judgePinFile(file, profile)
      return readSecretFile(file)
    }
    const ask = (): Promise<Secret> =>
      this.world.ask.secret({
        message: `${called} of profile "${profile.name}" (${profile.kind}, ${profile.environment})`,
        flag: '--pin-file FILE',
      })
    return looks === undefined ? ask() : looks.standing(ask)
  }

  /** @throws KeyriteError `UNSAFE_FILE` in production; elsewhere it is said. */
  #judgePinFile(file: string, profile: ProfileFacts): void {
    if ((lstatSync(file, {throwIfNoEntry: false})?.mode ?? 0) % 0o100 === 0) return
    const fact = `others can read the PIN in "${file}"`
    if (profile.environment === 'production')
      throw new KeyriteError('UNSAFE_FILE', `cannot open profile "${profile.name}": ${fact}`, {
        hints: [`chmod 600 ${file}`],
      })
    this.world.say(`Warning: ${fact}: chmod 600 ${file}`)
  }

  /** Closes every provider that is open: its PIN is asked for again at the next use. */
  async logOut(): Promise<void> {
    for (const provider of this.#providers.values()) {
      try {
        await (await provider).close()
      } catch {
        // It never opened, or is closed already: there is nothing left to wipe.
      }
    }
    this.#providers.clear()
    this.#opened.clear()
  }

  async close(): Promise<void> {
    await this.logOut()
    this.#ledger?.close()
    this.#ledger = undefined
  }
}

/** Whoever only looks has not thought of what a wrong PIN costs now. */
function notTried(called: string, name: string, file: string): KeyriteError {
  return new KeyriteError(
    'CREDENTIALS_REFUSED',
    `cannot open profile "${name}": one more wrong ${called} locks it, so the one in "${file}" was not tried`,
    {
      hints: [
        `keyrite profile check ${name} --pin-file FILE, once you know that FILE holds the right one`,
        'find out who tried, and what is wrong with the one that is remembered',
      ],
    },
  )
}
