/** A bundle is made whole, says what it should, and stands against its anchors. */
import {existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {packageRoot} from '../../src/base/package.ts'
import {words} from '../../src/base/words.ts'
import {makeBundle, parseFingerprint, recordBundle, writeFolder} from '../../src/ceremony/bundle/index.ts'
import {verifyLedger} from '../../src/ledger/index.ts'
import {refusalOf} from '../base/refusal.ts'
import {makeBench, noAnchor, rules, seqsOf, tool, verdictOf, type Bench} from './bench.ts'

const codeOf = (act: () => unknown): string => refusalOf(act).code

let bench: Bench
let folder: string
beforeAll(async () => {
  bench = await makeBench()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-made-'))
}, 60_000)
afterAll(() => {
  bench.finished.remove()
  rmSync(folder, {recursive: true, force: true})
})

const hexOf = (): string => bench.facts.fingerprint

describe('a good bundle', () => {
  test('verifies, names everyone who signed, and says that it agrees with itself only', () => {
    const verdict = verdictOf(bench.files)
    expect(verdict.problems).toEqual([])
    expect(verdict).toMatchObject({
      ok: true,
      anchored: false,
      status: 'signed-off',
      missing: [],
      remade: true,
    })
    expect(verdict.ceremony).toBe(bench.finished.id)
    expect(verdict.words).toEqual(words(Buffer.from(hexOf(), 'hex')))
  })

  test('is the same bytes when it is made again', async () => {
    await bench.finished.using((app) => {
      const made = {ledger: app.ledger, rules, ceremony: bench.finished.ceremonyIn(app), tool}
      const again = makeBundle({...made, packageRoot: packageRoot(), level: 'full'})
      expect([...again.keys()].sort()).toEqual([...bench.files.keys()].sort())
      for (const [path, bytes] of again) expect(sha256Hex(bytes)).toBe(sha256Hex(bench.files.get(path) ?? ''))
    })
  })

  test('lists every other file in SHA256SUMS, sorted', () => {
    const listed = Buffer.from(bench.files.get('SHA256SUMS') ?? '')
      .toString()
      .split('\n')
      .slice(0, -1)
    expect(listed).toHaveLength(bench.files.size - 2)
    expect(listed.map((line) => line.slice(66))).toEqual(
      listed.map((line) => line.slice(66)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
  })

  test('names those whose signature under the transcript is missing, and is good all the same', async () => {
    const late = await makeBench({signs: (name) => name !== 'Grace' && name !== 'Dan'})
    const verdict = verdictOf(late.files)
    expect(verdict).toMatchObject({ok: true, status: 'waiting-for-signatures'})
    expect(verdict.missing.map(({name}) => name).sort()).toEqual(['Dan', 'Grace'])
    expect(Buffer.from(late.files.get('minutes.txt') ?? '').toString()).toMatch(
      /Signatures are missing: .*Grace/,
    )
    late.finished.remove()
  }, 60_000)

  test('says what it did not make again when another program made it', () => {
    const verdict = verdictOf(bench.files, noAnchor, {...tool, version: '9.9.9'})
    expect(verdict).toMatchObject({ok: true, remade: false})
    expect(verdict.notes.join()).toMatch(/minutes, VERIFY.md and verify.py were not made again/)
  })
})

describe('an anchor', () => {
  test.each([
    ['hex', (hex: string) => hex],
    ['upper case with spaces', (hex: string) => (hex.toUpperCase().match(/.{4}/g) ?? []).join(' ')],
    ['colons', (hex: string) => (hex.match(/../g) ?? []).join(':')],
    ['PGP words', (hex: string) => words(Buffer.from(hex, 'hex')).join(' ').toLowerCase()],
  ])('is read as %s', (_form, write) => {
    const fingerprint = parseFingerprint(write(hexOf()))
    expect(verdictOf(bench.files, {fingerprint, pins: []})).toMatchObject({ok: true, anchored: true})
  })

  test('that is no fingerprint is a usage error', () => {
    expect(codeOf(() => parseFingerprint('4f1a99'))).toBe('USAGE')
    const [first = '', ...rest] = words(Buffer.from(hexOf(), 'hex'))
    expect(codeOf(() => parseFingerprint([...rest, first].join(' ')))).toBe('USAGE')
  })

  test('of another ledger is a problem', () => {
    const verdict = verdictOf(bench.files, {fingerprint: 'ab'.repeat(32), pins: []})
    expect(verdict).toMatchObject({ok: false, anchored: false})
    expect(verdict.problems[0]).toMatchObject({rule: 'anchor', seq: 0, file: 'entries/000000.json'})
  })

  test('may be a pin of this ledger', () => {
    const pins = [{name: 'pin', note: bench.note}]
    expect(verdictOf(bench.files, {fingerprint: null, pins})).toMatchObject({ok: true, anchored: true})
  })

  test('that is a pin of another ledger, or no pin, is a problem', async () => {
    const other = await makeBench()
    for (const note of [other.note, 'nothing', bench.note.replace(/\n\d+\n/, '\n3\n')]) {
      const verdict = verdictOf(bench.files, {fingerprint: null, pins: [{name: 'pin', note}]})
      expect(verdict).toMatchObject({ok: false, anchored: false})
      expect(verdict.problems.map(({rule}) => rule)).toEqual(['anchor'])
    }
    other.finished.remove()
  }, 60_000)

  test('alone tells a whole forged ledger from the real one: without it that agrees with itself', async () => {
    const forged = await makeBench()
    expect(verdictOf(forged.files)).toMatchObject({ok: true, anchored: false})
    expect(verdictOf(forged.files, {fingerprint: hexOf(), pins: []})).toMatchObject({ok: false})
    forged.finished.remove()
  }, 60_000)
})

describe('making a bundle', () => {
  test('refuses a ceremony that goes on, and a machine that is not the writer', async () => {
    await bench.finished.using((app) => {
      const ceremony = {...bench.finished.ceremonyIn(app), signOff: null}
      const made = {ledger: app.ledger, rules, tool, packageRoot: packageRoot(), level: 'full' as const}
      expect(codeOf(() => makeBundle({...made, ceremony}))).toBe('CEREMONY_STATE')
    })
    const {world} = bench.finished.open()
    const elsewhere = new App({...world, state: {path: join(folder, 'no-state')}})
    const ceremony = bench.finished.ceremonyIn(elsewhere)
    const made = {ledger: elsewhere.ledger, rules, tool, packageRoot: packageRoot(), level: 'full' as const}
    expect(codeOf(() => makeBundle({...made, ceremony}))).toBe('LEDGER_NOT_WRITER')
    await elsewhere.close()
  })

  test('writes a private folder that verifies, and leaves nothing beside it', () => {
    const dir = join(folder, 'bundle')
    writeFolder(dir, bench.files)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder)).toEqual(['bundle'])
    expect(readdirSync(join(dir, 'entries'))).toHaveLength(seqsCount())
  })

  test('takes an empty folder, and refuses what exists', () => {
    mkdirSync(join(folder, 'empty'))
    writeFolder(join(folder, 'empty'), bench.files)
    expect(existsSync(join(folder, 'empty', 'SHA256SUMS.sig'))).toBe(true)
    expect(
      codeOf(() => {
        writeFolder(join(folder, 'empty'), bench.files)
      }),
    ).toBe('EXISTS')
    writeFileSync(join(folder, 'file'), '')
    expect(
      codeOf(() => {
        writeFolder(join(folder, 'file'), bench.files)
      }),
    ).toBe('EXISTS')
    expect(
      codeOf(() => {
        writeFolder(join(folder, 'no', 'such'), bench.files)
      }),
    ).toBe('FILE_NOT_FOUND')
  })

  test('is recorded; the next bundle holds that, and verifies, and so does the ledger', async () => {
    await bench.finished.using(async (app) => {
      await recordBundle(app.ledger, bench.finished.ceremonyIn(app), bench.files, 'full', {
        person: null,
        evidence: 'stated',
      })
      const ceremony = bench.finished.ceremonyIn(app)
      expect(ceremony.bundles.map(({sha256}) => sha256)).toEqual([
        sha256Hex(bench.files.get('SHA256SUMS') ?? ''),
      ])
      const files = makeBundle({
        ledger: app.ledger,
        rules,
        ceremony,
        tool,
        packageRoot: packageRoot(),
        level: 'full',
      })
      expect(verdictOf(files)).toMatchObject({ok: true})
      expect(seqsOf({files}, 'bundle.made')).toHaveLength(1)
      expect(files.get('minutes.txt')).toEqual(bench.files.get('minutes.txt'))
      expect(files.get('minutes.pdf')).toEqual(bench.files.get('minutes.pdf'))
    })
    const {home, state} = bench.finished.world
    expect(verifyLedger({home, state: {path: state}, folds: rules.folds, pins: []}).problems).toEqual([])
  })
})

function seqsCount(): number {
  return [...bench.files.keys()].filter((path) => path.startsWith('entries/')).length
}
