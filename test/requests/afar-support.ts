/** A ledger where people are asked, and people elsewhere who answer: each has a machine (a state folder) of their own. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {App} from '../../src/app.ts'
import {planCreate} from '../../src/keys/index.ts'
import type {Policy} from '../../src/policy/index.ts'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestExport from '../../src/commands/request/export.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import {armor, generateEd25519} from '../../src/custody/index.ts'
import {openRequest, planDigest, type Asking, type Request} from '../../src/requests/index.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {Secret} from '../../src/base/secret.ts'
import {makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, type Ran, type World} from '../support/run.ts'

export interface Afar extends TestLedger {
  readonly folder: string
  /** Opens a request for a key called so. */
  ask(name: string, change?: (asking: Asking) => Asking): Promise<Request>
  /** A file with the private key of this founder. */
  keyFile(at: number): string
  founder(at: number): Founder
  /** A new folder for an export; it does not exist yet. */
  out(): string
  export(
    id: string,
    at: number,
    ...more: readonly string[]
  ): Promise<{readonly dir: string; readonly ran: Ran}>
  sign(dir: string, at: number, ...more: readonly string[]): Promise<Ran>
  signer(at: number): World
  add(...paths: readonly string[]): Promise<Ran>
  addJson(...paths: readonly string[]): Promise<Record<string, unknown> & {readonly exit: number}>
  codes(): Promise<readonly string[]>
}

export async function makeAfar(
  given: {
    people?: number
    signed?: number
    policy?: Policy
    now?: () => Date
    environment?: 'test' | 'production'
    rehearsal?: boolean
  } = {},
): Promise<Afar> {
  const {environment = 'test', ...wanted} = given
  const made = await makeLedger(wanted)
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-afar-'))
  if ((wanted.signed ?? 5) >= 3)
    await made.using((app) =>
      addProfile(
        app,
        {name: 'token', kind: 'local', environment, token: join(folder, 'token'), pinFile: undefined},
        null,
        new Secret(Buffer.from('a pin for tests only')),
      ),
    )
  return afar(made, folder)
}

export function afar(made: TestLedger, folder = mkdtempSync(join(tmpdir(), 'keyrite-afar-'))): Afar {
  let next = 0
  const founder = (at: number): Founder => {
    const one = made.founders[at]
    if (one === undefined) throw new Error(`there is no founder ${at}`)
    return one
  }
  const self: Afar = {
    ...made,
    folder,
    founder,
    ask: (name, change = (asking) => asking) => made.using((app) => open(app, founder(0), name, change)),
    keyFile(at) {
      const path = join(folder, `key-${at}`)
      writeFileSync(path, founder(at).key.openSsh('test'), {mode: 0o600})
      writeFileSync(`${path}.pub`, `${founder(at).key.publicKey.text} test\n`)
      return path
    },
    out: () => join(folder, `out-${(next += 1)}`),
    async export(id, at, ...more) {
      const dir = self.out()
      const args = [id, '--for', founder(at).person.id, '--out', dir, ...more]
      return {dir, ran: await runCommand(RequestExport, 'request export', args, made.world)}
    },
    signer: (at) => ({
      home: join(folder, 'no-home'),
      state: join(folder, `machine-${at}`),
      ...(made.world.now === undefined ? {} : {now: made.world.now}),
    }),
    sign: (dir, at, ...more) =>
      runCommand(RequestSign, 'request sign', [dir, '--key', self.keyFile(at), ...more], self.signer(at)),
    add: (...paths) => runCommand(RequestAdd, 'request add', paths, made.world),
    addJson: (...paths) => runJson(RequestAdd, 'request add', paths, made.world),
    codes: () =>
      made.using(({ledger}) =>
        Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq))
          .filter((entry) => entry?.type === 'attempt.refused')
          .map((entry) => entry?.data['code'] as string),
      ),
    remove() {
      made.remove()
      rmSync(folder, {recursive: true, force: true})
    },
  }
  return self
}

async function open(
  app: App,
  by: Founder,
  name: string,
  change: (asking: Asking) => Asking,
): Promise<Request> {
  const planned = planCreate(app.ledger.view, {
    name,
    profile: 'token',
    algorithm: 'ec-p256',
    scheme: null,
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'confidential',
    owner: 'Payments Team',
    consumers: ['checkout'],
    parent: null,
    expires: null,
    activate: false,
  })
  const asking = {...planned, reason: 'the old one is worn', ticket: 'T-12', only: null}
  return openRequest(contextFor(app, by.person), change(asking))
}

/** A folder's files, changed and written as another folder. */
export function altered(
  dir: string,
  out: string,
  change: (name: string, bytes: Buffer) => Buffer | null,
): string {
  mkdirSync(out)
  for (const name of readdirSync(dir)) {
    const bytes = change(name, readFileSync(join(dir, name)))
    if (bytes !== null) writeFileSync(join(out, name), bytes)
  }
  return out
}

/** Signs a file as somebody would who has the key in hand, in any namespace. */
export async function signedBy(
  key: ReturnType<typeof generateEd25519>,
  file: string,
  namespace = 'keyrite-approval-v1@example.com',
): Promise<string> {
  writeFileSync(`${file}.sig`, armor(await key.signer.sign(namespace, readFileSync(file))))
  return `${file}.sig`
}

/** Stock ssh-keygen over a file. @returns the path of the signature. */
export function sshKeygen(
  keyFile: string,
  file: string,
  namespace = 'keyrite-approval-v1@example.com',
): string {
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', keyFile, file], {stdio: 'pipe'})
  return `${file}.sig`
}

export {planDigest, runCommand, runJson}
