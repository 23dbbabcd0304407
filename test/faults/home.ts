/** A small ledger of one person, made and used by keyrite as it is shipped, in processes of its own. */
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {generateEd25519} from '../../src/custody/index.ts'
import {keysFold} from '../../src/keys/index.ts'
import {verifyLedger, type Verification} from '../../src/ledger/index.ts'
import {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Ask} from '../../src/ui/ask.ts'
import {surroundingsOf} from '../support/run.ts'

const program = join(import.meta.dirname, '../../bin/run.js')

export interface Ended {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What `--json` printed; empty where it was killed. */
export interface Said {
  readonly code?: string
  readonly exit?: number
  readonly message?: string
  readonly changed?: boolean
  readonly try?: readonly string[]
  readonly [field: string]: unknown
}

export class SmallHome {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyrite-faults-')))
  /** What may be broken: home and state. */
  readonly work = join(this.folder, 'work')
  readonly home = join(this.work, 'home')
  readonly state = join(this.work, 'state')
  readonly #person = join(this.folder, 'id')
  readonly #pin = join(this.folder, 'pin')

  /** Founds it under the policy for one person, and adds a profile. */
  constructor() {
    mkdirSync(this.work)
    const key = generateEd25519()
    writeFileSync(this.#person, key.openSsh('me'), {mode: 0o600})
    writeFileSync(`${this.#person}.pub`, `${key.publicKey.text}\n`)
    writeFileSync(this.#pin, 'twelve bytes\n', {mode: 0o600})
    const founder = `me@example.com=${this.#person}`
    this.ok(
      'init',
      '--org',
      'example.com',
      '--policy',
      'solo',
      '--person',
      `${founder}.pub`,
      '--sign-with',
      founder,
    )
    this.ok('profile', 'add', 'main', '--kind', 'local', '--environment', 'test', '--pin-file', this.#pin)
  }

  /** The arguments that make a key: five entries, with an act at the provider between. */
  makes(key: string): string[] {
    const what = '--profile main --algorithm ed25519 --purpose sign --class jwt-signing --owner me'.split(' ')
    return ['key', 'create', key, ...what, '--sign-with', `me=${this.#person}`]
  }

  /** What starts it from any environment, with nothing of it but the search path. */
  started(argv: readonly string[]): string[] {
    const env = [
      `PATH=${process.env['PATH'] ?? ''}`,
      `KEYRITE_HOME=${this.home}`,
      `XDG_STATE_HOME=${this.state}`,
    ]
    return ['env', '-i', ...env, process.execPath, program, ...argv, '--json', '--no-input']
  }

  /** @param before - a program that runs it, such as strace with its arguments. */
  run(argv: readonly string[], before: readonly string[] = []): Ended {
    const [first, ...rest] = [...before, process.execPath, program, ...argv, '--json', '--no-input']
    const {status, signal, stdout, stderr} = spawnSync(first, rest, {
      env: {PATH: process.env['PATH'], KEYRITE_HOME: this.home, XDG_STATE_HOME: this.state},
      encoding: 'utf8',
      timeout: 120_000,
    })
    return {exit: status, signal, stdout, stderr}
  }

  /** Runs what must succeed. */
  ok(...argv: readonly string[]): Said {
    const ended = this.run(argv)
    if (ended.exit !== 0)
      throw new Error(`${argv.join(' ')}: ${ended.exit ?? ''} ${ended.stdout} ${ended.stderr}`)
    return said(ended)
  }

  /** Keeps what is there now, to be put back. */
  keep(name: string): void {
    copy(this.work, join(this.folder, name))
  }

  putBack(name: string): void {
    rmSync(this.work, {recursive: true, force: true})
    copy(join(this.folder, name), this.work)
  }

  /** As `ledger verify` does, in this process. */
  verified(): Verification {
    return verifyLedger({
      home: this.home,
      state: {path: join(this.state, 'keyrite')},
      folds,
      pins: [],
      deep: true,
    })
  }

  /** Opens it to act, as every command does that writes. */
  async using<T>(work: (app: App) => Promise<T> | T): Promise<T> {
    const ask = {
      interactive: false,
      secret: async () => new Secret(Buffer.from('twelve bytes')),
    } as unknown as Ask
    const app = new App({
      ...surroundingsOf({home: this.home, state: join(this.state, 'keyrite')}),
      ask,
      command: 'keyrite test',
      say: () => undefined,
    })
    try {
      return await work(app)
    } finally {
      await app.close()
    }
  }

  /**
   * The command that makes the key, once more: it finishes what was begun, or finds it done, and nothing is done twice.
   * @param entries - how many the ledger has then.
   */
  async finishes(key: string, entries: number): Promise<void> {
    const again = this.run(this.makes(key))
    expect([again.exit, said(again).code]).toEqual(again.exit === 0 ? [0, undefined] : [5, 'KEY_EXISTS'])
    expect(this.verified()).toMatchObject({problems: [], entries})
    await this.using(({ledger}) => {
      expect([...ledger.of(keysFold).open.values()]).toEqual([])
      expect(ledger.of(keysFold).keys.get(key)?.versions).toHaveLength(1)
    })
    expect((await this.keysInToken()).filter((label) => label === key)).toHaveLength(1)
  }

  /** The names of the keys that the token holds, each as often as it is there. */
  keysInToken(): Promise<string[]> {
    return this.using(async (app) => {
      const found: string[] = []
      for await (const {spec} of (await app.provider('main')).store.list()) found.push(spec.label)
      return found.sort()
    })
  }

  remove(): void {
    rmSync(this.folder, {recursive: true, force: true})
  }
}

/** With the modes of files and folders. */
function copy(from: string, to: string): void {
  const {status, stderr} = spawnSync('cp', ['-a', from, to], {encoding: 'utf8'})
  if (status !== 0) throw new Error(stderr)
}

export function said({stdout}: Pick<Ended, 'stdout'>): Said {
  try {
    return JSON.parse(stdout) as Said
  } catch {
    return {}
  }
}
