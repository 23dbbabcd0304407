/** A ledger whose people change: commands as they are typed, keys in files, and a clock that a test moves. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Policy} from '../../src/policy/index.ts'
import {generateEd25519} from '../../src/custody/index.ts'
import CustodianConfirm from '../../src/commands/custodian/confirm.ts'
import CustodianEnroll from '../../src/commands/custodian/enroll.ts'
import CustodianReplaceKey from '../../src/commands/custodian/replace-key.ts'
import CustodianRestore from '../../src/commands/custodian/restore.ts'
import CustodianRetire from '../../src/commands/custodian/retire.ts'
import CustodianSetRecipient from '../../src/commands/custodian/set-recipient.ts'
import CustodianShow from '../../src/commands/custodian/show.ts'
import CustodianSuspend from '../../src/commands/custodian/suspend.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestShow from '../../src/commands/request/show.ts'
import RequestWithdraw from '../../src/commands/request/withdraw.ts'
import ShareSplit from '../../src/commands/share/split.ts'
import ShareReseal from '../../src/commands/share/reseal.ts'
import ShareList from '../../src/commands/share/list.ts'
import ShareCheck from '../../src/commands/share/check.ts'
import ShareReceive from '../../src/commands/share/receive.ts'
import ShareExport from '../../src/commands/share/export.ts'
import ShareCombine from '../../src/commands/share/combine.ts'
import ShareDrill from '../../src/commands/share/drill.ts'
import DutyList from '../../src/commands/duty/list.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, type CommandClass, type Ran, type World} from '../support/run.ts'

const commands: Readonly<Record<string, CommandClass>> = {
  'custodian confirm': CustodianConfirm,
  'custodian enroll': CustodianEnroll,
  'custodian replace-key': CustodianReplaceKey,
  'custodian restore': CustodianRestore,
  'custodian retire': CustodianRetire,
  'custodian set-recipient': CustodianSetRecipient,
  'custodian show': CustodianShow,
  'custodian suspend': CustodianSuspend,
  'request apply': RequestApply,
  'request show': RequestShow,
  'request withdraw': RequestWithdraw,
  'duty list': DutyList,
  'share split': ShareSplit,
  'share reseal': ShareReseal,
  'share list': ShareList,
  'share check': ShareCheck,
  'share receive': ShareReceive,
  'share export': ShareExport,
  'share combine': ShareCombine,
  'share drill': ShareDrill,
}

export type Key = ReturnType<typeof generateEd25519>

/** What a run left, and its document if it printed one. */
export interface Typed extends Ran {
  readonly document: Readonly<Record<string, unknown>>
}

export interface People extends TestLedger {
  readonly folder: string
  /** Runs a command as it is typed, its words first; with `--json`, so that its document can be looked at. */
  type(line: string, world?: Partial<World>): Promise<Typed>
  /** `--sign-with` for these founders, by their first names. */
  signed(...names: readonly string[]): string
  /** A new key in files: `NAME.key` and `NAME.pub`. */
  key(name: string, key?: Key): Key
  pass(hours: number): void
  now(): Date
}

/** @param wanted - with `from`, when it is there: where programs run on the same ledger, the time that they have. */
export async function makePeople(
  wanted: {policy?: Policy; people?: number; from?: Date} = {},
): Promise<People> {
  let now = wanted.from ?? new Date('2026-11-02T03:00:00.000Z')
  const made = await makeLedger({...wanted, now: () => now})
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-people-'))
  const key = (name: string, pair = generateEd25519()): Key => {
    writeFileSync(join(folder, `${name}.key`), pair.openSsh('test'), {mode: 0o600})
    writeFileSync(join(folder, `${name}.pub`), `${pair.publicKey.text} test\n`)
    return pair
  }
  for (const founder of made.founders) key(founder.person.name?.toLowerCase() ?? '', founder.key)
  return {
    ...made,
    folder,
    key,
    now: () => now,
    pass: (hours) => {
      now = new Date(now.getTime() + hours * 3_600_000)
    },
    signed: (...names) =>
      names
        .map(
          (name) =>
            `--sign-with ${name.split('@')[0] === name ? name : name}=${join(folder, `${name.split('@')[0] ?? name}.key`)}`,
        )
        .join(' '),
    type: async (line, world = {}) => {
      const words = line.split(' ')
      const id = words.slice(0, 2).join(' ')
      const command = commands[id]
      if (command === undefined) throw new Error(`no command "${id}" here`)
      const args = words.slice(2).map((word) => word.replace(/^@/, `${folder}/`))
      const ran = await runCommand(command, id, [...args, '--json'], {...made.world, ...world})
      return {...ran, document: JSON.parse(ran.stdout) as Typed['document']}
    },
    remove() {
      made.remove()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
