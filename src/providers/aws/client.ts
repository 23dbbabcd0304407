/** The line to AWS KMS: its clients, a limit on calls at once, time-outs, and what each answer tells besides. */
import {KMS, type KMSClientConfig} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import {tool} from '../../base/package.ts'
import {within} from '../../base/within.ts'
import {Answered} from './answered.ts'
import {credentialsOf} from './credentials.ts'
import {failure, isThrottled} from './failures.ts'
import {namedAddress} from './hosts.ts'
import type {Place} from './settings.ts'

/** How long is waited, in milliseconds, and how often a call that may be repeated is tried. */
export interface Patience {
  readonly connect: number
  readonly answer: number
  readonly tries: number
  /** For a change to be seen everywhere in the region: AWS says seconds, rarely more. */
  readonly settle: number
  /** Between two looks at what settles, and before a throttled call is tried again. */
  readonly look: number
}

export const patience: Patience = {connect: 5000, answer: 30_000, tries: 4, settle: 20_000, look: 500}

/** As many calls at once. */
const atOnce = 8

export interface How {
  /** Another region than the profile's: where a copy lies. */
  readonly region?: string
  /** Not repeated unless AWS says that it was not done: a key made twice is one too many. */
  readonly once?: true
}

export class Line {
  readonly place: Place
  readonly patience: Patience
  readonly #clients = new Map<string, KMS>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #closed = false
  /** What is said of calls that only try a key. */
  readonly #probe: string | undefined
  readonly #lent: Line[] = []
  readonly #answered = new Answered()

  constructor(place: Place, within: Patience, probe?: string) {
    this.place = place
    this.patience = within
    this.#probe = probe
  }

  /** The same line, whose calls say that they try a key, and for which intent. It closes with this one. */
  probing(intent: string): Line {
    const line = new Line(this.place, this.patience, intent)
    if (this.#closed) line.close()
    this.#lent.push(line)
    return line
  }

  /** Whether its calls only try keys: then the service itself is to refuse, and not what it said of a key's state. */
  get tries(): boolean {
    return this.#probe !== undefined
  }

  /** The same line to another region, where a copy lies. It closes with this one. */
  there(region: string): Line {
    const line = new Line({...this.place, region}, this.patience, this.#probe)
    if (this.#closed) line.close()
    this.#lent.push(line)
    return line
  }

  /** Who really answered: `kms.eu-central-1.amazonaws.com`, with the scheme and port where they are not the usual ones. */
  get host(): string | undefined {
    return this.#answered.host
  }

  get time(): Date | null {
    return this.#answered.time
  }

  /** @param what - the act, for the error. @throws KeyriteError as `failure`. */
  async call<T>(what: string, act: (kms: KMS) => Promise<T>, how: How = {}): Promise<T> {
    await this.#turn()
    try {
      for (let tried = 1; ; tried++)
        try {
          this.demandOpen(what)
          return await this.#inTime(what, act(this.#client(how)), how)
        } catch (error) {
          if (how.once !== true || !isThrottled(error) || tried >= this.patience.tries) throw error
          await this.pause(2 ** tried)
        }
    } catch (error) {
      const {endpoint, region, awsProfile} = this.place
      throw failure(what, error, endpoint ?? `AWS KMS in ${how.region ?? region}`, awsProfile)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  /** @param looks - how long, counted in the time between two looks. */
  async pause(looks = 1): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.patience.look * looks))
  }

  close(): void {
    this.#closed = true
    for (const client of this.#clients.values()) client.destroy()
    for (const line of this.#lent) line.close()
    this.#clients.clear()
  }

  /** @throws KeyriteError `PROVIDER_FAILED` after `close`. */
  demandOpen(what: string): void {
    if (this.#closed) throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: AWS KMS is closed`)
  }

  async #turn(): Promise<void> {
    while (this.#running >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
  }

  /** The SDK's own time-outs end with the head of an answer; a server can stop in its middle. */
  async #inTime<T>(what: string, work: Promise<T>, {once}: How): Promise<T> {
    const {answer, connect, tries} = this.patience
    const wait = (answer + connect) * (once === true ? 1 : tries)
    return within(
      wait,
      work,
      () =>
        new KeyriteError(
          'PROVIDER_UNREACHABLE',
          `cannot ${what}: no whole answer within ${wait / 1000} seconds`,
          {hints: ['the same command again: it asks what was done']},
        ),
    )
  }

  #client({region = this.place.region, once}: How): KMS {
    const called = `${region} ${String(once)}`
    const open = this.#clients.get(called) ?? this.#newClient(region, once === true ? 1 : this.patience.tries)
    this.#clients.set(called, open)
    return open
  }

  #newClient(region: string, maxAttempts: number): KMS {
    const probe = this.#probe === undefined ? [] : [['probe'], [this.#probe]]
    const client = new KMS({
      ...commonConfig(this.place, this.patience),
      customUserAgent: [['keyrite', tool().version], ...(probe as [string][])],
      region,
      maxAttempts,
    })
    return this.#answered.of(client)
  }
}

const nothing = (): void => undefined
const silent = {trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing}

/** What every client of the SDK is made with here. */
export function commonConfig(place: Place, {connect, answer}: Patience): KMSClientConfig {
  return {
    ...namedAddress,
    ...(place.endpoint === null ? {} : {endpoint: place.endpoint}),
    ...(place.awsProfile === null ? {} : {profile: place.awsProfile}),
    ...(place.roleArn === null ? {} : {credentials: credentialsOf(place, place.roleArn)}),
    useFipsEndpoint: place.fips,
    retryMode: 'standard',
    // It would warn on the terminal, in the middle of what keyrite says.
    logger: silent,
    requestHandler: {connectionTimeout: connect, requestTimeout: answer, throwOnRequestTimeout: true},
  }
}
