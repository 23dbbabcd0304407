/** What is tried of a place, one key type after the other. What it made is destroyed at the end, however it ends. */
import {createPrivateKey, createPublicKey, generateKeyPairSync} from 'node:crypto'
import {sameBytes} from '../../src/base/bytes.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Random} from '../../src/base/world.ts'
import {isPair, purposesOf, schemesOf, type Algorithm} from '../../src/providers/algorithms.ts'
import type {Capabilities, KeySpec, Provider, VersionRef} from '../../src/providers/ports.ts'
import {verifySignature} from '../../src/keys/verify-signature.ts'

export interface Line {
  readonly algorithm: Algorithm
  readonly what: string
  /** `refused`: before anything was touched, as what the place cannot do. */
  readonly outcome: 'yes' | 'refused' | 'FAILED'
  readonly detail: string
}

/** What is still there when it is over. */
export interface Left {
  readonly label: string
  readonly id: string
  /** RFC 3339; null of what nothing will take away. */
  readonly goesAt: string | null
  readonly why: string
}

interface Settings {
  readonly prefix: string
  readonly random: Random
  /** The wait before destruction. */
  readonly days: number
}

type Try = (what: string, act: () => Promise<string>) => Promise<void>

export class LiveRun {
  readonly left: Left[] = []
  readonly #provider: Provider
  readonly #settings: Settings
  readonly #lines: Line[] = []
  /** Keys that were made, by the id of the version. */
  readonly #made = new Map<string, {readonly ref: VersionRef; readonly label: string}>()
  #stopped = false

  constructor(provider: Provider, settings: Settings) {
    this.#provider = provider
    this.#settings = settings
  }

  /** What was begun is ended, and nothing further is begun. */
  stop(): void {
    this.#stopped = true
  }

  async *all(wanted: readonly Algorithm[]): AsyncIterable<Line> {
    const can = await this.#provider.evidence.capabilities()
    try {
      for (const algorithm of wanted) {
        yield* this.#said(() => this.#life(algorithm, can))
        if (this.#stopped) return
      }
      const brought = wanted.find((one) => one === 'ec-p256') ?? wanted.find((one) => !isPair(one))
      if (can.imports && brought !== undefined) yield* this.#said(() => this.#brought(brought))
    } finally {
      await this.#destroyAll()
    }
  }

  async *#said(act: () => Promise<void>): AsyncIterable<Line> {
    await act()
    yield* this.#lines.splice(0)
  }

  /** @returns whether it went well; a refusal by UNSUPPORTED is said as one. */
  #trying(algorithm: Algorithm): Try {
    return async (what, act) => {
      if (this.#stopped) return
      const line = (outcome: Line['outcome'], detail: string): void =>
        void this.#lines.push({algorithm, what, outcome, detail})
      try {
        line('yes', await act())
      } catch (error) {
        if (!(error instanceof KeyriteError)) throw error
        line(error.code === 'UNSUPPORTED' ? 'refused' : 'FAILED', `${error.code}, ${error.message}`)
      }
    }
  }

  async #life(algorithm: Algorithm, can: Capabilities): Promise<void> {
    const {store, life, move} = this.#provider
    const attempt = this.#trying(algorithm)
    const [spec, intent] = [this.#spec(algorithm), this.#intent()]
    const box: {ref?: VersionRef} = {}
    await attempt('make', async () => {
      box.ref = this.#keep(await this.#once(() => store.create(spec, intent), intent, []), spec)
      return `${box.ref.key}/${box.ref.version}`
    })
    const {ref} = box
    if (ref === undefined) return
    await attempt('find what was made', async () => {
      const found = await store.find(intent, [])
      return demand(found.kind === 'one' && found.ref.key === ref.key, `it finds ${found.kind}`)
    })
    await attempt('describe', async () => {
      const now = await store.describe(ref)
      const {scheme, purpose} = now?.spec ?? {}
      return demand(
        now?.spec.algorithm === algorithm && scheme === spec.scheme && purpose === spec.purpose,
        'it is otherwise',
      )
    })
    await attempt('protection', async () => {
      const {level, evidence, detail} = await this.#provider.evidence.protection(ref)
      return `${level}, ${evidence}: ${detail}`
    })
    await attempt('enable and use', async () => {
      await life.setAvailability(ref, 'enabled')
      return this.#used(spec, ref)
    })
    await attempt('keep it from leaving', async () => {
      const {publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
      try {
        await move.export(ref, publicKey.export({format: 'der', type: 'spki'}))
      } catch (error) {
        if (error instanceof KeyriteError && error.code === 'UNSUPPORTED') return error.message
        throw error
      }
      throw new KeyriteError('PROVIDER_FAILED', 'IT LEFT: the place gave it out')
    })
    if (can.enforces.includes('disabled')) {
      await attempt('disable', async () => {
        const now = await life.setAvailability(ref, 'disabled')
        return demand(now === 'disabled' && (await this.#refuses(spec, ref)), `it is ${now}, and still used`)
      })
      await attempt('enable again', async () => {
        await life.setAvailability(ref, 'enabled')
        return this.#used(spec, ref)
      })
    }
    if (can.rotates.includes(algorithm))
      await attempt('add a version', async () => {
        const second = this.#intent()
        const next = this.#keep(await this.#once(() => life.rotate(ref.key, second), second, [ref]), spec)
        const found = await store.find(second, [ref])
        return demand(found.kind === 'one', `made as ${next.version}, and it finds ${found.kind}`)
      })
    await attempt('destroy', async () => {
      await this.#destroyOne(ref, spec.label)
      const now = await store.describe(ref)
      const gone = now === undefined || ['destroyed', 'destruction-pending'].includes(now.availability)
      return demand(gone, `it is ${now?.availability ?? 'gone'}`)
    })
  }

  async #brought(algorithm: Algorithm): Promise<void> {
    const {move, use} = this.#provider
    const [spec, intent] = [this.#spec(algorithm), this.#intent()]
    await this.#trying(algorithm)('bring one from outside', async () => {
      const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
      const pair = isPair(algorithm)
      const bytes = pair ? privateKey.export({format: 'der', type: 'pkcs8'}) : this.#settings.random.bytes(32)
      const own = pair
        ? createPublicKey(createPrivateKey({key: Buffer.from(bytes), format: 'der', type: 'pkcs8'})).export({
            format: 'der',
            type: 'spki',
          })
        : null
      const material = new Secret(bytes)
      try {
        const ref = this.#keep(await this.#once(() => move.import(spec, material, intent), intent, []), spec)
        return demand(
          own === null || sameBytes(await use.publicKey(ref), own),
          'it has another public half there',
        )
      } finally {
        material.wipe()
      }
    })
  }

  /** Made, or found to have been made although the answer was lost. */
  async #once(
    make: () => Promise<VersionRef>,
    intent: string,
    before: readonly VersionRef[],
  ): Promise<VersionRef> {
    try {
      return await make()
    } catch (error) {
      if (
        !(error instanceof KeyriteError) ||
        !['PROVIDER_UNREACHABLE', 'PROVIDER_FAILED'].includes(error.code)
      )
        throw error
      const found = await this.#provider.store.find(intent, before)
      if (found.kind === 'one') return found.ref
      throw error
    }
  }

  async #used({scheme, purpose}: KeySpec, ref: VersionRef): Promise<string> {
    const {use} = this.#provider
    const message = Buffer.from(`a message of ${this.#settings.prefix}`)
    const none = new Uint8Array()
    if (purpose === 'sign') {
      const signature = await use.sign(ref, message)
      const good = verifySignature(scheme, await use.publicKey(ref), message, signature)
      const touched = Buffer.from(signature)
      touched[8] = (touched[8] ?? 0) ^ 1
      const refuses = !(await use.verify(ref, message, touched))
      return demand(
        good && refuses && (await use.verify(ref, message, signature)),
        'its signature does not verify',
      )
    }
    if (purpose === 'mac') {
      const mac = await use.mac(ref, message)
      const good = (await use.verify(ref, message, mac)) && !(await use.verify(ref, Buffer.from('x'), mac))
      return demand(good && mac.length === 32, 'its MAC does not verify')
    }
    const sealed = await use.encrypt(ref, message, none)
    const opened = await use.decrypt(ref, sealed, none)
    return demand(
      opened.consume((bytes) => sameBytes(bytes, message)),
      'something else comes back',
    )
  }

  /** Whether it is refused for the state that it is in. */
  async #refuses(spec: KeySpec, ref: VersionRef): Promise<boolean> {
    try {
      await this.#used(spec, ref)
      return false
    } catch (error) {
      if (error instanceof KeyriteError && error.code === 'KEY_STATE') return true
      throw error
    }
  }

  #spec(algorithm: Algorithm): KeySpec {
    const scheme = schemesOf[algorithm][0]
    const label = `${this.#settings.prefix}${algorithm}-${this.#settings.random.bytes(2).toString('hex')}`
    return {label, algorithm, scheme, purpose: purposesOf(scheme)[0] ?? 'sign'}
  }

  #intent(): string {
    return this.#settings.random.bytes(16).toString('hex')
  }

  #keep(ref: VersionRef, {label}: KeySpec): VersionRef {
    this.#made.set(`${ref.key}/${ref.version}`, {ref, label})
    return ref
  }

  async #destroyOne(ref: VersionRef, label: string): Promise<void> {
    const at = await this.#provider.life.scheduleDestruction(ref, this.#settings.days)
    const id = `${ref.key}/${ref.version}`
    this.#made.delete(id)
    const now = await this.#provider.store.describe(ref)
    if (now !== undefined && now.availability !== 'destroyed')
      this.left.push({label, id, goesAt: at.toISOString(), why: now.availability})
  }

  /**
   * The newest last: a place may destroy the oldest version first, and the key with its last one. Another destroys a key
   * whole, by its newest version: what was refused before that is asked once more after it.
   */
  async #destroyAll(): Promise<void> {
    for (const again of [false, true])
      for (const [id, {ref, label}] of [...this.#made])
        try {
          await this.#destroyOne(ref, label)
        } catch (error) {
          if (!(error instanceof KeyriteError)) throw error
          if (again && error.code !== 'KEY_NOT_FOUND')
            this.left.push({label, id, goesAt: null, why: `${error.code}, ${error.message}`})
        }
  }
}

/** @returns what is said of it where it is so: nothing. */
function demand(is: boolean, otherwise: string): string {
  if (is) return ''
  throw new KeyriteError('PROVIDER_FAILED', otherwise)
}
