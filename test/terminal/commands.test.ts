/**
 * Threat T22, for every command that asks outside a ceremony: its question is broken off in a real terminal, the terminal is
 * as it was, what was recorded is said, and no more than that is there.
 */
import {execFileSync} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {chmodSync, copyFileSync, cpSync, existsSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import Database from 'better-sqlite3'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import CustodianSuspend from '../../src/commands/custodian/suspend.ts'
import LedgerPin from '../../src/commands/ledger/pin.ts'
import LedgerTakeOver from '../../src/commands/ledger/take-over.ts'
import RequestExport from '../../src/commands/request/export.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {makeHouse, openIn, type House} from '../ceremony/room.ts'
import {slow} from '../ledger/support.ts'
import {ask, contextOf, planned} from '../requests/support.ts'
import {onPath, testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux', 'ssh-keygen'] as const
const here = needed.every((name) => onPath(name) !== undefined)
const canary = 'canary-51c9'

let house: House
let screen: Screen
let request = ''
let copy = ''
let ceremony = ''
/** A ledger whose last entry was made by a clock that was a day ahead. */
let ahead: TestLedger
/** How many ledgers were begun. */
let begun = 0
let vkey = ''
const file = (name: string): string => join(house.dir, name)
beforeAll(async () => {
  if (!here) return
  house = await makeHouse()
  copyFileSync(house.keyOf('dan'), file('locked'))
  chmodSync(file('locked'), 0o600)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', canary, '-f', file('locked')])
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('new')])
  const {privateKey} = generateKeyPairSync('ed25519')
  const sealed = {type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: canary} as const
  writeFileSync(file('sealed'), privateKey.export(sealed), {mode: 0o600})
  writeFileSync(file('policy'), JSON.stringify({...defaultPolicy, name: 'another'}))
  request = await house.using(async (app) => {
    await addLocal(app, 'spare')
    await makeKey(app, house.founders, {
      name: 'payments',
      profile: 'main',
      algorithm: 'ed25519',
      activate: false,
    })
    const wish = planned(app, {name: 'waiting', profile: 'main'})
    return (await ask(contextOf(app, house.founders[0]), wish)).id
  })
  ceremony = await house.using((app) => openIn(house, app))
  const out = ['erin', '--as', 'alice', '--reason', 'lost', '--sign-with', `alice=${house.keyOf('alice')}`]
  expect(await runCommand(CustodianSuspend, 'custodian suspend', out, house.world)).toMatchObject({exit: 0})
  ahead = await makeLedger({people: 5, now: () => new Date(Date.now() + 86_400_000)})
  for (const name of ['folder', 'other-folder']) {
    const argv = [request, '--for', 'dan@example.com', '--out', file(name)]
    expect(await runCommand(RequestExport, 'request export', argv, house.world)).toMatchObject({exit: 0})
  }
  vkey = await keyElsewhere()
  copy = file('copy')
  cpSync(house.world.home, join(copy, 'home'), {recursive: true})
  chmodSync(join(copy, 'home'), 0o700)
  screen = openScreen(house.dir, {KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(house.world.state)})
}, 120_000)
afterAll(() => {
  if (!here) return
  screen.close()
  ahead.remove()
  house.remove()
})

function entries(home: string): number {
  if (!existsSync(join(home, 'ledger.db'))) return 0
  const db = new Database(join(home, 'ledger.db'), {readonly: true})
  try {
    return db.prepare<[], number>('SELECT count(*) FROM entries').pluck().get() ?? 0
  } finally {
    db.close()
  }
}

const endings = ['Ctrl-C', 'SIGTERM', 'the end of input', 'SIGHUP'] as const
function breakOff(how: (typeof endings)[number]): void {
  if (how === 'Ctrl-C') screen.type('C-c')
  else if (how === 'the end of input') screen.type('C-d')
  else screen.signal(how === 'SIGTERM' ? 'TERM' : 'HUP')
}

interface Row {
  readonly name: string
  readonly line: () => string
  /** What is asked and answered before, each with the keys that answer it. */
  readonly before?: readonly (readonly [asked: RegExp, keys: readonly string[]])[]
  readonly asked: RegExp
  /** How many entries stand in the ledger by then. */
  readonly recorded?: number
  /** The home that it is about, where that is another. */
  readonly home?: () => string
  /** Where another program reads the end of input as an answer. */
  readonly reads?: true
}

/** Of an age key that nobody has. */
const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
const asks = (name: string, line: () => string): Row => ({name, line, asked: /Ask for this/})
const answering = [
  [/Who answers r\d+/, ['Enter']],
  [/the plan above/, ['Enter']],
] as const

const rows: readonly Row[] = [
  asks(
    'custodian enroll',
    () => `keyrite custodian enroll new@example.com --key ${file('new')}.pub --role custodian --as alice`,
  ),
  asks('custodian suspend', () => 'keyrite custodian suspend dan --as alice'),
  asks('custodian retire', () => 'keyrite custodian retire dan --as alice'),
  asks('custodian confirm', () => 'keyrite custodian confirm erin --as alice'),
  asks('custodian restore', () => 'keyrite custodian restore erin --as alice'),
  asks('custodian set-recipient', () => `keyrite custodian set-recipient dan ${recipient} --as alice`),
  asks(
    'custodian replace-key',
    () => `keyrite custodian replace-key dan --key ${file('new')}.pub --as alice`,
  ),
  asks('policy adopt', () => `keyrite policy adopt ${file('policy')} --as alice`),
  asks('key activate', () => 'keyrite key activate payments --as alice'),
  {
    name: 'key destroy',
    line: () => 'keyrite key destroy payments --wait P30D --reason replaced --as alice',
    asked: /There is no way back\. Type "payments@main"/,
  },
  {
    name: 'key import: the passphrase of the file',
    line: () =>
      `keyrite key import brought --from ${file('sealed')} --profile main --algorithm ed25519 --purpose sign --class jwt-signing --owner alice --as alice`,
    before: [[/Passphrase of/, ['-l', canary]]],
    asked: /Passphrase of/,
  },
  {
    name: 'revoke, where the ledger is not written',
    line: () =>
      `XDG_STATE_HOME=${copy}/state KEYRITE_HOME=${copy}/home keyrite revoke payments --reason legal --confirm payments@main --as dan`,
    asked: /Type "unrecorded"/,
  },
  {
    name: 'ceremony new: a value',
    line: () => `keyrite ceremony new jwt-signing-rsa-4096 --out ${file('made.yaml')}`,
    asked: /key-name: Name of the key/,
  },
  {
    name: 'ceremony run: a value',
    line: () => `keyrite ceremony run ${house.template} --as alice`,
    asked: /Where the key will live/,
  },
  asks('ledger erase', () => 'keyrite ledger erase --person dan --reason asked --as alice'),
  asks('ledger replace-key', () => 'keyrite ledger replace-key --as alice'),
  asks('ledger hand-over', () => `keyrite ledger hand-over --to ${vkey} --out ${file('whole')} --as alice`),
  asks(
    'ledger take-over',
    () =>
      `XDG_STATE_HOME=${copy}/state KEYRITE_HOME=${copy}/home keyrite ledger take-over --without-release --reason lost --as alice`,
  ),
  {
    name: 'ceremony abort',
    line: () => `keyrite ceremony abort ${ceremony} --reason late`,
    asked: /End ceremony [0-9a-f]{8}/,
  },
  {
    name: 'ledger clock',
    line: () =>
      `KEYRITE_HOME=${ahead.world.home} XDG_STATE_HOME=${dirname(ahead.world.state)} keyrite ledger clock --accept --reason ahead --as alice`,
    home: () => ahead.world.home,
    asked: /Type the day that it is/,
  },
  {
    name: 'init: the passphrase of a founder',
    line: () =>
      `KEYRITE_HOME=${file(`begun-${begun}`)} XDG_STATE_HOME=${file(`state-${begun}`)} keyrite init --org example.com --person dan@example.com=${house.keyOf('dan')}.pub --sign-with dan=${file('locked')}`,
    home: () => file(`begun-${(begun += 1)}`),
    asked: /Enter passphrase/,
    recorded: 1,
    reads: true,
  },
  {
    name: 'request apply: yes or no',
    line: () => `keyrite request apply ${request} --as alice`,
    before: answering.slice(0, 1),
    asked: /the plan above/,
  },
  {
    name: 'request apply: the key file',
    line: () => `keyrite request apply ${request} --as alice`,
    before: answering,
    asked: /Key file \(private[^]*$/,
  },
  {
    name: 'the PIN of a profile that stands',
    line: () => 'keyrite profile check spare',
    before: [[/PIN of profile "spare"/, ['-l', canary]]],
    asked: /PIN of profile "spare"/,
  },
  {
    name: 'the PIN a second time',
    line: () => 'keyrite profile add second --kind local --environment test --as alice',
    before: [
      [/PIN of profile "second"/, ['-l', canary]],
      [/PIN of profile "second"/, ['Enter']],
    ],
    asked: /same PIN again/,
  },
  {
    name: 'request sign',
    line: () => `keyrite request sign ${file('folder')} --key ${house.keyOf('dan')}`,
    asked: /Sign r\d+ as above/,
  },
  {
    name: 'request sign: the passphrase',
    line: () => `keyrite request sign ${file('other-folder')} --key ${file('locked')} --yes`,
    asked: /Enter passphrase/,
    reads: true,
  },
]

/** The key of another machine, which has only a checkpoint of this ledger. */
async function keyElsewhere(): Promise<string> {
  const world = {home: file('elsewhere-home'), state: file('elsewhere-state')}
  const pin = ['--out', file('checkpoint')]
  expect(await runCommand(LedgerPin, 'ledger pin', pin, house.world)).toMatchObject({exit: 0})
  const made = await runJson<{vkey: string}>(
    LedgerTakeOver,
    'ledger take-over',
    ['--prepare', '--pin', file('checkpoint')],
    world,
  )
  return made.vkey
}

describe.each(rows)(
  '$name',
  ({name, line, before = [], asked, recorded = 0, reads, home = () => house.world.home}) => {
    const turn = rows.findIndex((one) => one.name === name)
    // Each command is broken off in one way, the next one in another; with SLOW=1 in every way.
    const ways = endings.filter((_, at) => slow || at === turn % endings.length)
    for (const how of ways)
      testWith(
        needed,
        `broken off by ${how}, the terminal is as it was and the ledger as is said`,
        async () => {
          const place = home()
          const had = entries(place)
          const plain = turn % 2 === 1
          screen.run(`${line()}${plain ? ' --plain' : ''}`)
          for (const [question, keys] of before) {
            await screen.until(question)
            // A list is numbered with --plain.
            if (plain && keys[0] === 'Enter' && /Who|plan/.test(question.source)) screen.type('1')
            screen.type(...keys)
          }
          await screen.until(asked)
          breakOff(how)
          const {exit, screen: shown} = await screen.ended()
          if (reads === true && how === 'the end of input')
            expect([exit, shown]).toEqual([7, expect.stringMatching(/^Error: cannot sign with/m)])
          else
            expect([exit, shown]).toEqual([
              130,
              expect.stringMatching(
                recorded === 0
                  ? /^Cancelled\. Nothing was changed\./m
                  : /^Cancelled\. \w+ entry was recorded/m,
              ),
            ])
          expect(await screen.restored()).toBe(true)
          expect(entries(place) - had).toBe(recorded)
          expect(screen.history()).not.toContain(canary)
        },
        60_000,
      )
  },
)
