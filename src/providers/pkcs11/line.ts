/** The line to the host process: one question at a time, each with a time within which it must be answered. */
import {fork, type ChildProcess} from 'node:child_process'
import {KeyriteError} from '../../base/errors.ts'
import type {Secret} from '../../base/secret.ts'
import type {Offered} from '../offered.ts'
import type {Shown} from './shown.ts'
import type {SoftToken} from './soft-token.ts'
import type {Place} from './token.ts'
import {fromWire, toWire, wipe, type Answer, type Question, type Step} from './wire.ts'

/** Within what time an HSM must answer, in milliseconds. */
export interface Patience {
  readonly usual: number
  /** Making a large RSA key is slow on small ones. */
  readonly making: number
  /** Nothing is done there: a host that is still at work when keyrite ends is ended with it. */
  readonly looks?: true
}

/** What a healthy HSM never needs. */
export const patience: Patience = {usual: 30_000, making: 180_000}
const slow: readonly string[] = ['create', 'rotate', 'import']

/** Where the host process begins: beside this file in the sources, and beside the bundle when it is built. */
const start = new URL(import.meta.url.endsWith('.ts') ? './host.ts' : './pkcs11-host.js', import.meta.url)

export class Line {
  readonly #place: Place
  readonly #pin: Secret | null
  readonly #patience: Patience
  #host: ChildProcess | undefined
  #asked = 0
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  /** @param pin - becomes this object's own: a host that died is started again with it. */
  constructor(place: Place, pin: Secret | null, within: Patience) {
    this.#patience = within
    this.#place = place
    this.#pin = pin
  }

  /** @throws KeyriteError what the port throws; `PROVIDER_UNREACHABLE` if there is no answer in time, or the host died. */
  async ask(port: Question['port'], method: string, args: readonly unknown[]): Promise<unknown> {
    const turn = this.#queue.then(async () => {
      if (this.#closed) throw new KeyriteError('PROVIDER_FAILED', 'cannot use the token: it is closed')
      const host = this.#host ?? (await this.#begin())
      return this.#exchange(host, port, method, args)
    })
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  /** What the module shows to whoever starts it anew and does not log in. @throws KeyriteError `PROVIDER_UNREACHABLE`, `UNSUPPORTED`. */
  async look(): Promise<readonly Shown[]> {
    return (await this.#alone('look', [this.#place.module])) as readonly Shown[]
  }

  /** What its token can do, by what that says without a login. @throws KeyriteError as `look`, `PROVIDER_UNREACHABLE` and `AMBIGUOUS` where it is not the one token. */
  async offered(): Promise<Offered> {
    return (await this.#alone('offered', [this.#place])) as Offered
  }

  /** Makes a token that was not there. @returns its serial number. @throws KeyriteError as `makeSoftToken`. */
  async make(wanted: SoftToken, soPin: Secret, pin: Secret): Promise<string> {
    return String(await this.#alone('make', [wanted, soPin, pin]))
  }

  /** One question to a host of its own. */
  async #alone(port: Question['port'], args: readonly unknown[]): Promise<unknown> {
    const host = newHost(this.#patience)
    try {
      return await this.#exchange(host, port, '', args)
    } finally {
      this.#end(host)
    }
  }

  async #begin(): Promise<ChildProcess> {
    const host = newHost(this.#patience)
    this.#host = host
    host.once('exit', () => {
      if (this.#host === host) this.#host = undefined
    })
    try {
      await this.#exchange(host, 'open', '', [this.#place, this.#pin])
      return host
    } catch (error) {
      this.#end(host)
      throw error
    }
  }

  async #exchange(
    host: ChildProcess,
    port: Question['port'],
    method: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    const id = ++this.#asked
    const sent = args.map(toWire)
    const within = slow.includes(method) ? this.#patience.making : this.#patience.usual
    const answer = await new Promise<Answer>((resolve, reject) => {
      let step = ''
      const timer = setTimeout(() => {
        done(() => {
          const where = step === '' ? '' : `, while ${step}`
          reject(this.#gone(`it gave no answer within ${within / 1000} seconds${where}`))
        })
        this.#end(host)
      }, within)
      const heard = (one: Answer | Step): void => {
        if ('step' in one) step = one.step
        else if (one.id === id)
          done(() => {
            resolve(one)
          })
      }
      const left = (): void => {
        done(() => {
          reject(this.#gone('its module ended while it worked'))
        })
      }
      const done = (end: () => void): void => {
        clearTimeout(timer)
        host.off('message', heard)
        host.off('exit', left)
        end()
      }
      host.on('message', heard)
      host.once('exit', left)
      host.send({id, port, method, args: sent} satisfies Question, () => {
        sent.forEach(wipe)
      })
    })
    if ('value' in answer) return fromWire(answer.value)
    if ('bug' in answer) throw new Error(answer.bug)
    const {code, message, hints, changed} = answer.error
    // Only a new start helps against a token that went away: the next question makes one.
    if (code === 'PROVIDER_UNREACHABLE') this.#end(host)
    throw new KeyriteError(code, message, {hints, changed})
  }

  #gone(fact: string): KeyriteError {
    return new KeyriteError('PROVIDER_UNREACHABLE', `cannot reach the token ${this.#place.serial}: ${fact}`, {
      hints: ['look whether it is on and connected, then the same command again: it asks what was done'],
    })
  }

  #end(host: ChildProcess): void {
    if (this.#host === host) this.#host = undefined
    host.kill('SIGKILL')
  }

  async close(): Promise<void> {
    this.#closed = true
    // Whoever leaves does not wait for one that hangs.
    const idle = await Promise.race([this.#queue.then(() => true), patient(1000).then(() => false)])
    const host = this.#host
    this.#host = undefined
    this.#pin?.wipe()
    if (host === undefined) return
    if (!idle) host.kill('SIGKILL')
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => host.kill('SIGKILL'), 2000)
      host.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      if (host.connected) host.disconnect()
    })
  }
}

function patient(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}

function newHost({looks, making}: Patience): ChildProcess {
  const host = fork(start, [String(making)], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Makers' modules find their configuration by variables of their own.
    env: process.env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  if (looks === true) {
    const end = (): void => void host.kill('SIGKILL')
    process.once('exit', end)
    host.once('exit', () => process.off('exit', end))
  }
  return host
}
