/** Several machines around one ledger: each has a home and a state folder of its own; the people are the same. */
import {chmodSync, cpSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {App} from '../../src/app.ts'
import Doctor from '../../src/commands/doctor.ts'
import LedgerCompare from '../../src/commands/ledger/compare.ts'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerHandOver from '../../src/commands/ledger/hand-over.ts'
import LedgerPin from '../../src/commands/ledger/pin.ts'
import LedgerProve from '../../src/commands/ledger/prove.ts'
import LedgerReplaceKey from '../../src/commands/ledger/replace-key.ts'
import LedgerTakeOver from '../../src/commands/ledger/take-over.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestExport from '../../src/commands/request/export.ts'
import RequestList from '../../src/commands/request/list.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import RequestWithdraw from '../../src/commands/request/withdraw.ts'
import {afar} from '../requests/afar-support.ts'
import {makeLedger, type TestLedger, type Wanted} from '../support/ledger.ts'
import {runJson, surroundingsOf, type CommandClass, type World} from '../support/run.ts'
import {heldAgainst} from '../verifier/whole/held.ts'
import {refused} from './support.ts'

const commands: Readonly<Record<string, CommandClass>> = {
  doctor: Doctor,
  'ledger compare': LedgerCompare,
  'ledger export': LedgerExport,
  'ledger hand-over': LedgerHandOver,
  'ledger pin': LedgerPin,
  'ledger prove': LedgerProve,
  'ledger replace-key': LedgerReplaceKey,
  'ledger take-over': LedgerTakeOver,
  'ledger verify': LedgerVerify,
  'request add': RequestAdd,
  'request apply': RequestApply,
  'request export': RequestExport,
  'request list': RequestList,
  'request sign': RequestSign,
  'request withdraw': RequestWithdraw,
}

export type Machine = World & {readonly home: string; readonly state: string}
export type Said = Readonly<Record<string, unknown>> & {readonly exit: number; readonly code?: string}

export interface Machines {
  readonly made: TestLedger
  readonly folder: string
  /** The one that the ledger was founded on. */
  readonly first: Machine
  /** Another one, without anything. */
  machine(name: string): Machine
  /** Copies the home of one machine to another, which has no key. */
  copy(from: Machine, name: string): Machine
  run(on: World, command: string, ...argv: readonly string[]): Promise<Said>
  /** Flags by which so many founders sign. */
  signed(people?: number): readonly string[]
  keyFile(at: number): string
  out(): string
  using<T>(on: Machine, work: (app: App) => Promise<T> | T): Promise<T>
  /** What an entry that needs nobody ends in. */
  append(on: Machine): Promise<string>
  /** The verifier key of a machine that was prepared. */
  prepared(on: Machine): Promise<string>
  remove(): void
}

export async function makeMachines(wanted: Wanted = {}): Promise<Machines> {
  const made = await makeLedger(wanted)
  const people = afar(made)
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-machines-'))
  let next = 0
  const env = {KEYRITE_AS: made.founders[0]?.person.id}
  const more = wanted.now === undefined ? {env} : {env, now: wanted.now}
  const self: Machines = {
    made,
    folder,
    first: {...made.world, ...more},
    machine: (name) => ({home: join(folder, name, 'home'), state: join(folder, name, 'state'), ...more}),
    copy(from, name) {
      const to = self.machine(name)
      cpSync(from.home, to.home, {recursive: true})
      chmodSync(to.home, 0o700)
      return to
    },
    run: async (on, command, ...argv) => {
      const found = commands[command]
      if (found === undefined) throw new Error(`there is no ${command} here`)
      const said = await runJson(found, command, argv, on)
      if (command === 'ledger verify' && said.exit === 0) heldAgainst(on.home, [])
      return said
    },
    signed: (count = 3) =>
      made.founders
        .slice(0, count)
        .flatMap(({person}, at) => ['--sign-with', `${person.id}=${people.keyFile(at)}`]),
    keyFile: (at) => people.keyFile(at),
    out: () => join(folder, `out-${(next += 1)}`),
    using: async (on, work) => {
      const app = new App({
        ...surroundingsOf(on),
        ask: {interactive: false} as never,
        command: 'keyrite test',
        say: () => undefined,
      })
      try {
        return await work(app)
      } finally {
        await app.close()
      }
    },
    append: (on) =>
      self
        .using(on, async ({ledger}) => {
          try {
            await ledger.append([refused('test')])
            return 'ok'
          } catch (error) {
            return (error as {code?: string}).code ?? 'bug'
          }
        })
        .catch((error: unknown) => (error as {code?: string}).code ?? 'bug'),
    prepared: async (on) => {
      const pin = self.out()
      await self.run(self.first, 'ledger pin', '--out', pin)
      return String((await self.run(on, 'ledger take-over', '--prepare', '--pin', pin))['vkey'])
    },
    remove() {
      people.remove()
      rmSync(folder, {recursive: true, force: true})
    },
  }
  return self
}
