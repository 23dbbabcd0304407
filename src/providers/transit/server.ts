/** One transit mount of one server, open: every port asks through here. */
import {readPublic} from '../../base/files.ts'
import {KeyriteError} from '../../base/errors.ts'
import {tool} from '../../base/package.ts'
import type {Secret} from '../../base/secret.ts'
import type {Identity, IntentId} from '../ports.ts'
import {addressOf, type Address} from './address.ts'
import {isTokenRefused, notPermitted, tokenRefused} from './credentials.ts'
import {refusal, wordsOf} from './failures.ts'
import {wireTo, type Answer, type Method, type Patience, type Wire} from './http.ts'
import {Token} from './token.ts'
import {typedError} from './typed.ts'

export interface Place {
  readonly address: string
  readonly mount: string
  /** Empty for the root. */
  readonly namespace: string
  readonly tokenFile: string | null
  readonly caFile: string | null
}

export interface Asking {
  /** As in "sign with key …". */
  readonly what: string
  readonly body?: unknown
  /** Whether a key is made. */
  readonly slow?: boolean
  /** Whether a 403 is an answer like any other. */
  readonly mayBeRefused?: boolean
}

type Data = Readonly<Record<string, unknown>>

/** What the server says of itself to anybody. */
export interface Health {
  readonly version: string
  readonly cluster: string
}

/** What every view of one server shares. */
interface Shared {
  readonly place: Place
  readonly address: Address
  readonly token: Token
  readonly wire: Wire
  /** What was learnt once and does not change. */
  readonly known: Map<string, unknown>
  open: boolean
  time: {readonly date: Date; readonly at: number} | null
  renewing: Promise<void> | null
  /** What makes a key waits for its turn: two of one name must not both find it free. */
  turn: Promise<unknown>
}

export class Server {
  readonly #shared: Shared
  /** Who asks, as the server's log has it. */
  readonly #agent: string

  private constructor(shared: Shared, agent: string) {
    this.#shared = shared
    this.#agent = agent
  }

  /** @throws KeyriteError `USAGE` for an address or a mount that is none, and what reading the files throws. */
  static at(place: Place, given: Secret | null, within: Patience): Server {
    const address = addressOf(place.address)
    for (const [flag, path] of [
      ['mount', place.mount],
      ['namespace', place.namespace || 'root'],
    ] as const)
      if (!/^[\w.-]+(\/[\w.-]+)*$/.test(path) || /(^|\/)\.+($|\/)/.test(path))
        throw new KeyriteError(
          'USAGE',
          `cannot use --${flag} "${path}": expected a path such as team/transit`,
        )
    const ca = place.caFile === null ? null : authoritiesIn(place.caFile)
    const token = tokenFor(given, place)
    const wire = wireTo(address, ca, within)
    const fresh = {open: true, time: null, renewing: null, turn: Promise.resolve()}
    return new Server({place, address, token, wire, known: new Map(), ...fresh}, `keyrite/${tool().version}`)
  }

  /** The same, whose calls say that they only prove that a key works. */
  probing(intent: IntentId): Server {
    return new Server(this.#shared, `keyrite/${tool().version} probe ${intent}`)
  }

  get place(): Place {
    return this.#shared.place
  }

  get address(): Address {
    return this.#shared.address
  }

  get token(): Token {
    return this.#shared.token
  }

  get known(): Map<string, unknown> {
    return this.#shared.known
  }

  get authority(): Wire['authority'] {
    return this.#shared.wire.authority
  }

  /** What its newest answer said, moved on. */
  time(): Date | null {
    if (this.#shared.time === null) return null
    return new Date(this.#shared.time.date.getTime() + performance.now() - this.#shared.time.at)
  }

  close(): void {
    this.#shared.open = false
    this.token.wipe()
    this.#shared.wire.close()
  }

  demandOpen(): void {
    if (!this.#shared.open)
      throw new KeyriteError('PROVIDER_FAILED', 'cannot ask the server: the profile is closed')
  }

  alone<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#shared.turn.then(act, act)
    this.#shared.turn = mine.catch(() => undefined)
    return mine
  }

  /** Under the mount. @returns undefined where there is no such thing. @throws KeyriteError as `refusal`, and `CREDENTIALS_REFUSED`. */
  async find(method: Method, path: string, asking: Asking): Promise<Data | undefined> {
    const answer = await this.#asked(method, `${this.place.mount}/${path}`, asking)
    if (answer.status === 404 && wordsOf(answer.body) === '') return undefined
    return dataOf(answer, asking.what, this.place)
  }

  /** The same, of what must be there. */
  async ask(method: Method, path: string, asking: Asking): Promise<Data> {
    return dataOf(await this.#asked(method, `${this.place.mount}/${path}`, asking), asking.what, this.place)
  }

  /** What the server writes for people about a path under the mount. */
  async help(path: string): Promise<string> {
    const what = 'ask which types of key there are'
    const answer = await this.#asked('GET', `${this.place.mount}/${path}?help=1`, {what})
    const {help} = (answer.body ?? {}) as {help?: unknown}
    return answer.status === 200 && typeof help === 'string' ? help : ''
  }

  /** Beside the mount: `sys/…`, `auth/…`. */
  async system(method: Method, path: string, asking: Asking): Promise<Data> {
    return dataOf(await this.#asked(method, path, asking), asking.what, this.place)
  }

  /** The same, of what may not be there. */
  async systemFind(method: Method, path: string, asking: Asking): Promise<Data | undefined> {
    const answer = await this.#asked(method, path, asking)
    if (answer.status === 404 && wordsOf(answer.body) === '') return undefined
    return dataOf(answer, asking.what, this.place)
  }

  /** Whoever asks is told this, also without a token; it is not asked for within a namespace. @throws KeyriteError `PROVIDER_UNREACHABLE`. */
  async health(): Promise<Health> {
    const what = 'ask the server how it is'
    const path = '/v1/sys/health?standbyok=true&perfstandbyok=true'
    const answer = await this.#noted(
      this.#shared.wire.ask('GET', path, {
        headers: {'user-agent': this.#agent},
        body: null,
        slow: false,
        what,
      }),
    )
    const {version, cluster_id: cluster, initialized} = (answer.body ?? {}) as Data
    // A gateway in its place has statuses of its own, and only OpenBao says this beside them.
    const isOther = answer.status >= 400 && initialized === undefined && wordsOf(answer.body) === ''
    if (answer.status !== 200 && !isOther)
      throw typedError(refusal(what, answer.status, answer.body), this.place)
    if (isOther || typeof version !== 'string' || typeof cluster !== 'string')
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot ${what}: what answers at ${this.address.text} is no OpenBao and no Vault (HTTP ${answer.status})`,
        {
          hints: [
            `look whether that is its address, and whether a proxy stands before it: curl ${this.address.text}/v1/sys/health`,
          ],
        },
      )
    return {version, cluster}
  }

  /** Takes the token up: who it is and how long. @throws KeyriteError `CREDENTIALS_REFUSED`. */
  async logIn(): Promise<void> {
    const what = 'log in'
    try {
      this.#learn(await this.system('GET', 'auth/token/lookup-self', {what}))
    } catch (error) {
      // A token that may not ask for itself is used as it is.
      if (!(error instanceof KeyriteError) || !error.message.includes('may not')) throw error
    }
  }

  /** The mount as the server knows it. @throws KeyriteError `PROVIDER_FAILED` if it is not transit, `CREDENTIALS_REFUSED`. */
  async mount(): Promise<{readonly accessor: string; readonly version: string}> {
    const {mount} = this.place
    const what = `find the secrets engine at "${mount}"`
    const answer = await this.#asked('GET', `sys/internal/ui/mounts/${mount}`, {what, mayBeRefused: true})
    // The same for what is not there, and for what the token may not see.
    if (answer.status === 403)
      throw notTransit(
        `cannot ${what}: there is none, or the token has no right at all there`,
        this.place,
        true,
      )
    const data = dataOf(answer, what, this.place)
    const {accessor, type, running_plugin_version: version, path} = data
    if (type !== 'transit' || path !== `${mount}/` || typeof accessor !== 'string')
      throw notTransit(`cannot ${what}: there is no transit, but ${String(type)}`, this.place)
    return {accessor, version: typeof version === 'string' ? version : ''}
  }

  async identity(): Promise<Identity> {
    this.demandOpen()
    const {cluster} = await this.health()
    const {accessor} = await this.mount()
    return {
      kind: 'transit',
      address: this.address.text,
      namespace: this.place.namespace === '' ? 'root' : this.place.namespace,
      mount: this.place.mount,
      accessor,
      cluster,
      ca: this.authority?.authority ?? 'none',
    }
  }

  async #asked(method: Method, path: string, asking: Asking): Promise<Answer> {
    this.demandOpen()
    if (this.token.due) await this.#renew()
    const answer = await this.#once(method, path, asking)
    if (!isTokenRefused(answer)) {
      if (answer.status === 403 && asking.mayBeRefused !== true)
        throw typedError(notPermitted(method, path, asking.what), this.place)
      return answer
    }
    // An agent may have put a new one there. Nothing was done with the old one.
    if (!this.token.again()) throw typedError(tokenRefused(this.token, asking.what), this.place)
    await this.logIn()
    const second = await this.#once(method, path, asking)
    if (isTokenRefused(second)) throw typedError(tokenRefused(this.token, asking.what), this.place)
    if (second.status === 403 && asking.mayBeRefused !== true)
      throw typedError(notPermitted(method, path, asking.what), this.place)
    return second
  }

  #once(method: Method, path: string, {what, body, slow}: Asking): Promise<Answer> {
    const token = this.token.header()
    const {namespace} = this.place
    const headers = {
      'x-vault-request': 'true',
      ...(token === null ? {} : {'x-vault-token': token}),
      ...(namespace === '' ? {} : {'x-vault-namespace': namespace}),
      'user-agent': this.#agent,
    }
    return this.#noted(
      this.#shared.wire.ask(method, `/v1/${path}`, {headers, body: body ?? null, slow: slow ?? false, what}),
    )
  }

  async #noted(asked: Promise<Answer>): Promise<Answer> {
    const answer = await asked
    if (answer.date !== null) this.#shared.time = {date: answer.date, at: performance.now()}
    return answer
  }

  #learn(data: Data): void {
    // Closed while it was asked.
    if (!this.#shared.open) return
    const {ttl, renewable, policies} = data
    this.token.learn(
      {
        ttl: typeof ttl === 'number' ? ttl : 0,
        // What an agent holds, the agent renews.
        renewable: renewable === true && this.token.header() !== null,
        policies: Array.isArray(policies) ? policies.filter((one) => typeof one === 'string') : [],
      },
      () => void this.#renew(),
    )
  }

  /** That it failed is told by the question that comes next, if the token really ends. */
  #renew(): Promise<void> {
    this.#shared.renewing ??= this.#renewed().finally(() => {
      this.#shared.renewing = null
    })
    return this.#shared.renewing
  }

  async #renewed(): Promise<void> {
    if (!this.#shared.open) return
    try {
      const answer = await this.#once('POST', 'auth/token/renew-self', {what: 'renew the token', body: {}})
      const {auth} = (answer.body ?? {}) as {auth?: Data | null}
      if (answer.status !== 200 || typeof auth?.['lease_duration'] !== 'number') return
      const {lease_duration: ttl, renewable, policies} = auth
      this.#learn({ttl, renewable, policies})
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
    }
  }
}

/** @param unseen - the token may be what is wrong, and not the mount. */
function notTransit(message: string, place: Place, unseen = false): KeyriteError {
  const {mount, namespace} = place
  const allow = `path "${mount}/keys" { capabilities = ["list"] }`
  const refused = new KeyriteError('PROVIDER_FAILED', message, {
    hints: [
      unseen
        ? `bao secrets list, as who may; if it is there, the token wants a policy with: ${allow}`
        : 'bao secrets list',
      `bao secrets enable -path=${mount} transit`,
      ...(namespace === ''
        ? []
        : ['a token of another namespace that is not above this one has no right here']),
    ],
  })
  return typedError(refused, place)
}

function dataOf({status, body}: Answer, what: string, place: Place): Data {
  if (status < 200 || status > 299) throw typedError(refusal(what, status, body), place)
  const {data} = (body ?? {}) as {data?: unknown}
  return typeof data === 'object' && data !== null ? (data as Data) : {}
}

/** @throws KeyriteError `USAGE` if it holds no certificate. */
function authoritiesIn(file: string): Buffer {
  const pem = readPublic(file, 1_000_000)
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  throw new KeyriteError('USAGE', `cannot use "${file}": it holds no certificate as PEM`, {
    hints: ['--ca-file FILE.pem'],
  })
}

/** @throws KeyriteError as `Token.from`; what brings one is said of a file that is not there, and of one that holds none. */
function tokenFor(given: Secret | null, place: Place): Token {
  try {
    return Token.from(given, place.tokenFile)
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    if (error.code !== 'FILE_NOT_FOUND') throw typedError(error, place)
    const {code, message, hints} = error
    const brings = `(umask 077; bao token create -field=token > ${place.tokenFile ?? 'FILE'})`
    throw typedError(new KeyriteError(code, message, {hints: [brings, ...hints]}), place)
  }
}
