/** Cards: to the printers that the policy lets print shares, and to a medium; read back by eye and by a scanner. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {expect} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {demandPrinter} from '../../src/policy/rules/printers.ts'
import {refusal} from '../shares/support.ts'
import {needing, testWith} from '../support/needs.ts'
import {code, keys, makeEscrow, somebody, verifiedOk, type Escrow} from './share-support.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let people: Escrow
const jobs = (): string => join(people.folder, 'jobs')
const path = process.env['PATH'] ?? ''
beforeAll(async () => {
  people = await makeEscrow()
  mkdirSync(jobs())
  // A stand-in of ours for lp. The same was seen once on CUPS 2.4, to a raw queue without a printer: not in this test.
  process.env['PATH'] = `${join(import.meta.dirname, '../standins/lp')}${delimiter}${path}`
  process.env['LP_STANDIN'] = jobs()
}, 120_000)
afterAll(() => {
  process.env['PATH'] = path
  delete process.env['LP_STANDIN']
  people.remove()
})

const split = (name: string, flags: string, ask = somebody('Carol')) =>
  people.type(
    `share split --name ${name} --secret-file @secret --threshold 2 --holder alice --holder erin --out @${name} ${flags} --as alice ${people.quorum}`,
    {ask},
  )

test('who has no age recipient gets a card from the printer that was approved, and the others never do', async () => {
  const ran = await split('printed', '--print safe-printer')
  expect([ran.exit, ran.exit === 0 ? '' : ran.stdout]).toEqual([0, ''])
  expect(ran.stderr).toContain('The print queue and the printer may keep a copy of what they print.')
  expect(readFileSync(join(jobs(), 'calls'), 'utf8')).toBe('-d safe-printer -t card\n')
  expect(readdirSync(jobs()).sort()).toEqual(['calls', 'came', 'job-1.pdf'])
  // By a pipe: nothing that was printed ever lay in a file of ours.
  expect(readFileSync(join(jobs(), 'came'), 'utf8')).toMatch(/^(?:fifo|socket)\n$/)
  const ours = [people.world.home, join(people.folder, 'printed')].flatMap((folder) =>
    readdirSync(folder, {recursive: true, withFileTypes: true}).filter((one) => one.isFile()),
  )
  expect(
    ours.filter((one) => readFileSync(join(one.parentPath, one.name), 'latin1').includes('%PDF-')),
  ).toEqual([])
  expect(readdirSync(join(people.folder, 'printed'))).toEqual([expect.stringMatching(/-share-1\.age$/)])
})

test('a printer that takes nothing leaves a void set, and says what to look at', async () => {
  const ran = await split('refused', '--print broken')
  expect([ran.exit, code(ran)]).toEqual([12, 'STORAGE'])
  expect(ran.stdout).toContain('The printer or class does not exist')
  expect(ran.stdout).toContain('is void, as not all shares were given out')
  expect(ran.stdout).toContain('lpstat -p')
})

test('a folder on a disk that stays has to be accepted by typing it', async () => {
  // What tests make may stand in memory: this does not.
  const disk = mkdtempSync(join(packageRoot(), '.tools/state/cards-'))
  const cards = join(disk, 'cards')
  try {
    const no = await split('no', `--card-to ${cards}`, somebody('Carol', 'yes'))
    expect([no.exit, code(no)]).toEqual([3, 'NOT_CONFIRMED'])
    expect(readdirSync(disk)).toEqual([])
    const yes = await split('yes', `--card-to ${cards}`, somebody('Carol', 'I ACCEPT'))
    expect([yes.exit, yes.exit === 0 ? '' : yes.stdout]).toEqual([0, ''])
    const [card = ''] = readdirSync(cards)
    expect(card).toMatch(/^yes-[0-9a-f]{8}-share-2\.pdf$/)
    expect(statSync(join(cards, card)).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(disk, {recursive: true})
  }
})

test('a tmpfs is taken without a question', async () => {
  const cards = mkdtempSync('/dev/shm/keyrite-cards-')
  try {
    const ran = await split('tmpfs', `--card-to ${cards}`)
    expect([ran.exit, ran.exit === 0 ? '' : ran.stdout]).toEqual([0, ''])
    expect(readdirSync(cards)).toHaveLength(1)
  } finally {
    rmSync(cards, {recursive: true})
  }
})

test('the policy names the printers; in production no other prints, nor any where it names none', () => {
  const refused = (printers: string[] | undefined, production: boolean): unknown => {
    try {
      demandPrinter({...defaultPolicy, ...(printers === undefined ? {} : {printers})}, 'hall', production)
      return null
    } catch (error) {
      return refusal(() => {
        throw error
      }).code
    }
  }
  expect(refused(undefined, false)).toBeNull()
  expect(refused(undefined, true)).toBe('POLICY_REFUSES')
  for (const production of [false, true]) {
    expect(refused(['safe'], production)).toBe('POLICY_REFUSES')
    expect(refused([], production)).toBe('POLICY_REFUSES')
    expect(refused(['safe', 'hall'], production)).toBeNull()
  }
})

testWith(
  ['ssh-keygen', 'pdftoppm', 'zbarimg'],
  'the QR code of a printed card, as a scanner types it, is the share; two cards are never on one page',
  async () => {
    const pdf = join(jobs(), 'job-1.pdf')
    execFileSync('pdftoppm', ['-r', '200', '-png', pdf, join(jobs(), 'card')], {env: process.env})
    const pages = readdirSync(jobs()).filter((one) => one.endsWith('.png'))
    expect(pages).toHaveLength(1)
    const read = execFileSync(
      'zbarimg',
      ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', join(jobs(), pages[0] ?? '')],
      {
        env: process.env,
        encoding: 'utf8',
        stdio: 'pipe',
      },
    ).trim()
    expect(read).toMatch(/^KEYRITE-SHARE\/1 /)
    const typed = await people.type('share check', {ask: somebody(read)})
    expect(typed.document).toMatchObject({ok: true, index: 2, holder: {name: 'Erin'}})
    writeFileSync(join(people.folder, 'scanned'), read)
    const received = await people.type(`share receive printed @scanned ${people.signed('erin')}`)
    expect(received.exit).toBe(0)
    const [sealed = ''] = readdirSync(join(people.folder, 'printed'))
    const ran = await people.type(
      `share combine --set printed ${join(people.folder, 'printed', sealed)} @scanned ${keys('alice')} --out @again --ticket T-1 --as alice ${people.quorum}`,
    )
    expect(ran.exit).toBe(0)
    expect(
      readFileSync(join(people.folder, 'again')).equals(readFileSync(join(people.folder, 'secret'))),
    ).toBe(true)
  },
)

test('the ledger that this left verifies', () => {
  verifiedOk(people)
})
