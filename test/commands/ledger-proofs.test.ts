/** What strangers check: the proof of one entry, and the whole ledger as tiles. Their reader is read-log.py, from the specifications. */
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {sha256, sha256Hex} from '../../src/base/bytes.ts'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerProve from '../../src/commands/ledger/prove.ts'
import {
  openCheckpoint,
  parseProof,
  parseVkey,
  proveEntry,
  tileFiles,
  verifyLedger,
  verifyInclusion,
} from '../../src/ledger/index.ts'
import {tilePath} from '../../src/ledger/tiles.ts'
import {refused} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {refusalOf} from '../base/refusal.ts'
import {runCommand, runJson} from '../support/run.ts'

const reader = join(import.meta.dirname, 'read-log.py')
/** More than one full tile, so that there is a level above. */
const size = 300

let made: TestLedger
let vkey: string
let entries: Buffer[]
let files = 0
const fresh = (name: string): string => join(dirname(made.world.home), `${name}-${(files += 1)}`)

beforeAll(async () => {
  made = await makeLedger({people: 3})
  await made.using(async (app) => {
    await app.ledger.append(Array.from({length: 200}, (_, at) => refused(`first.${at}`)))
    await app.ledger.append(Array.from({length: size - 204}, (_, at) => refused(`second.${at}`)))
    vkey = app.ledger.view.facts.vkey
    entries = app.ledger.store.rows(0, size).map(({bytes}) => Buffer.from(bytes))
  })
  expect(entries).toHaveLength(size)
})
afterAll(() => {
  made.remove()
})

describe('ledger prove', () => {
  test.each([0, 3, 203, 255, 256, size - 1])('proves entry %i under the newest checkpoint', async (seq) => {
    const out = fresh('proof')
    const done = await runJson(LedgerProve, 'ledger prove', [String(seq), '--out', out], made.world)
    const text = readFileSync(out, 'utf8')
    const leaf = sha256(Buffer.of(0), entries[seq] ?? '')
    expect(done).toMatchObject({
      schema: 'keyrite.proof/1',
      exit: 0,
      file: out,
      sha256: sha256Hex(text),
      entry: seq,
      leaf: leaf.toString('hex'),
      size,
      vkey,
    })
    const {index, hashes, checkpoint} = parseProof(text)
    const {root} = openCheckpoint(checkpoint, parseVkey(vkey))
    expect(done).toMatchObject({hashes: hashes.length, root: Buffer.from(root).toString('hex')})
    expect(index).toBe(seq)
    expect(verifyInclusion(leaf, seq, size, hashes, root)).toBe(true)
  })

  testWith(
    'python3',
    'is verified by a reader that knows only the specifications, and for no other entry',
    async () => {
      const [proof, entry] = [fresh('proof'), fresh('entry')]
      const done = await runJson<{root: string}>(
        LedgerProve,
        'ledger prove',
        ['41', '--out', proof],
        made.world,
      )
      writeFileSync(entry, entries[41] ?? '')
      const said = execFileSync('python3', [reader, 'proof', proof, entry, vkey], {encoding: 'utf8'})
      expect(JSON.parse(said)).toEqual({index: 41, size, root: done.root})
      writeFileSync(entry, entries[42] ?? '')
      expect(
        spawnSync('python3', [reader, 'proof', proof, entry, vkey], {encoding: 'utf8'}).stderr,
      ).toContain('wrong: the proof')
    },
  )

  test('says what to give away with it', async () => {
    const {stdout} = await runCommand(LedgerProve, 'ledger prove', ['2', '--out', fresh('proof')], made.world)
    expect(stdout).toContain('keyrite ledger show 2 --raw')
    expect(stdout).toContain(vkey)
  })

  test.each([
    ['an entry that is not there', [String(size)], 'NOT_FOUND', 4],
    ['what is no entry', ['last'], 'USAGE', 2],
    ['no entry at all', [], 'USAGE', 2],
  ])('refuses %s, and writes nothing', async (_name, argv, code, exit) => {
    const out = fresh('proof')
    expect(await runJson(LedgerProve, 'ledger prove', [...argv, '--out', out], made.world)).toMatchObject({
      code,
      exit,
    })
    expect(existsSync(out)).toBe(false)
  })

  test('replaces nothing', async () => {
    const out = fresh('proof')
    writeFileSync(out, 'mine')
    expect(await runJson(LedgerProve, 'ledger prove', ['1', '--out', out], made.world)).toMatchObject({
      code: 'EXISTS',
      exit: 5,
    })
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  test('never gives out a proof that does not verify', async () => {
    await made.using((app) => {
      const {store} = app.ledger
      const {facts} = app.ledger.view
      const other = {
        row: (seq: number) => store.row(seq),
        checkpoints: (from: number, count?: number) => store.checkpoints(from, count),
        leaves: (from: number, count: number) => store.leaves(from, count),
      }
      const code = (changed: Partial<typeof other>): string =>
        refusalOf(() => proveEntry({...other, ...changed}, facts, size, 7)).code
      expect(code({leaves: (from, count) => store.leaves(from, count).with(0, sha256('another'))})).toBe(
        'LEDGER_TAMPERED',
      )
      expect(code({leaves: () => []})).toBe('LEDGER_TAMPERED')
      expect(code({row: () => store.row(8)})).toBe('LEDGER_TAMPERED')
      expect(code({checkpoints: () => []})).toBe('LEDGER_TAMPERED')
    })
  })
})

test('pins from before and after a full tile are continued, and one that was changed is not', async () => {
  const {home, state} = made.world
  const notes = await made.using((app) => app.ledger.store.checkpoints(1).map(({note}) => note))
  const auditor = {home, state: {path: `${state}-auditor`}, folds}
  expect(verifyLedger({...auditor, pins: notes})).toMatchObject({problems: [], pins: 6, entries: size})
  const [last = ''] = notes.slice(-1)
  const changed = last.replace(`\n${size}\n`, '\n299\n')
  expect(verifyLedger({...auditor, pins: [changed]}).problems.map(({rule}) => rule)).toEqual(['pin'])
})

describe('ledger export --format tiles', () => {
  const exported = (out: string) =>
    runJson<{root: string}>(LedgerExport, 'ledger export', ['--format', 'tiles', '--out', out], made.world)

  testWith(
    'python3',
    'is read by a reader that knows only the specifications: tiles, bundles and checkpoint agree',
    async () => {
      const out = fresh('tiles')
      const done = await exported(out)
      expect(done).toMatchObject({
        schema: 'keyrite.export/1',
        exit: 0,
        format: 'tiles',
        entries: size,
        folder: out,
        vkey,
      })
      const said: unknown = JSON.parse(
        execFileSync('python3', [reader, 'tiles', out, vkey], {encoding: 'utf8'}),
      )
      expect(said).toEqual({size, root: done.root, levels: 2, sha256: sha256Hex(...entries)})
    },
  )

  testWith('python3', 'is refused by that reader with a byte of any file changed', async () => {
    const out = fresh('tiles')
    await exported(out)
    for (const name of globSync('**/*', {cwd: out}).filter((one) => statSync(join(out, one)).isFile())) {
      const whole = readFileSync(join(out, name))
      const changed = Buffer.from(whole)
      const at = Math.floor(changed.length / 3)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(join(out, name), changed)
      expect([name, spawnSync('python3', [reader, 'tiles', out, vkey]).status]).toEqual([name, 1])
      writeFileSync(join(out, name), whole)
    }
    expect(spawnSync('python3', [reader, 'tiles', out, vkey]).status).toBe(0)
  })

  test('has the files of the layout, and nothing else', async () => {
    const out = fresh('tiles')
    mkdirSync(out) // an empty folder is as good as none
    await exported(out)
    const found = globSync('**/*', {cwd: out}).filter((one) => statSync(join(out, one)).isFile())
    expect(found.sort()).toEqual([
      'checkpoint',
      'tile/0/000',
      'tile/0/001.p/44',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/44',
    ])
    expect(statSync(join(out, 'tile/0/000')).size).toBe(256 * 32)
    expect(readFileSync(join(out, 'checkpoint'), 'utf8')).toBe(await made.using((app) => app.ledger.note))
    expect(globSync('.keyrite-*', {cwd: dirname(out)})).toEqual([])
  })

  test('holds no private value', async () => {
    const out = fresh('tiles')
    await exported(out)
    for (const name of globSync('tile/entries/**/*', {cwd: out}).filter((one) =>
      statSync(join(out, one)).isFile(),
    )) {
      const text = readFileSync(join(out, name), 'latin1')
      for (const secret of ['Alice', 'alice@example.com', 'test-host']) expect(text).not.toContain(secret)
    }
  })

  test('writes no folder over anything, none on stdout, and none that does not lead to the checkpoint', async () => {
    const out = fresh('tiles')
    mkdirSync(out)
    writeFileSync(join(out, 'mine'), '')
    expect(await exported(out)).toMatchObject({code: 'EXISTS', exit: 5})
    expect(globSync('**', {cwd: out})).toEqual(expect.arrayContaining(['mine']))
    rmSync(out, {recursive: true})
    writeFileSync(out, '')
    expect(await exported(out)).toMatchObject({code: 'EXISTS', exit: 5})
    expect(await exported(join(fresh('no'), 'such'))).toMatchObject({code: 'FILE_NOT_FOUND', exit: 4})
    const argv = ['--format', 'tiles']
    expect(await runJson(LedgerExport, 'ledger export', argv, made.world)).toMatchObject({
      code: 'USAGE',
      exit: 2,
    })
    await made.using((app) => {
      const {store} = app.ledger
      const other = {
        checkpoints: (from: number, count?: number) => store.checkpoints(from, count),
        rows: (from: number, count: number) =>
          store.rows(from, count).map((row) => (row.seq === 9 ? {...row, bytes: Buffer.from('{}')} : row)),
      }
      expect(refusalOf(() => [...tileFiles(other, size)]).code).toBe('LEDGER_TAMPERED')
    })
  })

  test.each([
    [0, 256, 'tile/0/000'],
    [5, 7, 'tile/0/005.p/7'],
    [999, 256, 'tile/0/999'],
    [1000, 256, 'tile/0/x001/000'],
    [1_234_067, 256, 'tile/0/x001/x234/067'],
    [1_234_067, 255, 'tile/0/x001/x234/067.p/255'],
  ])('names tile %i of %i hashes %s', (tile, hashes, path) => {
    expect(tilePath(0, tile, hashes)).toBe(path)
  })
})
