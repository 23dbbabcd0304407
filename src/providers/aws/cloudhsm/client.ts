/** The line to CloudHSM v2, the service that manages clusters. It never sees a key. */
import {CloudHSMV2Client, type CloudHSMV2ClientConfig} from '@aws-sdk/client-cloudhsm-v2'
import {KeyriteError, type ErrorCode} from '../../../base/errors.ts'
import {tool} from '../../../base/package.ts'
import {visibleLine} from '../../../base/visible.ts'
import {Answered} from '../answered.ts'
import {foundCredentials} from '../credentials.ts'
import {failure, isThrottled, nameOf} from '../failures.ts'
import type {Place} from '../settings.ts'

/** How long is waited, in milliseconds. */
export interface ClusterPatience {
  readonly answer: number
  readonly tries: number
  /** For what was asked to show in lists, and between two looks. */
  readonly settle: number
  readonly look: number
}

export const clusterPatience: ClusterPatience = {answer: 30_000, tries: 4, settle: 20_000, look: 1000}

const byName: Readonly<Record<string, ErrorCode>> = {
  CloudHsmAccessDeniedException: 'CREDENTIALS_REFUSED',
  CloudHsmResourceNotFoundException: 'NOT_FOUND',
  CloudHsmInvalidRequestException: 'UNSUPPORTED',
}

export interface How {
  readonly region?: string
  /** Not repeated unless AWS says that it was not done: a copy made twice is one too many. */
  readonly once?: true
}

type Sending<T> = (client: CloudHSMV2Client, options: {readonly abortSignal: AbortSignal}) => Promise<T>

export class ClusterLine {
  readonly place: Place
  readonly patience: ClusterPatience
  readonly #clients = new Map<string, CloudHSMV2Client>()
  #closed = false
  readonly #answered = new Answered()

  constructor(place: Place, within: ClusterPatience) {
    this.place = place
    this.patience = within
  }

  /** Who really answered. */
  get host(): string {
    return this.#answered.host ?? ''
  }

  get time(): Date | null {
    return this.#answered.time
  }

  /** @param what - the act, for the error. @throws KeyriteError `PROVIDER_UNREACHABLE`, `CREDENTIALS_REFUSED`, `NOT_FOUND`, `UNSUPPORTED`, `PROVIDER_FAILED`. */
  async call<T>(what: string, send: Sending<T>, how: How = {}): Promise<T> {
    for (let tried = 1; ; tried++)
      try {
        if (this.#closed) throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: CloudHSM is closed`)
        return await send(this.#client(how), {abortSignal: AbortSignal.timeout(this.patience.answer)})
      } catch (error) {
        if (how.once !== true || !isThrottled(error) || tried >= this.patience.tries)
          throw clusterFailure(what, error)
        await this.pause(2 ** tried)
      }
  }

  /** @param looks - how long, counted in the time between two looks. */
  async pause(looks = 1): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.patience.look * looks))
  }

  close(): void {
    this.#closed = true
    for (const client of this.#clients.values()) client.destroy()
    this.#clients.clear()
  }

  #client({region = this.place.region, once}: How): CloudHSMV2Client {
    const called = `${region} ${String(once)}`
    const open = this.#clients.get(called) ?? this.#newClient(region, once)
    this.#clients.set(called, open)
    return open
  }

  #newClient(region: string, once: How['once']): CloudHSMV2Client {
    const {endpoint} = this.place
    const config: CloudHSMV2ClientConfig = {
      region,
      // This version of the SDK counts what is beyond the first.
      maxAttempts: this.patience.tries - 1,
      ...(once === true ? {retryStrategy: {retry: (next, args) => next(args)}} : {}),
      credentials: foundCredentials(this.place),
      customUserAgent: [['keyrite', tool().version]],
      ...(endpoint === null ? {} : {endpoint}),
    }
    return this.#answered.of(new CloudHSMV2Client(config))
  }
}

function clusterFailure(what: string, thrown: unknown): KeyriteError {
  const error = ownError(thrown)
  const known = byName[nameOf(error)]
  if (known === undefined || !(error instanceof Error)) return failure(what, error)
  const hints =
    known === 'CREDENTIALS_REFUSED' ? ['docs/providers/cloudhsm.md lists what each command needs'] : []
  return new KeyriteError(known, `cannot ${what}: ${visibleLine(error.message, 200)}`, {hints, cause: error})
}

/** What Node itself throws may be of another realm, and no instance of this one's Error. */
function ownError(thrown: unknown): unknown {
  if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) return thrown
  return Object.assign(new Error('message' in thrown ? String(thrown.message) : ''), thrown)
}
