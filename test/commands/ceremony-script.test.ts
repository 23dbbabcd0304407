/** The printed script: what is compared in the room is on paper, and what cannot be printed is said. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import {packageRoot} from '../../src/base/package.ts'
import {wordLines, words} from '../../src/base/words.ts'
import {planOfQuorum} from '../../src/ceremony/plans.ts'
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import {fill} from '../../src/ceremony/template.ts'
import CeremonyScript from '../../src/commands/ceremony/script.ts'
import {planDigest} from '../../src/requests/index.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson, type World} from '../support/run.ts'

const name = 'jwt-signing-rsa-4096'
const values = ['--profile', 'trial', '--set', 'key-name=payments', '--set', 'owner=alice@example.com']
const inWords = (hex: string): string => words(Buffer.from(hex, 'hex')).join(' ')
const inLines = (hex: string): string => wordLines(Buffer.from(hex, 'hex')).join('\n')

let folder: string
let nowhere: World
let ledger: TestLedger
let made = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-script-'))
  nowhere = {home: join(folder, 'home'), state: join(folder, 'state')}
  ledger = await makeLedger({people: 7})
  await ledger.using((app) => addLocal(app, 'trial'))
}, 60_000)
afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
  ledger.remove()
})

interface Printed {
  readonly path: string
  readonly files: readonly {readonly name: string; readonly sha256: string}[]
  readonly plans: readonly {readonly sha256: string | null; readonly because?: string}[]
  readonly blank: readonly string[]
}

/** Prints into a folder of its own. */
async function print(world: World, ...more: readonly string[]): Promise<Printed & {page: string}> {
  const out = join(folder, `script-${++made}`)
  const document = await runJson<Printed>(
    CeremonyScript,
    'ceremony script',
    [name, '--out', out, ...more],
    world,
  )
  return {...document, page: readFileSync(join(out, 'script.html'), 'utf8')}
}

describe('with a ledger', () => {
  test('the plan of each quorum is the one that the ceremony will ask for, in words, whatever is blank', async () => {
    const {plans, blank, page} = await print(ledger.world, ...values)
    const expected = await ledger.using(async ({ledger: {view}}) => {
      const filled = fill(
        shippedTemplate(name),
        new Map([
          ['profile', 'trial'],
          ['key-name', 'payments'],
          ['owner', 'alice@example.com'],
          ['location', 'Room 4'],
          ['recording', 'camera 2'],
        ]),
      )
      return planDigest(planOfQuorum(view, filled, 'approve').plan)
    })
    expect(plans).toEqual([{step: 'approve', sha256: expected}])
    expect(blank).toEqual(['location', 'recording'])
    expect(page.split(inLines(expected))).toHaveLength(3) // on the page of comparisons, and where it is read aloud
  })

  test('the fingerprint of the ledger and the digest of verify.py are there to be compared', async () => {
    const {page} = await print(ledger.world, ...values)
    const fingerprint = await ledger.using(async (app) => app.ledger.view.facts.fingerprint)
    expect(page).toContain(inLines(fingerprint))
    const verifier = sha256Hex(readFileSync(join(packageRoot(), 'ceremony-templates/bundle/verify.py')))
    expect(page.replace(/\s/g, '')).toContain(verifier)
  })

  test('a plan that a blank goes into is not printed, and that is said', async () => {
    const {plans, page} = await print(ledger.world, '--profile', 'trial')
    expect(plans[0]).toMatchObject({sha256: null, because: 'it depends on a value that stands blank here'})
    expect(page).toContain('cannot be printed: it depends on a value that stands blank here')
  })

  test('printed twice it is the same bytes, and on letter paper another PDF', async () => {
    const [first, again, letter] = [
      await print(ledger.world, ...values),
      await print(ledger.world, ...values),
      await print(ledger.world, ...values, '--paper', 'letter'),
    ]
    expect(again.files).toEqual(first.files)
    expect(letter.files[0]).toEqual(first.files[0])
    expect(letter.files[1]?.sha256).not.toBe(first.files[1]?.sha256)
  })
})

describe('without a ledger', () => {
  test('it is printed all the same, and says what is not there', async () => {
    const {page, plans} = await print(nowhere, '--set', 'profile=trial')
    expect(page).toContain('There was no ledger when this was printed')
    expect(plans[0]?.because).toMatch(/^there is no ledger here/)
  })

  test('a parameter that no blank can stand for must be set', async () => {
    const result = await runCommand(
      CeremonyScript,
      'ceremony script',
      [name, '--out', join(folder, 'none')],
      nowhere,
    )
    expect(result.exit).toBe(2)
    expect(result.stderr).toMatch(/profile/)
  })

  test('a time zone that is none is a usage error', async () => {
    const argv = [name, '--out', join(folder, 'none'), '--zone', 'Mars/Olympus']
    const result = await runCommand(CeremonyScript, 'ceremony script', argv, nowhere)
    expect(result.exit).toBe(2)
    expect(result.stderr).toContain('cannot use time zone "Mars/Olympus"')
  })

  test('with a standby time every act has its time in UTC and in the room', async () => {
    const path = join(folder, 'dated.yaml')
    const source = Buffer.from(shippedTemplate(name).bytes).toString()
    writeFileSync(
      path,
      source.replace('recording: ${recording}', 'recording: ${recording}\nstandby: 2026-12-01T09:00Z'),
    )
    const out = join(folder, 'dated')
    const argv = [path, '--out', out, '--set', 'profile=trial', '--zone', 'Europe/Zurich']
    await runJson(CeremonyScript, 'ceremony script', argv, nowhere)
    const page = readFileSync(join(out, 'script.html'), 'utf8')
    expect(page).toContain('2026-12-01 09:00 UTC (Tue 10:00 Europe/Zurich)')
    expect(page).toContain('<td><p>09:31</p></td><td><p>Tue 10:31</p></td><td></td>')
    expect(page).toContain(
      'Planned to begin at <strong>2026-12-01 09:31 UTC (Tue 10:31 Europe/Zurich)</strong>.',
    )
    writeFileSync(path, source.replace('recording: ${recording}', 'recording: ${recording}\nstandby: soon'))
    const refused = await runCommand(
      CeremonyScript,
      'ceremony script',
      [path, '--out', join(folder, 'no'), '--set', 'profile=trial'],
      nowhere,
    )
    expect(refused.exit).toBe(2)
    expect(refused.stderr).toContain('standby: expected a time in UTC such as 2026-12-01T09:00Z, got "soon"')
  })
})

testWith(
  'pdftotext',
  'every page of the PDF bears the digest of the template, in hex and in words',
  async () => {
    const {path} = await print(nowhere, '--set', 'profile=trial')
    const text = execFileSync('pdftotext', ['-layout', join(path, 'script.pdf'), '-'], {encoding: 'utf8'})
    const {sha256} = shippedTemplate(name)
    const pages = text.split('\f').slice(0, -1)
    expect(pages.length).toBeGreaterThan(8)
    for (const page of pages) {
      expect(page).toContain(`Template SHA-256 ${sha256}`)
      expect(page.replace(/\s+/g, ' ')).toContain(inWords(sha256).slice(0, 60))
    }
    for (const step of ['1.1', '2.2', '3.1', '5.3']) expect(text).toMatch(new RegExp(`^ +${step} `, 'm'))
    expect(text).toContain('Exception sheet 2')
  },
)

test('a folder that is called like a template that ships is not taken for one', async () => {
  const before = process.cwd()
  process.chdir(folder)
  try {
    mkdirSync(name)
    expect((await print(ledger.world, ...values)).plans).toHaveLength(1)
  } finally {
    process.chdir(before)
  }
})
