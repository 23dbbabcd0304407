/**
 * Starts a server that other people wrote: on the loopback alone, on a port of its own, in a folder of its own, and
 * with nothing of this process's environment. It and all that it started end with `stop`, or with this process.
 */
import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'

export interface Launch {
  readonly name: string
  readonly host: '127.0.0.1' | '::1'
  readonly program: (place: Place) => readonly [string, ...string[]]
  readonly env?: (place: Place) => Readonly<Record<string, string>>
  /** Whether it answers; what it throws counts as no. */
  readonly ready: (place: Place) => Promise<boolean>
  /** How long it may take to be ready, on a machine at work. */
  readonly withinMs: number
}

export interface Place {
  readonly folder: string
  readonly port: number
}

/** A server at work. */
export interface Running extends Place {
  /** The id of its process group; 0 while it does not run. */
  group(): number
  /** Its process group: to be stopped (SIGSTOP), continued or killed between work and reply. */
  signal(signal: NodeJS.Signals): void
  /** Kills it and takes its folder away. May be repeated. */
  stop(): Promise<void>
  /** Kills it, keeping its folder: what crashed. */
  kill(): Promise<void>
  /** Starts it again in the same place, after `kill`. */
  again(): Promise<void>
  /** The last of what it wrote. Kept beside the checkout's state as well, until the next one of this name. */
  output(): string
}

const root = join(import.meta.dirname, '../..')
/** A port that somebody took between the question and the start shows as a server that ends at once. */
const tries = 3

export async function launch(what: Launch): Promise<Running> {
  for (let left = tries; ; left -= 1) {
    const folder = mkdtempSync(join(tmpdir(), `keyrite-${what.name}-`))
    const server = new Server(what, {folder, port: await freePort(what.host)})
    try {
      await server.again()
      return server
    } catch (error) {
      await server.stop()
      if (left <= 1) throw error
    }
  }
}

class Server implements Running {
  readonly folder: string
  readonly port: number
  readonly #what: Launch
  readonly #log: string
  #process: ChildProcess | undefined

  constructor(what: Launch, place: Place) {
    this.#what = what
    this.folder = place.folder
    this.port = place.port
    const logs = join(root, '.tools/state/output')
    mkdirSync(logs, {recursive: true})
    this.#log = join(logs, `${what.name}-${process.env['JEST_WORKER_ID'] ?? '0'}.log`)
  }

  async again(): Promise<void> {
    const what = this.#what
    const log = openSync(this.#log, 'w', 0o600)
    const temporary = join(this.folder, 'tmp')
    mkdirSync(temporary, {recursive: true})
    const child = spawn('sh', [join(import.meta.dirname, 'guard.sh'), ...what.program(this)], {
      cwd: this.folder,
      stdio: ['pipe', log, log],
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        TMPDIR: temporary,
        LANG: 'C.UTF-8',
        ...what.env?.(this),
      },
    })
    closeSync(log)
    child.stdin?.on('error', () => undefined)
    this.#process = child
    const until = Date.now() + what.withinMs
    while (!(await what.ready(this).catch(() => false))) {
      if (hasEnded(child)) throw new Error(`${what.name} ended before it was ready:\n${this.output()}`)
      if (Date.now() > until)
        throw new Error(`${what.name} was not ready in ${what.withinMs} ms:\n${this.output()}`)
      await wait(50)
    }
  }

  group(): number {
    return this.#process?.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It is gone already.
    }
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    const ended = hasEnded(child) ? undefined : once(child, 'exit')
    this.signal('SIGKILL')
    await ended
    this.#process = undefined
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.folder, {recursive: true, force: true, maxRetries: 5})
  }

  output(): string {
    return readFileSync(this.#log, 'utf8').slice(-20_000)
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** A port that nobody listens on now. */
export async function freePort(host: Launch['host']): Promise<number> {
  const probe = createServer()
  probe.listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('the kernel gave no port')
  return address.port
}

/** Whether a GET of this address is answered well. */
export async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, {signal: AbortSignal.timeout(2_000)})
  await answer.arrayBuffer()
  return answer.ok
}
