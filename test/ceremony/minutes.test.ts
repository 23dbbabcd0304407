/** The minutes say what happened, with the strength of each statement, and nothing that depends on who reads them. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {stableDoc, stableText} from '../../src/ceremony/minutes/stable.ts'
import {judge} from '../../src/ceremony/bundle/judge.ts'
import {readableFiles} from '../../src/ceremony/bundle/derive.ts'
import {parseFacts, parseOpenings, partsOf} from '../../src/ceremony/bundle/primary.ts'
import {makeBench, rules, seqsOf, type Bench} from './bench.ts'

let bench: Bench
let text: string
let page: string
beforeAll(async () => {
  bench = await makeBench({signs: (name) => name !== 'Erin'})
  text = Buffer.from(bench.files.get('minutes.txt') ?? '').toString()
  page = Buffer.from(bench.files.get('minutes.html') ?? '').toString()
}, 60_000)
afterAll(() => {
  bench.finished.remove()
})

const flat = (): string => text.replace(/\s+/g, ' ')

test('they follow from the entries alone: made from the bundle they are the same', () => {
  const bytes = (path: string): Uint8Array => bench.files.get(path) ?? Buffer.alloc(0)
  const facts = parseFacts(bytes('bundle.json'))
  const parts = {...partsOf(bench.files), openings: parseOpenings(bytes('openings.json'))}
  const primary = {facts, ...parts, checkpoint: Buffer.from(bytes('checkpoint')).toString()}
  expect([...readableFiles(primary, judge(primary, rules), rules)]).toEqual([
    ['script.html', bytes('script.html')],
    ['script.pdf', bytes('script.pdf')],
    ['minutes.html', Buffer.from(page)],
    ['minutes.pdf', bytes('minutes.pdf')],
    ['minutes.txt', Buffer.from(text)],
  ])
})

test('they hold the ceremony, its place, recording, template and ledger', () => {
  expect(text).toContain(bench.finished.id)
  expect(flat()).toContain('Location Room 4, cellar Recording Camera 2, tape 17')
  expect(text).toContain(bench.facts.name)
  expect(text.replace(/\s/g, '')).toContain(bench.facts.fingerprint)
})

test('they name whoever has not signed, first of all and in the tables', () => {
  expect(text.indexOf('Signatures are missing: Erin.')).toBeLessThan(text.indexOf('Participants'))
  expect(page).toMatch(/<strong>Erin<\/strong>, (?:(?!<\/tr>).)*>MISSING</)
})

test('they say software where it is software, and unknown where there is no evidence', () => {
  expect(flat()).toContain('Protection software, not hardware (verified)')
  expect(flat()).toContain('FIPS 140 level unknown: no evidence names one')
  expect(text).not.toMatch(/(?<!not )hardware \((?:attested|verified|asserted)\)/)
  expect(flat()).toMatch(/Device model keyrite software token \(asserted\)/)
})

test('they give every check with its own evidence', () => {
  expect(flat()).toMatch(/signature-verifies ok verified/)
  expect(flat()).toMatch(/export-refused ok verified/)
  expect(flat()).toMatch(/as-described ok asserted/)
})

test('they show each answer to a request, also the no', () => {
  expect(flat().match(/ no ssh-ed25519 \(stated\)/g)).toHaveLength(1)
  expect(flat().match(/ yes ssh-ed25519 \(stated\)/g)).toHaveLength(3)
  expect(flat()).toContain('Make key "test-key" in profile "test-token" (local, test): ed25519')
})

test('they say how each step was held to', () => {
  expect(text).toMatch(/^1\.1 .*prompt,? ?(?:\d+)?$/m)
  expect(text).toMatch(/^2\.2 .*signature,? ?(?:\d+)?$/m)
  expect(text).toMatch(/^2\.4 .*tried,? ?(?:\d+)?$/m)
})

test('they say who signed that they are here, and when; of all others that it is stated', () => {
  expect(flat()).toMatch(/Alice, .*signed \d\d:\d\d:\d\d \(entry \d+\)|Alice, .* stated/)
  const [seq] = seqsOf(bench, 'participant.present')
  expect(flat().includes(`(entry ${seq ?? -1})`)).toBe(seq !== undefined)
})

test('they hold the planned against the real time, of each step and of each act', () => {
  expect(flat()).toMatch(/1\. Preparation Planned: 5 min\. Taken: (?:\d+ min )?\d+ s, [\d:]{8} to [\d:]{8}\./)
  expect(flat()).toMatch(/\(\d+ s of/)
})

test('they name what is owed, by whom and until when', () => {
  const due = new Date(Date.parse(openedAt()) + 86_400_000).toISOString().slice(0, 10)
  expect(flat()).toContain(`Enter the key in the inventory. operator: Bob ${due}`)
})

test('what people typed is shown, not obeyed', () => {
  expect(page).toContain('&lt;b&gt;whole&lt;/b&gt;')
  expect(page).toContain('checkout &lt;service&gt;')
  expect(page).not.toContain('\u202e')
  expect(flat().replaceAll(' ', '')).toContain('\\u{202e}&\\u{1fae9}café')
})

test('characters that some version of Unicode does not know yet are written out', () => {
  expect(stableText('Zoë Łuk 東京 한국 Привет → “ok” 🔑')).toBe('Zoë Łuk 東京 한국 Привет → “ok” 🔑')
  expect(stableText('\u{1fae9}\ua7ce\u{2ebf0}')).toBe('\\u{1fae9}\\u{a7ce}\\u{2ebf0}')
})

test('every string of a document passes through that', () => {
  const odd = '\ua7ce'
  const text = [odd, {strong: odd}, {code: odd}]
  const doc = stableDoc({
    title: odd,
    language: 'en',
    blocks: [
      {kind: 'heading', level: 1, text: odd},
      {kind: 'paragraph', text},
      {kind: 'notice', tone: 'note', text},
      {kind: 'facts', rows: [[odd, text]]},
      {kind: 'table', columns: [odd], rows: [[text]]},
      {kind: 'list', ordered: false, items: [text]},
      {kind: 'code', lines: [odd]},
      {kind: 'pageBreak'},
    ],
  })
  expect(JSON.stringify(doc)).not.toContain(odd)
  expect(JSON.stringify(doc).match(/u\{a7ce\}/g)).toHaveLength(20)
})

function openedAt(): string {
  const [seq = -1] = seqsOf(bench, 'ceremony.opened')
  const entry = JSON.parse(Buffer.from(partsOf(bench.files).entries.get(seq) ?? '').toString()) as {
    time: string
  }
  return entry.time
}
