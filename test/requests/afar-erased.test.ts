/** A request some of whose names and texts were erased: it can be asked elsewhere, and says what is not shown. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import LedgerErase from '../../src/commands/ledger/erase.ts'
import {operations} from '../../src/app.ts'
import {transcriptContent} from '../../src/ceremony/afar.ts'
import {outcomeContent} from '../../src/keys/index.ts'
import {examine, readExport, type Files} from '../../src/requests/afar/index.ts'
import {needing, testWith} from '../support/needs.ts'
import {makeAfar, runJson, type Afar} from './afar-support.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let made: Afar
let id: string
let dir: string
let before: Files
let entry: number
beforeAll(async () => {
  made = await makeAfar()
  const asked = await made.ask('worn')
  id = asked.id
  before = readExport((await made.export(id, 1)).dir)
  const signers = [0, 1, 2].flatMap((at) => [
    '--sign-with',
    `${made.founder(at).person.id}=${made.keyFile(at)}`,
  ])
  const what = ['--person', made.founder(3).person.id, '--entry', String(asked.seq), '--reason', 'asked for']
  const erased = await runJson<{entry: number}>(LedgerErase, 'ledger erase', [...what, ...signers], {
    ...made.world,
    env: {KEYRITE_AS: made.founder(0).person.id},
  })
  expect(erased.exit).toBe(0)
  entry = erased.entry
  dir = (await made.export(id, 1)).dir
})
afterAll(() => {
  made.remove()
})

const text = (name: string): string => readFileSync(join(dir, name), 'utf8')
const judge = (files: Files) =>
  examine(files, {operations, now: new Date(), transcript: transcriptContent, certificate: outcomeContent})
    .content

describe('a request of which something was erased', () => {
  test('is written for people elsewhere, and says by which entry how much is not shown', () => {
    const words = text('words.txt')
    expect(words).toMatch(
      new RegExp(`^ERASED by entry ${entry}, and so not shown here: \\d+ of the names`, 'm'),
    )
    const {name, id: person} = made.founder(3).person
    expect([words.includes(person), words.includes(String(name))]).toEqual([true, false])
    expect(words).not.toContain('Payments Team')
    expect(words).not.toContain('the old one is worn')
    expect(words).toContain(made.founder(4).person.name)
  })

  test('is signed by keyrite, and the answer counts', async () => {
    expect(await made.sign(dir, 1, '--yes')).toMatchObject({exit: 0})
    expect(await made.addJson(dir)).toMatchObject({exit: 0})
  })

  testWith(['ssh-keygen', 'python3'], 'is checked by Python alone, which says what was erased', () => {
    const block = /python3 - <<'EOF'\n([\s\S]*?)\nEOF/.exec(text('HOWTO.md'))?.[1] ?? ''
    const said = execFileSync('python3', ['-'], {cwd: dir, input: block}).toString()
    expect(said).toContain('owner: (erased)')
    expect(said).toContain(`may answer: ${made.founder(3).person.id} (erased)`)
  })

  test('is refused with an opening that nobody erased left out, or one that was erased in it', () => {
    const files = readExport(dir)
    const boxOf = (of: Files) =>
      JSON.parse(Buffer.from(of.get('openings.json') ?? []).toString()) as {
        entries: string[]
        openings: Record<string, unknown>
      }
    const [now, then] = [boxOf(files), boxOf(before)]
    const withBox = (box: unknown): Files =>
      new Map([...files, ['openings.json', Buffer.from(JSON.stringify(box))]])
    const [kept = ''] = Object.keys(now.openings)
    const gone = Object.keys(then.openings).find((one) => now.openings[one] === undefined) ?? ''
    const without = Object.fromEntries(Object.entries(now.openings).filter(([one]) => one !== kept))
    expect(() => judge(withBox({...now, openings: without}))).toThrow(/is missing/)
    const sorted = Object.fromEntries(
      Object.entries({...now.openings, [gone]: then.openings[gone]}).sort(([a], [b]) => (a < b ? -1 : 1)),
    )
    expect(() => judge(withBox({...now, openings: sorted}))).toThrow(/was erased, and is here/)
  })

  test('is refused with an erasure that is not in the ledger, whatever it names', () => {
    const files = readExport(dir)
    const box = JSON.parse(Buffer.from(files.get('openings.json') ?? []).toString()) as {entries: string[]}
    const entries = box.entries.map((one) => {
      const bytes = Buffer.from(one, 'base64').toString()
      return bytes.includes('"type":"openings.erased"')
        ? Buffer.from(bytes.replace(/"time":"20\d\d/, '"time":"2099')).toString('base64')
        : one
    })
    expect(entries).not.toEqual(box.entries)
    const changed = new Map([...files, ['openings.json', Buffer.from(JSON.stringify({...box, entries}))]])
    expect(() => judge(changed)).toThrow(/is not in the tree of the checkpoint/)
  })
})
