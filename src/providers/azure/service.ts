/** The clients of one vault or Managed HSM: opened lazily, with limits of time, and with our name. */
import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Client} from '@azure-rest/core-client'
import type {TokenCredential} from '@azure/core-auth'
import type {KeyClient} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {visibleLine} from '../../base/visible.ts'
import {within} from '../../base/within.ts'
import {refusalsInForm} from './answers.ts'
import {challengeOf} from './challenge.ts'
import {failure, misread, statusOf} from './failures.ts'
import type {Place} from './place.ts'

/** Served by Azure everywhere, and the newest that emulators know; what came later asks for its own. */
const apiVersion = '7.6'
/** Milliseconds for one call with its repetitions: the clients have no limit of their own. */
const patience = 60_000
/** Of one list: more is no list of people. */
const mostPages = 1000

interface Clients {
  readonly patient: KeyClient
  readonly once: KeyClient
  readonly rest: Client
  /** As `rest`, asked once. */
  readonly restOnce: Client
}

export class Service {
  readonly place: Place
  /** Asked again when an answer is lost. */
  readonly patient: KeyClient
  /** Asked once: what makes or changes something. */
  readonly once: KeyClient
  readonly #rest: Client
  readonly #restOnce: Client
  readonly #ca: Buffer | null
  /** Clients that name themselves so. */
  readonly #named: (agent: string) => Clients
  readonly #agent: string
  /** How long an answer is waited for, in ms, with all repetitions. */
  readonly #within: number
  readonly #lent: Service[] = []
  #closed = false

  private constructor(
    place: Place,
    named: (agent: string) => Clients,
    {agent, ca, within}: {readonly agent: string; readonly ca: Buffer | null; readonly within: number},
  ) {
    const clients = named(agent)
    this.place = place
    this.patient = clients.patient
    this.once = clients.once
    this.#rest = clients.rest
    this.#restOnce = clients.restOnce
    this.#ca = ca
    this.#named = named
    this.#agent = agent
    this.#within = within
  }

  /**
   * @param within - how long an answer is waited for, in ms, with all repetitions.
   * @throws KeyriteError `FILE_NOT_FOUND`, `CREDENTIALS_REFUSED`, `USAGE`.
   */
  static async open(place: Place, agent: string, within = patience): Promise<Service> {
    const [{KeyClient: Keys}, {getClient}, {keyVaultAuthenticationPolicy}, {credentialsFor}] =
      await Promise.all([
        import('@azure/keyvault-keys'),
        import('@azure-rest/core-client'),
        import('@azure/keyvault-common'),
        import('./credentials.ts'),
      ])
    const ca = place.caFile === null ? null : fileOf(place.caFile)
    const credential: TokenCredential = await credentialsFor(place)
    const tls = ca === null ? {} : {tlsOptions: {ca}}
    const retryOptions = {maxRetries: 3, retryDelayInMs: 300, maxRetryDelayInMs: 4000}
    const challenge = {disableChallengeResourceVerification: ca !== null}
    const named = (called: string): Clients => {
      // Below what reads an answer, and within each repetition.
      const additionalPolicies = [{policy: refusalsInForm, position: 'perRetry' as const}]
      const common = {userAgentOptions: {userAgentPrefix: called}, additionalPolicies, ...tls}
      const keys = (retries: object): KeyClient =>
        new Keys(place.vault, credential, {
          ...common,
          ...challenge,
          serviceVersion: apiVersion,
          retryOptions: retries,
        })
      const rest = (retries: object): Client => {
        const client = getClient(place.vault, {...common, retryOptions: retries})
        client.pipeline.addPolicy(keyVaultAuthenticationPolicy(credential, challenge))
        return client
      }
      return {
        ...{patient: keys(retryOptions), once: keys({maxRetries: 0})},
        ...{rest: rest(retryOptions), restOnce: rest({maxRetries: 0})},
      }
    }
    return new Service(place, named, {agent, ca, within})
  }

  /** The same vault, whose calls say that they try a key, and for which intent. It closes with this one. */
  probing(intent: string): Service {
    const service = new Service(this.place, this.#named, {
      agent: `${this.#agent} probe ${intent}`,
      ca: this.#ca,
      within: this.#within,
    })
    service.#closed = this.#closed
    this.#lent.push(service)
    return service
  }

  /** @param act - is told when nobody waits any more: a repetition of its own that came later could undo what was done since. @throws KeyriteError, whatever goes wrong but a bug. */
  async ask<T>(what: string, act: (ended: AbortSignal) => Promise<T>): Promise<T> {
    this.demandOpen()
    const till = performance.now() + this.#within
    for (let tries = 0; ; tries++)
      try {
        return await inTime(what, act, till - performance.now(), this.#within / 1000)
      } catch (error) {
        // Too many requests: this one was not processed, so it may be sent again, whatever it is. Azure often does not say when.
        if (statusOf(error) !== 429 || tries === 4) throw failure(what, misread(what, error))
        await sleep(300 * 2 ** tries)
      }
  }

  /** One operation of a key, at the service itself: the client of the SDK would do some of them here, and refuse others by itself. */
  async operate(
    what: string,
    path: string,
    body: object,
    verb: 'post' | 'patch' | 'put' = 'post',
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#send(this.#rest, what, path, body, verb)
  }

  /** The same for what may not be sent twice. */
  async operateOnce(
    what: string,
    path: string,
    body: object,
    verb: 'post' | 'put' = 'post',
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#send(this.#restOnce, what, path, body, verb)
  }

  async #send(
    client: Client,
    what: string,
    path: string,
    body: object,
    verb: 'post' | 'patch' | 'put',
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.ask(what, async (abortSignal) => {
      const answer = await client.pathUnchecked(path)[verb]({
        ...{body, abortSignal},
        queryParameters: {'api-version': apiVersion},
        contentType: 'application/json',
      })
      return saidBy(answer)
    })
  }

  /** What the client of the SDK has no call for, read. @param query - beside the version. */
  async read(
    what: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.ask(what, async () => {
      const answer = await this.#rest
        .pathUnchecked(path)
        .get({queryParameters: {'api-version': apiVersion, ...query}})
      return saidBy(answer)
    })
  }

  /** Every page of a list that the client of the SDK has no call for. @throws KeyriteError `PROVIDER_FAILED` if its pages lead elsewhere, or have no end. */
  async readList(
    what: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const all: Readonly<Record<string, unknown>>[] = []
    const seen = new Set<string>()
    let said = await this.read(what, path, query)
    for (;;) {
      const {value, nextLink} = said
      if (Array.isArray(value)) all.push(...(value as Readonly<Record<string, unknown>>[]))
      if (typeof nextLink !== 'string' || nextLink === '') return all
      const [next, more] = demandHere(what, this.place.vault, nextLink)
      if (seen.has(nextLink) || seen.size === mostPages) throw endless(what)
      seen.add(nextLink)
      said = await this.read(what, next, more)
    }
  }

  /** Takes away what the client of the SDK has no call for. May be repeated: what is not there is gone. */
  async remove(what: string, path: string): Promise<void> {
    await this.ask(what, async (abortSignal) => {
      const answer = await this.#rest
        .pathUnchecked(path)
        .delete({queryParameters: {'api-version': apiVersion}, abortSignal})
      return answer.status === '404' ? {} : saidBy(answer)
    })
  }

  /** Who the place says must be asked for tokens: asked without any. */
  async challenge(): Promise<{readonly tenant: string; readonly resource: string}> {
    const what = `reach ${this.place.vault}`
    const said = await this.ask(what, () => challengeOf(this.place.vault, this.#ca, apiVersion))
    if (said.tenant !== '') return said
    // Who asks nobody for a token cannot say whose keys these are; nor is anything held back from whoever finds it.
    throw new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${what}: it does not say who gives out its tokens, as each vault and Managed HSM does`,
      {
        hints: [
          'look whether it is the address of a vault; an emulator needs its authentication switched on',
        ],
      },
    )
  }

  demandOpen(): void {
    if (this.#closed) throw new KeyriteError('PROVIDER_FAILED', 'cannot ask Azure: it is closed')
  }

  close(): void {
    this.#closed = true
    for (const one of this.#lent) one.close()
  }
}

/** A link of the place itself, as path and query: what is asked there carries the token. @throws KeyriteError `PROVIDER_FAILED`. */
function demandHere(
  what: string,
  vault: string,
  link: string,
): readonly [string, Readonly<Record<string, string>>] {
  const url = URL.canParse(link, vault) ? new URL(link, vault) : null
  if (url?.origin === new URL(vault).origin) return [url.pathname, Object.fromEntries(url.searchParams)]
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot ${what}: the list goes on at ${visibleLine(link, 120)}, which is not ${vault}`,
    {hints: ['keyrite profile check PROFILE']},
  )
}

function endless(what: string): KeyriteError {
  return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: its pages have no end`, {
    hints: ['keyrite profile check PROFILE'],
  })
}

/** @throws Error as those of the SDK are, where it is no yes. */
function saidBy({
  status,
  body,
}: {
  readonly status: string
  readonly body: unknown
}): Readonly<Record<string, unknown>> {
  const said = body as Readonly<Record<string, unknown>>
  if (Number(status) < 300) return said
  throw Object.assign(new Error(`HTTP ${status}`), {statusCode: Number(status), details: said})
}

/** @throws KeyriteError `PROVIDER_UNREACHABLE` where no answer comes in that time, in ms. */
async function inTime<T>(
  what: string,
  act: (ended: AbortSignal) => Promise<T>,
  left: number,
  seconds: number,
): Promise<T> {
  const ended = new AbortController()
  try {
    return await within(
      left,
      act(ended.signal),
      () =>
        new KeyriteError('PROVIDER_UNREACHABLE', `cannot ${what}: no answer within ${seconds} seconds`, {
          hints: ['the same command again: it asks what was done'],
        }),
    )
  } finally {
    ended.abort()
  }
}

/** @throws KeyriteError as `storageError`. */
export function fileOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw storageError('read', path, error)
  }
}
