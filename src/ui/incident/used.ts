/**
 * Who used a key, by the log of its place: read from the first second on, beside everything else. What is known when the first
 * look is over is said; while the key is contained nothing further is asked; the rest is read after that, and never for long.
 */
import {setTimeout as sleep} from 'node:timers/promises'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {parseDuration} from '../../base/duration.ts'
import {findIncident, type Incident} from '../../incidents/index.ts'
import {keysFold, Pace, profileOf, readUsage, recordUsage, withoutLog, type Usage} from '../../keys/index.ts'
import {readLogs} from '../../profiles/index.ts'
import type {ActContext} from '../../requests/index.ts'
import {custodyFold} from '../../custody/index.ts'
import {called} from '../actor.ts'

const days = 30
/** The key is dead by then: so long is the end of the screen put off. */
const waitMs = 20_000
/** What was read until then is counted after it, and nothing more. */
const countMs = 500
const hours = {from: 7, to: 19}

type Hurry = (line: string) => void
type Outcome = {readonly usage: Usage} | {readonly error: unknown} | null

export class UsageReading {
  readonly #app: App
  readonly #incident: Pick<Incident, 'id' | 'key'>
  readonly #hurry: Hurry
  readonly #pace = new Pace()
  #outcome: Outcome = null
  #reading: Promise<void> | null = null
  #told = false

  constructor(app: App, incident: Pick<Incident, 'id' | 'key'>, hurry: Hurry) {
    this.#app = app
    this.#incident = incident
    this.#hurry = hurry
  }

  /** @param ready - settles when people were asked for what opens the place. */
  begin(ready: Promise<unknown> = Promise.resolve()): void {
    if (findIncident(this.#app.ledger, this.#incident.id).used !== null) return
    this.#reading ??= ready
      .catch(() => undefined)
      .then(() => this.#read())
      .then(
        (usage) => {
          this.#outcome = {usage}
        },
        (error: unknown) => {
          this.#outcome = {error}
        },
      )
  }

  /** Says what is known by now, and asks nothing further until `finish`. */
  known(): void {
    if (this.#reading === null) return
    this.#pace.hold()
    if (this.#outcome !== null && 'usage' in this.#outcome) this.#tell(this.#outcome.usage)
    else if (this.#outcome === null && this.#pace.read > 0 && this.#hasLog())
      this.#hurry(
        `Used, by what was read of the log of its place so far: ${this.#pace.read} times, by ${this.#who([...this.#pace.callers])}. The rest is read once it is contained.`,
      )
  }

  /** Reads the rest, and records it. @throws KeyriteError where the ledger cannot be written. */
  async finish(context: Omit<ActContext, 'approved'>): Promise<void> {
    if (this.#reading === null) return
    this.#pace.go()
    await this.#within(waitMs)
    this.#pace.end()
    if (this.#outcome === null) await this.#within(countMs)
    const outcome = this.#outcome
    if (outcome === null) this.#missing(`the log of its place gave no answer in ${waitMs / 1_000} s`)
    else if ('usage' in outcome) {
      await recordUsage(context, outcome.usage)
      if (!this.#told) this.#tell(outcome.usage)
    } else if (outcome.error instanceof KeyriteError)
      this.#missing(`${outcome.error.message} (${outcome.error.code})`, outcome.error.hints[0])
    // A log that answers in a form of its own must not keep the screen from saying that the key is dead.
    else this.#missing('the log of its place answered in a form that is not known')
  }

  /** Whatever comes later is waited for by nobody. */
  end(): void {
    this.#pace.end()
  }

  async #read(): Promise<Usage> {
    const {ledger, world} = this.#app
    const key = ledger.of(keysFold).keys.get(this.#incident.key)
    if (key === undefined) throw new TypeError('an incident is about a key')
    const until = ledger.time
    return readUsage(
      ledger,
      key,
      () => this.#app.provider(key.profile),
      profileOf(ledger.view, key.profile).kind,
      {
        ...{since: new Date(until.getTime() - parseDuration(`P${days}D`)), until, hours},
        ...(readLogs(world.home).get(key.profile) ?? {files: [], workspace: null, endpoint: null}),
        pace: this.#pace,
      },
    )
  }

  async #within(ms: number): Promise<void> {
    const late = new AbortController()
    await Promise.race([this.#reading, sleep(ms, null, {signal: late.signal, ref: false})])
    late.abort()
  }

  #tell({events, callers, gaps}: Usage): void {
    this.#told = true
    const most = [...callers].sort((one, other) => other.count - one.count)
    const who = this.#who(most.map(({caller}) => caller))
    if (!this.#hasLog()) {
      this.#hurry(
        `Its place keeps no log of its use. What keyrite did with it in ${days} days: ${events} entries of the ledger, by ${who}.`,
      )
      return
    }
    const part = gaps.some((one) => one.startsWith('it was not read to its end')) ? 'at least ' : ''
    this.#hurry(`Used in ${days} days, by the log of its place: ${part}${events} times, by ${who}.`)
  }

  #hasLog(): boolean {
    const {ledger} = this.#app
    const {profile} = findIncident(ledger, this.#incident.id)
    return !withoutLog.has(profileOf(ledger.view, profile).kind)
  }

  #who(callers: readonly string[]): string {
    const {roster} = this.#app.ledger.of(custodyFold)
    const named = callers.slice(0, 5).map((one) => {
      const person = roster.get(one)
      return person === undefined ? one : called(person)
    })
    const more = callers.length > 5 ? `, and ${callers.length - 5} more` : ''
    return callers.length === 0 ? 'nobody' : `${named.join(', ')}${more}`
  }

  #missing(why: string, then?: string): void {
    const later = then?.startsWith('keyrite ') === true ? then : `keyrite key usage ${this.#incident.key}`
    this.#hurry(`Who used it in ${days} days is not known yet: ${why}. Later: ${later}`)
  }
}
