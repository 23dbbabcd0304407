/** Pins against whoever holds the ledger, and even the key that writes it (threats T10 and T11); `ledger pin` itself. */
import {chmodSync, existsSync, globSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {App} from '../../src/app.ts'
import {sha256} from '../../src/base/bytes.ts'
import LedgerPin from '../../src/commands/ledger/pin.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {signCheckpoint} from '../../src/ledger/note.ts'
import {emptyRoot} from '../../src/ledger/merkle.ts'
import {loadWriter} from '../../src/ledger/writer.ts'
import {behind, copyOf, refused} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, surroundingsOf, type World} from '../support/run.ts'

let made: TestLedger
let files: number
beforeEach(async () => {
  made = await makeLedger({people: 1}) // two entries
  files = 0
})
afterEach(() => {
  made.remove()
})

interface Verified {
  readonly ok: boolean
  readonly entries: number
  readonly root: string
  readonly trusted: number
  readonly problems: {readonly rule: string; readonly seq: number | null; readonly message: string}[]
}

const fresh = (name: string): string => join(dirname(made.world.home), `${name}-${(files += 1)}`)

async function append(world: World, ...operations: readonly string[]): Promise<void> {
  const ask = {interactive: false} as App['world']['ask']
  const app = new App({...surroundingsOf(world), ask, command: 'keyrite test', say: () => undefined})
  try {
    for (const operation of operations) await app.ledger.append([refused(operation)])
  } finally {
    await app.close()
  }
}

function copied(name: string, what: 'both' | 'home'): World {
  const copy = copyOf(made.world, name, what)
  chmodSync(copy.home, 0o700)
  return copy
}

/** A copy that goes on under the real key: what a thief of home and state can make. */
function fork(name: string): World {
  const copy = copied(name, 'both')
  for (const head of globSync('writers/*.head', {cwd: copy.state})) rmSync(join(copy.state, head))
  return copy
}

async function pinOf(world: World): Promise<string> {
  const file = fresh('pin')
  expect(await runJson(LedgerPin, 'ledger pin', ['--out', file], world)).toMatchObject({exit: 0})
  return file
}

/** Someone who has never seen this ledger, and brings pins. */
function audit(
  world: World,
  pins: readonly string[],
  ...more: readonly string[]
): Promise<Verified & {exit: number}> {
  const argv = [...pins.flatMap((pin) => ['--pin', pin]), ...more]
  return runJson<Verified>(LedgerVerify, 'ledger verify', argv, {...world, state: fresh('auditor')})
}

const onlyThePin = {exit: 6, ok: false, problems: [{rule: 'pin', seq: null}]}

describe('a ledger that goes on honestly', () => {
  test('continues every pin that was ever made of it', async () => {
    const pins = [await pinOf(made.world)]
    for (const operation of ['a', 'b', 'c', 'd', 'e']) {
      await append(made.world, operation)
      pins.push(await pinOf(made.world))
    }
    expect(await audit(made.world, pins)).toMatchObject({exit: 0, ok: true, entries: 7, pins: 6})
  })
})

describe('a pin shows', () => {
  test('an older file put back', async () => {
    const older = copied('older', 'home')
    await append(made.world, 'a', 'b')
    const pin = await pinOf(made.world)
    expect(await audit(older, [])).toMatchObject({exit: 0, ok: true, entries: 2}) // without a pin nothing is wrong with it
    const found = await audit(older, [pin])
    expect(found).toMatchObject(onlyThePin)
    expect(found.problems[0]?.message).toBe(
      'the pin saw 4 entries, the ledger has 2: it was rolled back or cut off',
    )
  })

  test('the newest entries removed', async () => {
    await append(made.world, 'a', 'b')
    const pin = await pinOf(made.world)
    behind(made.world.home, (db) => {
      db.exec('DELETE FROM entries WHERE seq > 2; DELETE FROM checkpoints WHERE size > 3')
      db.exec('DELETE FROM openings WHERE rowid = (SELECT max(rowid) FROM openings)') // else it is of no entry
    })
    expect(await audit(made.world, [])).toMatchObject({exit: 0, ok: true, entries: 3})
    expect(await audit(made.world, [pin])).toMatchObject(onlyThePin)
  })

  test.each([
    ['shorter', ['x']],
    ['as long', ['x', 'b']],
    ['longer', ['x', 'b', 'c', 'd', 'e']],
    ['with two entries exchanged', ['b', 'a']],
    ['that differs only in when it was written', ['a', 'b']],
  ])('a fork under the real writer key, %s', async (_name, operations) => {
    const other = fork('other')
    await append(made.world, 'a', 'b')
    await append(other, ...operations)
    const pin = await pinOf(made.world)
    expect(await audit(other, [])).toMatchObject({exit: 0, ok: true})
    expect(await audit(other, [pin])).toMatchObject(onlyThePin)
    expect(await audit(made.world, [pin])).toMatchObject({exit: 0, ok: true})
  })

  test('two histories of one size, shown to two auditors, to each of them and in either ledger', async () => {
    const other = fork('other')
    await append(made.world, 'a')
    await append(other, 'x')
    const [first, second] = [await pinOf(made.world), await pinOf(other)]
    const seen = [await audit(made.world, [first]), await audit(other, [second])]
    expect(seen).toMatchObject([
      {exit: 0, entries: 3},
      {exit: 0, entries: 3},
    ])
    expect(seen[0]?.root).not.toBe(seen[1]?.root)
    for (const [world, pin] of [
      [made.world, second],
      [other, first],
    ] as const) {
      const found = await audit(world, [pin])
      expect(found).toMatchObject(onlyThePin)
      expect(found.problems[0]?.message).toContain('its writer’s key signed both')
      expect(await audit(world, [first, second])).toMatchObject({...onlyThePin, pins: 2})
    }
  })
})

describe('what is no pin of this ledger', () => {
  const writer = () =>
    made.using((app) => {
      const {fingerprint, name} = app.ledger.view.facts
      const found = loadWriter({path: made.world.state}, fingerprint, name)
      if (found === undefined) throw new Error('the test is the writer')
      return found
    })
  const signed = async (size: number, root: Uint8Array): Promise<string> => {
    const {key, privateKey} = await writer()
    return signCheckpoint({origin: key.name, size, root}, key, privateKey)
  }

  test.each<[string, () => Promise<string> | string]>([
    ['nothing', () => ''],
    ['a text', () => 'a pin'],
    [
      'a checkpoint without its last line end',
      async () => (await made.using((app) => app.ledger.note)).slice(0, -1),
    ],
    [
      'a checkpoint whose size was changed',
      async () => (await made.using((app) => app.ledger.note)).replace('\n2\n', '\n1\n'),
    ],
    ['one signed over no entry', () => signed(0, emptyRoot)],
    ['one signed over another root', () => signed(2, sha256('another'))],
    ['one signed over a root that an older size would have', () => signed(1, sha256('another'))],
  ])('is a problem, never passed over: %s', async (_name, text) => {
    const file = fresh('bad')
    writeFileSync(file, await text())
    expect(await audit(made.world, [file])).toMatchObject(onlyThePin)
    expect(await audit(made.world, [], '--since', file)).toMatchObject({...onlyThePin, trusted: 0})
  })
})

describe('ledger pin', () => {
  test('writes the newest signed checkpoint, and says what to do with it', async () => {
    const file = fresh('pin')
    const {fingerprint, vkey, note} = await made.using((app) => ({
      ...app.ledger.view.facts,
      note: app.ledger.note,
    }))
    const done = await runJson(LedgerPin, 'ledger pin', ['--out', file], made.world)
    expect(done).toMatchObject({schema: 'keyrite.pin/1', exit: 0, file, fingerprint, vkey, size: 2})
    expect(done).toMatchObject({root: expect.stringMatching(/^[0-9a-f]{64}$/), words: expect.any(Array)})
    expect(readFileSync(file, 'utf8')).toBe(note)
    const ran = await runCommand(LedgerPin, 'ledger pin', ['--out', fresh('pin')], made.world)
    expect(ran.stdout).toContain('The pin over 2 entries is in ')
    expect(ran.stdout).toContain('keyrite ledger verify --pin ')
    expect(ran.stdout).toContain(fingerprint)
  })

  test('replaces nothing', async () => {
    const file = await pinOf(made.world)
    expect(await runJson(LedgerPin, 'ledger pin', ['--out', file], made.world)).toMatchObject({
      code: 'EXISTS',
      exit: 5,
    })
  })

  test('pins no ledger that is not good, or that this user’s own pin shows to be rolled back', async () => {
    const older = copied('older', 'home')
    await append(made.world, 'a')
    const file = fresh('pin')
    const refusal = {code: 'LEDGER_TAMPERED', exit: 6}
    expect(await runJson(LedgerPin, 'ledger pin', ['--out', file], older)).toMatchObject(refusal)
    behind(made.world.home, (db) =>
      db.exec("UPDATE entries SET bytes = CAST(replace(bytes, 'USAGE', 'USAGF') AS BLOB)"),
    )
    expect(await runJson(LedgerPin, 'ledger pin', ['--out', file], made.world)).toMatchObject(refusal)
    expect(existsSync(file)).toBe(false)
  })
})

describe('ledger verify --since', () => {
  test('finds the same, and says how much it did not judge again', async () => {
    await append(made.world, 'a', 'b')
    const pin = await pinOf(made.world)
    await append(made.world, 'c')
    const whole = await audit(made.world, [pin])
    expect(await audit(made.world, [], '--since', pin)).toEqual({...whole, trusted: 4})
    const ran = await runCommand(LedgerVerify, 'ledger verify', ['--since', pin], made.world)
    expect(ran.stdout).toContain('The first 4 entries the pin stands for')
  })

  test('still finds what was changed before the pin, and everything after it', async () => {
    await append(made.world, 'a')
    const pin = await pinOf(made.world)
    await append(made.world, 'b')
    const copy = copied('copy', 'both')
    const change = (home: string, seq: number): void => {
      behind(home, (db) =>
        db.exec(
          `UPDATE entries SET bytes = CAST(replace(bytes, 'USAGE', 'USAGF') AS BLOB) WHERE seq = ${seq}`,
        ),
      )
    }
    change(made.world.home, 2)
    const before = await audit(made.world, [], '--since', pin)
    expect(before).toMatchObject({exit: 6, trusted: 0})
    expect(before.problems.map(({rule}) => rule)).toEqual(expect.arrayContaining(['leaf', 'root', 'prev']))
    change(copy.home, 3)
    const after = await audit(copy, [], '--since', pin)
    expect(after).toMatchObject({exit: 6})
    expect(after.problems.map(({rule, seq}) => [rule, seq])).toContainEqual(['leaf', 3])
  })

  test('leaves out, as it says, what the owner of the pin verified: blobs and private values before it', async () => {
    await append(made.world, 'a')
    const pin = await pinOf(made.world)
    await append(made.world, 'b')
    behind(made.world.home, (db) => db.exec('UPDATE openings SET salt = zeroblob(32) WHERE rowid = 1'))
    expect((await audit(made.world, [pin])).problems.map(({rule}) => rule)).toContain('opening')
    expect(await audit(made.world, [], '--since', pin)).toMatchObject({exit: 0, trusted: 3})
  })

  test('skips nothing by the pin of a fork', async () => {
    const other = fork('other')
    await append(made.world, 'a')
    await append(other, 'x')
    expect(await audit(made.world, [], '--since', await pinOf(other))).toMatchObject({
      ...onlyThePin,
      trusted: 0,
    })
  })

  test('moves this user’s own pin only where it began at that', async () => {
    const theirs = await pinOf(made.world)
    const state = fresh('auditor')
    const own = (): string | undefined => {
      const [name] = globSync('pins/*', {cwd: state})
      return name === undefined ? undefined : join(state, name)
    }
    const verify = (...argv: string[]) => runJson(LedgerVerify, 'ledger verify', argv, {...made.world, state})
    expect(await verify('--since', theirs)).toMatchObject({ok: true, trusted: 2})
    expect(own()).toBeUndefined()
    await verify()
    await append(made.world, 'a')
    const pinned = readFileSync(own() ?? '', 'utf8')
    expect(pinned).toBe(readFileSync(theirs, 'utf8'))
    expect(await verify('--since', own() ?? '')).toMatchObject({ok: true, trusted: 2})
    expect(readFileSync(own() ?? '', 'utf8')).toBe(await made.using((app) => app.ledger.note))
  })
})

describe('ledger verify --deep', () => {
  test('finds a bad signature of a checkpoint that is not the newest, and names its entry', async () => {
    await append(made.world, 'a', 'b')
    const note = readFileSync(await pinOf(made.world), 'utf8')
    const signature = note.split('\n')[4] ?? ''
    behind(made.world.home, (db) => {
      const {note: third} = db.prepare('SELECT note FROM checkpoints WHERE size = 3').get() as {note: Buffer}
      const lines = third.toString('utf8').split('\n').with(4, signature)
      db.prepare('UPDATE checkpoints SET note = ? WHERE size = 3').run(Buffer.from(lines.join('\n')))
    })
    expect(await audit(made.world, [])).toMatchObject({exit: 0, ok: true})
    expect(await audit(made.world, [], '--deep')).toMatchObject({
      exit: 6,
      deep: true,
      problems: [{rule: 'checkpoint-signature', seq: 2, message: 'the checkpoint’s signature is bad'}],
    })
  })

  test('finds a good ledger good', async () => {
    await append(made.world, 'a', 'b')
    expect(await audit(made.world, [], '--deep')).toMatchObject({exit: 0, ok: true, deep: true})
  })
})
