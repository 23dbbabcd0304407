/** `ceremony bundle`, `ceremony verify` and `ceremony minutes` as they are typed. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import Bundle from '../../src/commands/ceremony/bundle.ts'
import Minutes from '../../src/commands/ceremony/minutes.ts'
import Verify from '../../src/commands/ceremony/verify.ts'
import {runCommand, runJson} from '../support/run.ts'
import {finishedCeremony, type Finished} from './finished.ts'

let finished: Finished
let folder: string
let fingerprint: string
beforeAll(async () => {
  finished = await finishedCeremony()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-cmd-'))
  fingerprint = await finished.using(({ledger}) => ledger.view.facts.fingerprint)
}, 60_000)
afterAll(() => {
  finished.remove()
  rmSync(folder, {recursive: true, force: true})
})

const nowhere = (): {home: string; state: string} => ({
  home: join(folder, 'no-home'),
  state: join(folder, 'no-state'),
})

describe('ceremony bundle and verify', () => {
  test('write a folder, and say that it is good where there is neither home nor ledger', async () => {
    const dir = join(folder, 'bundle')
    const made = await runJson<{path: string; sha256: string; files: number}>(
      Bundle,
      'ceremony bundle',
      [finished.id.slice(0, 8), '--out', dir],
      finished.world,
    )
    expect(made).toMatchObject({schema: 'keyrite.bundle/1', exit: 0, path: dir})
    expect(made.sha256).toBe(sha256Hex(readFileSync(join(dir, 'SHA256SUMS'))))
    const verified = await runJson(Verify, 'ceremony verify', [dir, '--ledger', fingerprint], nowhere())
    expect(verified).toMatchObject({
      schema: 'keyrite.ceremony-verification/1',
      exit: 0,
      ok: true,
      anchored: true,
      fingerprint,
      ceremony: finished.id,
      level: 'full',
      problems: [],
    })
    expect(existsSync(nowhere().home)).toBe(false)
  })

  test('begin by saying whether anything from outside was compared', async () => {
    const dir = join(folder, 'bundle')
    const alone = await runCommand(Verify, 'ceremony verify', [dir], nowhere())
    expect(alone.exit).toBe(0)
    expect(alone.stdout).toMatch(/^NOT anchored: this bundle agrees with itself only/)
    const anchored = await runCommand(Verify, 'ceremony verify', [dir, '--ledger', fingerprint], nowhere())
    expect(anchored.stdout).toMatch(/^anchored/)
    expect(anchored.stdout.trimEnd()).toMatch(/\nok$/)
    const wrong = await runCommand(Verify, 'ceremony verify', [dir, '--ledger', 'ab'.repeat(32)], nowhere())
    expect([wrong.exit, wrong.stdout.split('\n')[0]]).toEqual([6, 'NOT the ledger that was given'])
  })

  test('take a pin from a file', async () => {
    const pin = join(folder, 'pin')
    writeFileSync(pin, readFileSync(join(folder, 'bundle', 'checkpoint')))
    const verified = await runJson(
      Verify,
      'ceremony verify',
      [join(folder, 'bundle'), '--pin', pin],
      nowhere(),
    )
    expect(verified).toMatchObject({ok: true, anchored: true})
  })

  test('end with exit 6 and name the file for a bundle that was changed', async () => {
    const dir = join(folder, 'bundle')
    const path = join(dir, 'minutes.txt')
    const before = readFileSync(path)
    writeFileSync(path, `${before.toString()} `)
    const ran = await runJson<{problems: {file: string}[]}>(Verify, 'ceremony verify', [dir], nowhere())
    expect([ran.exit, ran.problems[0]?.file]).toEqual([6, 'minutes.txt'])
    const said = await runCommand(Verify, 'ceremony verify', [dir], nowhere())
    expect(said.stdout).toMatch(/PROBLEM minutes\.txt/)
    writeFileSync(path, before)
  })

  test.each([
    ['a folder that exists', () => ['--out', join(folder, 'bundle')], 5, 'EXISTS'],
    ['a level that there is not', () => ['--out', join(folder, 'other'), '--level', 'secret'], 2, 'USAGE'],
  ])('refuse %s', async (_what, flags, exit, code) => {
    const ran = await runJson(Bundle, 'ceremony bundle', [finished.id, ...flags()], finished.world)
    expect(ran).toMatchObject({exit, code})
    expect(readdirSync(folder)).not.toContain('other')
  })

  test('refuse a fingerprint that is none, and a folder that is not there', async () => {
    expect(await runJson(Verify, 'ceremony verify', ['x', '--ledger', 'abc'], nowhere())).toMatchObject({
      exit: 2,
    })
    expect(await runJson(Verify, 'ceremony verify', [join(folder, 'none')], nowhere())).toMatchObject({
      exit: 4,
      code: 'FILE_NOT_FOUND',
    })
  })
})

describe('ceremony minutes', () => {
  test('writes the text that the bundle holds, and a page of the same entries under the newest checkpoint', async () => {
    const sizeIn = (note: string): number => Number(note.split('\n')[1])
    for (const ending of ['html', 'txt']) {
      const out = join(folder, `m.${ending}`)
      const made = await runJson(Minutes, 'ceremony minutes', [finished.id, '--out', out], finished.world)
      expect(made).toMatchObject({schema: 'keyrite.minutes/1', exit: 0, path: out})
    }
    const bundled = (name: string): string => readFileSync(join(folder, 'bundle', name), 'utf8')
    expect(readFileSync(join(folder, 'm.txt'), 'utf8')).toBe(bundled('minutes.txt'))
    const page = readFileSync(join(folder, 'm.html'), 'utf8')
    expect(page).toContain(finished.id)
    // That the bundle was made is an entry, later than its own checkpoint.
    expect(page).not.toBe(bundled('minutes.html'))
    expect(await finished.using((app) => app.ledger.size)).toBeGreaterThan(sizeIn(bundled('checkpoint')))
  })

  test('writes the same PDF each time, and another on letter paper', async () => {
    const made = async (name: string, ...more: readonly string[]): Promise<string> => {
      const out = join(folder, name)
      await runJson(Minutes, 'ceremony minutes', [finished.id, '--out', out, ...more], finished.world)
      const bytes = readFileSync(out)
      expect(bytes.subarray(0, 8).toString()).toBe('%PDF-1.7')
      return bytes.toString('latin1')
    }
    const first = await made('m1.pdf')
    expect((await made('m2.pdf')) === first).toBe(true)
    expect((await made('m3.pdf', '--paper', 'letter')) === first).toBe(false)
  })

  test('refuses a name that says no form, a file that exists, and a ceremony that is not there', async () => {
    const run = (id: string, out: string): Promise<unknown> =>
      runJson(Minutes, 'ceremony minutes', [id, '--out', join(folder, out)], finished.world)
    expect(await run(finished.id, 'minutes')).toMatchObject({exit: 5, code: 'UNSUPPORTED'})
    expect(await run(finished.id, 'm.txt')).toMatchObject({exit: 5, code: 'EXISTS'})
    expect(await run('000000', 'n.txt')).toMatchObject({exit: 4, code: 'CEREMONY_NOT_FOUND'})
  })
})
