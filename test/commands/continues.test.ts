/** A ledger whose quorum was lost, and the one that continues it. */
import {randomBytes} from 'node:crypto'
import {cpSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CustodianList from '../../src/commands/custodian/list.ts'
import Doctor from '../../src/commands/doctor.ts'
import Init from '../../src/commands/init.ts'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {generateEd25519, signFounding} from '../../src/custody/index.ts'
import {foundingData, foundPeople} from '../../src/custody/found.ts'
import {foundLedger, jsonBlob} from '../../src/ledger/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {continues} from '../../src/ui/old-ledger.ts'
import {behind, outcome, verified} from '../ledger/support.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, type World} from '../support/run.ts'

let old: TestLedger
beforeAll(async () => {
  old = await makeLedger({people: 5})
})
afterAll(() => {
  old.remove()
})

const reading = (reason = 'three of five left') => ({
  state: {path: join(dirname(old.world.home), 'nobody')},
  folds: old.open().folds,
  reason,
  damaged: false,
  say: () => undefined,
})

/** Founds a ledger that continues the old one: some of its people, and one who is new. @param signed - how many sign. */
async function continued(signed: number): Promise<World & {readonly remove: () => void}> {
  const world = emptyWorld()
  const stranger = generateEd25519()
  const signers = [...old.founders.slice(0, 2).map(({signer}) => signer), stranger.signer]
  const lines = [...old.founders.slice(0, 2).map(({key}) => key.publicKey.text), stranger.publicKey.text]
  const people = foundPeople(
    lines.map((key, at) => ({
      name: `Founder ${at}`,
      address: `f${at}@example.com`,
      key,
      roles: ['custodian' as const],
    })),
    {bytes: (count) => randomBytes(count)},
  )
  const {App} = await import('../../src/app.ts')
  const {surroundingsOf} = await import('../support/run.ts')
  const app = new App({
    ...surroundingsOf(world),
    ask: {interactive: false} as never,
    command: 'keyrite test',
    say: () => undefined,
  })
  const ledger = await foundLedger(app.ledgerWorld, {
    organisation: 'example.com',
    actor: {person: null, evidence: 'stated'},
    data: foundingData(people, defaultPolicy, continues(old.world.home, reading())),
  })
  for (const signer of signers.slice(0, signed)) {
    const person = people.find(({keys}) => keys[0]?.key === signer.publicKey.text)
    if (person === undefined) throw new Error('a founder is among the people')
    await signFounding(ledger, person, signer)
  }
  ledger.close()
  return world
}

describe('a ledger that continues another', () => {
  test.each([
    [0, '0 of 5'],
    [1, '1 of 5'],
    [2, '2 of 5'],
    [3, '2 of 5'], // the third has no key of the old ledger
  ])(
    'with %s founders who signed says "%s of the old custodians", wherever its facts are shown',
    async (signed, words) => {
      const world = await continued(signed)
      const said = `${words} of the old custodians continue this ledger`
      expect(verified(world).problems).toEqual([])
      const verification = await runJson(LedgerVerify, 'ledger verify', [], world)
      expect(verification).toMatchObject({ok: true, continues: {by: Number(words[0]), of: 5}})
      for (const [command, id] of [
        [LedgerVerify, 'ledger verify'],
        [CustodianList, 'custodian list'],
        [Doctor, 'doctor'],
      ] as const)
        expect((await runCommand(command, id, [], world)).stdout.replaceAll(/\s+/g, ' ')).toContain(said)
      world.remove()
    },
  )

  test('carries nothing over but the word of who stands behind it', async () => {
    const world = await continued(3)
    expect(verified(world).entries).toBe(4)
    expect(verified(old.world).problems).toEqual([])
    world.remove()
  })
})

describe('init --continues', () => {
  const key = (): string => {
    const made = generateEd25519()
    const dir = join(dirname(old.world.home), 'people')
    mkdirSync(dir, {recursive: true})
    writeFileSync(join(dir, 'new.pub'), `${made.publicKey.text} new\n`)
    return join(dir, 'new.pub')
  }
  const init = (world: World, ...argv: readonly string[]) =>
    runJson(Init, 'init', ['--org', 'example.com', '--person', `new@example.com=${key()}`, ...argv], world)

  test('takes a home, or the file in it, and says how many stand behind it', async () => {
    for (const path of [old.world.home, join(old.world.home, 'ledger.db')]) {
      const world = emptyWorld()
      const founded = await init(world, '--continues', path, '--reason', 'quorum lost')
      expect(founded).toMatchObject({exit: 0, continues: {by: 0, of: 5, size: 6}})
      world.remove()
    }
    const world = emptyWorld()
    const {stdout} = await runCommand(
      Init,
      'init',
      [
        '--org',
        'example.com',
        '--person',
        `new@example.com=${key()}`,
        '--continues',
        old.world.home,
        '--reason',
        'x',
      ],
      world,
    )
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '0 of 5 of the old custodians continue this ledger. Nothing is carried over',
    )
    world.remove()
  })

  test('refuses an old ledger that does not verify, unless told that it is damaged', async () => {
    const damaged = join(dirname(old.world.home), 'damaged')
    cpSync(old.world.home, damaged, {recursive: true})
    behind(damaged, (db) =>
      db.exec('UPDATE openings SET salt = zeroblob(32) WHERE rowid = (SELECT max(rowid) FROM openings)'),
    )
    const world = emptyWorld()
    expect(await init(world, '--continues', damaged, '--reason', 'x')).toMatchObject({
      exit: 6,
      code: 'LEDGER_TAMPERED',
    })
    expect(await init(world, '--continues', damaged, '--reason', 'x', '--although-damaged')).toMatchObject({
      exit: 0,
    })
    world.remove()
  })

  test.each<[string, (exported: string) => string[], string]>([
    ['a folder without a ledger', () => ['--continues', '/nowhere', '--reason', 'x'], 'LEDGER_NOT_FOUND'],
    [
      'an export, which does not hold its people',
      (exported) => ['--continues', exported, '--reason', 'x'],
      'LEDGER_NOT_FOUND',
    ],
    ['no reason', () => ['--continues', '/nowhere'], 'USAGE'],
    ['a reason for nothing', () => ['--reason', 'x'], 'USAGE'],
  ])('refuses %s', async (_name, argv, code) => {
    const exported = join(dirname(old.world.home), `exported-${code}`)
    await runCommand(LedgerExport, 'ledger export', ['--format', 'tiles', '--out', exported], old.world)
    const world = emptyWorld()
    expect(await init(world, ...argv(exported))).toMatchObject({schema: 'keyrite.error/1', code})
    world.remove()
  })

  test.each<[string, (good: Record<string, unknown>) => Record<string, unknown>]>([
    ['no checkpoint', (good) => ({...good, checkpoint: 'x'})],
    ['no fingerprint', (good) => ({...good, fingerprint: 'abc'})],
    ['no roster', (good) => ({...good, roster: jsonBlob({people: 1})})],
    ['a member more', (good) => ({...good, more: 1})],
    ['a reason in the clear', (good) => ({...good, reason: 'quorum lost'})],
  ])('a first entry with %s in it is refused', async (_name, change) => {
    const world = emptyWorld()
    const {App} = await import('../../src/app.ts')
    const {surroundingsOf} = await import('../support/run.ts')
    const app = new App({
      ...surroundingsOf(world),
      ask: {interactive: false} as never,
      command: 'x',
      say: () => undefined,
    })
    const good = continues(old.world.home, reading()) as unknown as Record<string, unknown>
    const people = foundPeople(
      [{name: 'A', address: 'a@example.com', key: generateEd25519().publicKey.text, roles: ['custodian']}],
      {bytes: (count) => randomBytes(count)},
    )
    expect(
      await outcome(() =>
        foundLedger(app.ledgerWorld, {
          organisation: 'example.com',
          actor: {person: null, evidence: 'stated'},
          data: foundingData(people, defaultPolicy, change(good) as never),
        }),
      ),
    ).toBe('POLICY_REFUSES')
    world.remove()
  })
})
