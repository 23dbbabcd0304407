/**
 * Threat T17: names that would drive a terminal or mislead the eye, in every place where text that is not ours is kept, and
 * every command that shows it: as a table, as plain lines, as JSON, and in what is refused.
 */
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyList from '../../src/commands/ceremony/list.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import CustodianList from '../../src/commands/custodian/list.ts'
import CustodianShow from '../../src/commands/custodian/show.ts'
import Doctor from '../../src/commands/doctor.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyShow from '../../src/commands/key/show.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import RequestList from '../../src/commands/request/list.ts'
import RequestShow from '../../src/commands/request/show.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, type CommandClass, type World} from '../support/run.ts'

/** CSI, OSC 52, OSC 8, C1, CR, BS, bidi, zero-width, tag characters; and a word by which it is found again. */
const hostile =
  'Mallory\u001b[2J\u001b]52;c;eA==\u0007\u001b]8;;x\u001b\\\u009b31m\u0090\rroot\b\b\u202egnp\u2066\u200b\u200d\ufeff\u{e0041}\u2028'
/** What must never reach a terminal; a line ends where we end it. */
const raw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u3164]/u

let made: TestLedger
let world: World
let request = ''
beforeAll(async () => {
  made = await makeLedger({people: 5, called: [[hostile, 'alice@example.com']]})
  world = {...made.world, env: {PATH: ''}}
  await made.using(async (app) => {
    await addLocal(app, 'main')
    await makeKey(app, made.founders, {
      name: 'made',
      profile: 'main',
      owner: hostile,
      consumers: [hostile],
    })
  })
  const dir = join(dirname(made.world.home), 'keys')
  mkdirSync(dir, {mode: 0o700})
  writeFileSync(join(dir, 'alice'), made.founders[0]?.key.openSsh('alice') ?? '', {mode: 0o600})
  const ran = await runCommand(
    KeyCreate,
    'key create',
    [
      ...'asked --profile main --algorithm ec-p256 --purpose sign --class jwt-signing --as alice'.split(' '),
      ...[
        '--owner',
        hostile,
        '--consumer',
        `${hostile}=${hostile}`,
        '--reason',
        hostile,
        '--ticket',
        hostile,
      ],
      ...['--sign-with', `alice=${join(dir, 'alice')}`, '--json'],
    ],
    world,
  )
  request = (JSON.parse(ran.stdout) as {readonly id: string}).id
}, 60_000)
afterAll(() => {
  made.remove()
})

const shows: readonly (readonly [command: string, of: unknown, argv: () => readonly string[]])[] = [
  ['custodian list', CustodianList, () => []],
  ['custodian show', CustodianShow, () => ['alice']],
  ['key list', KeyList, () => []],
  ['key show', KeyShow, () => ['made']],
  ['profile show', ProfileShow, () => ['main']],
  ['request list', RequestList, () => []],
  ['request show', RequestShow, () => [request]],
  ['policy explain', PolicyExplain, () => ['key.create', '--profile', 'main', '--class', 'jwt-signing']],
  ['ceremony list', CeremonyList, () => []],
  ['ledger show', LedgerShow, () => ['--last', '40']],
  ['doctor', Doctor, () => []],
]

describe.each(shows)('%s', (words, command, argv) => {
  test.each([
    ['as a table', [], true],
    ['in plain lines', ['--plain'], true],
    ['as JSON', ['--json'], false],
    ['without a terminal', [], false],
  ])('%s: nothing that a terminal would obey', async (_how, flags, tty) => {
    const ran = await runCommand(command as CommandClass, words, [...argv(), '--no-color', ...flags], {
      ...world,
      tty,
    })
    expect([ran.exit, ran.stderr]).toEqual([expect.any(Number), expect.any(String)])
    for (const line of [...ran.stdout.split('\n'), ...ran.stderr.split('\n')]) expect(line).not.toMatch(raw)
  })
})

test('what is shown is the name, with what it hides written out', async () => {
  for (const [words, command, argv] of shows.filter(([one]) =>
    /^(custodian|key show|request show)/.test(one),
  )) {
    const {stdout} = await runCommand(command as CommandClass, words, argv(), world)
    expect(stdout).toContain('Mallory\\u{1b}[2J')
  }
})

describe('a refusal that says what was typed', () => {
  test.each([
    ['custodian show', CustodianShow, [`${hostile}x`]],
    ['key show', KeyShow, [hostile]],
    ['key list', KeyList, ['--profile', hostile]],
    ['request show', RequestShow, [hostile]],
    ['ceremony show', CeremonyShow, [hostile]],
    ['policy explain', PolicyExplain, [hostile]],
    ['ledger show', LedgerShow, [hostile]],
    ['doctor', Doctor, ['--profile', hostile]],
    ['doctor', Doctor, [`--${hostile}`]],
    ['doctor', Doctor, ['--home', hostile, '--profile', 'x']],
    [
      'key create',
      KeyCreate,
      [
        hostile,
        ...'--profile main --algorithm ec-p256 --purpose sign --class jwt-signing --owner x --as alice'.split(
          ' ',
        ),
      ],
    ],
  ] as const)('%s', async (words, command, argv) => {
    for (const flags of [[], ['--json']]) {
      const ran = await runCommand(command, words, [...argv, ...flags], world)
      expect(ran.exit).toBeGreaterThan(1)
      for (const line of [...ran.stdout.split('\n'), ...ran.stderr.split('\n')]) expect(line).not.toMatch(raw)
    }
  })
})
