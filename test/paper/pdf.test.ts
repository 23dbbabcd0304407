/** A PDF says what its document says, is heard in that order, and has the same bytes for the same document. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import {aloud, boxes, paragraph, sheet, table, writing, type Doc} from '../../src/paper/document.ts'
import {pdfOf} from '../../src/paper/pdf/index.ts'
import {qr} from '../../src/paper/qr.ts'
import {testWith} from '../support/needs.ts'
import {sample} from './sample.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-pdf-'))
})
afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

const running = {head: 'The head', foot: ['The foot of every page']}
const form: Doc = {
  ...sample,
  running,
  blocks: [
    ...sample.blocks,
    aloud('topmost Istanbul → Pluto'),
    qr('sha256:00', 'A digest'),
    sheet({
      columns: [
        {name: 'Activity', share: 3},
        {name: 'Initials', share: 1},
      ],
      rows: Array.from({length: 40}, (_, at) => ({
        cells: [[paragraph(`Row number ${at}.`), boxes('Bag', 8), writing('Place')], ''],
      })),
    }),
    table({columns: ['Long'], rows: [[Array.from({length: 900}, (_, at) => `word${at}`).join(' ')]]}),
  ],
}

/** What a program of others makes of a file. */
function seen(program: string, bytes: Uint8Array, ...flags: readonly string[]): string {
  const file = join(folder, 'seen.pdf')
  writeFileSync(file, bytes)
  return execFileSync(program, [...flags, file, ...(program === 'pdftotext' ? ['-'] : [])], {
    encoding: 'utf8',
  })
}

test('equal documents give equal bytes, and paper of another size others', () => {
  const bytes = pdfOf(form)
  expect(sha256Hex(pdfOf(structuredClone(form)))).toBe(sha256Hex(bytes))
  expect(sha256Hex(pdfOf(form, 'letter'))).not.toBe(sha256Hex(bytes))
})

test('it is dated by its content, and holds no other time', () => {
  const plain = Buffer.from(pdfOf({...sample, dated: new Date('2026-11-24T12:00:00Z')})).toString('latin1')
  expect(plain.match(/D:\d{14}Z/g)).toEqual(['D:20261124120000Z', 'D:20261124120000Z'])
})

test('it names its language, is tagged, and shows its title', () => {
  const plain = Buffer.from(pdfOf(sample)).toString('latin1')
  expect(plain).toContain('/Lang (en)')
  expect(plain).toContain('/Marked true')
  expect(plain).toContain('/DisplayDocTitle true')
  expect(plain).not.toContain('/BaseFont /Helvetica')
})

testWith('pdftotext', 'every row, word and foot is on the pages, none twice and none lost', () => {
  const text = seen('pdftotext', pdfOf(form), '-layout')
  for (let at = 0; at < 40; at++) expect(text.match(new RegExp(`Row number ${at}\\.`, 'g'))).toHaveLength(1)
  for (let at = 0; at < 900; at++) expect(text.match(new RegExp(`\\bword${at}\\b`, 'g'))).toHaveLength(1)
  const pages = text.split('\f').length - 1
  expect(pages).toBeGreaterThan(4)
  expect(text.match(/The foot of every page/g)).toHaveLength(pages)
  expect(text.match(/Activity +Initials/g)?.length).toBeGreaterThan(2)
  expect(text).toContain('Istanbul → Pluto')
})

testWith('pdftotext', 'what no face has a shape for is written out, never left out', () => {
  const text = seen('pdftotext', pdfOf(sample), '-layout')
  expect(text).toContain('\\u{6771}\\u{4eac} office')
})

testWith(
  'pdftotext',
  'a name that is wider than its column is broken behind a hyphen, and only one without is broken inside',
  () => {
    const doc: Doc = {
      ...sample,
      blocks: [
        sheet({
          columns: [
            {name: 'Role', share: 19},
            {name: 'Printed name', share: 81},
          ],
          rows: ['emergency-contact', 'emergencycontacts', 'e-mergencycontact-s'].map((role) => ({
            cells: [role, ''],
          })),
        }),
      ],
    }
    const text = seen('pdftotext', pdfOf(doc), '-layout')
    expect(text).toMatch(/emergency-\n\s*contact\n/)
    expect(text).toMatch(/emergencyconta\n\s*cts\n/)
    expect(text.replace(/\s/g, '')).toContain('e-mergencycontact-s')
  },
)

testWith('pdftotext', 'headings, tables and lists are said to be such, in the order of the document', () => {
  const said = seen('pdfinfo', pdfOf(sample), '-struct-text')
  const order = [
    'H1 (block)',
    '"Root key ceremony"',
    'Table',
    'TH',
    '"Ceremony"',
    'H2',
    '"Steps"',
    'H3',
    '"Words"',
    'LBody',
  ]
  let from = 0
  for (const each of order) {
    const at = said.indexOf(each, from)
    expect([each, at >= from]).toEqual([each, true])
    from = at
  }
})
