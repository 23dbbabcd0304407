/** SoftHSM2, a token in software by other people, in a folder of its own. */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {softhsmModule} from '../../support/needs.ts'

/** p11-kit's own module, which speaks to a server. */
export const client = [
  '/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so',
  '/usr/lib/aarch64-linux-gnu/pkcs11/p11-kit-client.so',
  '/usr/lib64/pkcs11/p11-kit-client.so',
].find((path) => existsSync(path))

/** SoftHSM2 waits for its disk at every object: a folder in memory, where there is one. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export interface SoftHsm {
  readonly module: string
  readonly serial: string
  readonly pin: string
  readonly folder: string
  remove(): void
}

/** Makes a token. SoftHSM finds it by SOFTHSM2_CONF, which is set here; whatever is started is given this environment, as a test's own is a copy. */
export function softHsm(label = 'lab', pin = '1234-lab'): SoftHsm {
  const folder = mkdtempSync(join(memory, 'keyrite-hsm-'))
  mkdirSync(join(folder, 'tokens'))
  const config = join(folder, 'softhsm2.conf')
  writeFileSync(
    config,
    `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n`,
  )
  process.env['SOFTHSM2_CONF'] = config
  initToken(label, pin)
  return {
    module: softhsmModule ?? '',
    serial: serialOf(label),
    pin,
    folder,
    remove: () => {
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

export function initToken(label: string, pin: string): void {
  execFileSync(
    'softhsm2-util',
    ['--init-token', '--free', '--label', label, '--so-pin', '87654321', '--pin', pin],
    {
      stdio: 'ignore',
      env: process.env,
    },
  )
}

export function serialOf(label: string): string {
  const shown = execFileSync('softhsm2-util', ['--show-slots'], {encoding: 'utf8', env: process.env})
  const slot = shown.split(/^Slot /m).find((one) => new RegExp(`Label:\\s+${label}\\s*$`, 'm').test(one))
  return /Serial number:\s+(\S+)/.exec(slot ?? '')?.[1] ?? ''
}

/** `p11-kit server` in front of it: an HSM that can be stopped, killed and started again. */
export class Server {
  readonly socket: string
  readonly #module: string
  #process: ChildProcess | undefined

  constructor(hsm: SoftHsm) {
    this.socket = join(hsm.folder, 'hsm.sock')
    this.#module = hsm.module
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  /** @param dieAt - at which of its answers it is killed, counted from the start; never, unless told. */
  async start(dieAt?: number): Promise<void> {
    const server = [
      'p11-kit',
      'server',
      '-f',
      '-n',
      this.socket,
      '--provider',
      this.#module,
      'pkcs11:token=lab',
    ]
    const fault = `inject=write:signal=SIGKILL:when=${dieAt ?? 0}`
    const traced =
      dieAt === undefined ? [] : ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=write', '-e', fault]
    const [program = '', ...args] = [...traced, ...server]
    this.#process = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: process.env,
      detached: true,
    })
    if (this.#process.stdout !== null)
      await Promise.race([once(this.#process.stdout, 'data'), once(this.#process, 'exit')])
  }

  /** With whatever it started for its clients. */
  async kill(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running?.pid === undefined) return
    const left = running.exitCode === null && running.signalCode === null ? once(running, 'exit') : null
    try {
      process.kill(-running.pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
    await left
    rmSync(this.socket, {force: true})
  }
}
