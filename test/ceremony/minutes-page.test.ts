/** The page of minutes checks itself in a browser: whole it says so, and touched it says where. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {parseFacts, parseOpenings, partsOf} from '../../src/ceremony/bundle/primary.ts'
import {checkedMinutes} from '../../src/ceremony/minutes/index.ts'
import {parseEntry} from '../../src/ledger/entry.ts'
import {factsOf} from '../../src/ledger/index.ts'
import {heading, paragraph} from '../../src/paper/document.ts'
import {testWith} from '../support/needs.ts'
import {pageScript} from '../../build/page.js'
import {makeBench, seqsOf, type Bench} from './bench.ts'
import {inBrowser, type Seen} from './browser.ts'

let bench: Bench
let page: string
beforeAll(async () => {
  bench = await makeBench()
  page = Buffer.from(bench.files.get('minutes.html') ?? '').toString()
}, 60_000)
afterAll(() => {
  bench.finished.remove()
})

/** The page with one character of this text changed, which must stand in it; where it stands more than once, in the record. */
function touched(text: string, at: 'shown' | 'record' = 'record', offset = text.length - 1): string {
  const found = at === 'shown' ? page.indexOf(text) : page.lastIndexOf(text)
  const border = page.indexOf('<script type="application/json"')
  if (found < 0 || (at === 'shown') !== found < border) throw new Error(`"${text}" is not ${at}`)
  const place = found + offset
  const other = page[place] === '7' ? '8' : '7'
  return page.slice(0, place) + other + page.slice(place + 1)
}

/** The text of an entry as it stands within the record. */
function inRecord(seq: number, part: RegExp): string {
  const text = Buffer.from(partsOf(bench.files).entries.get(seq) ?? '').toString()
  const [found = ''] = part.exec(text) ?? []
  return JSON.stringify(found).slice(1, -1)
}

const only = (list: readonly number[]): number => list[0] ?? -1
const finding = ({says}: Seen): string =>
  says
    .slice(1)
    .filter((line) => !line.includes(' good: '))
    .join('\n')

describe('the page of minutes', () => {
  test('fetches nothing, and lets nothing run but its own script and style', () => {
    expect(page).toMatch(
      /content="default-src 'none'; script-src 'sha256-[^']{44}'; style-src 'sha256-[^']{44}'; base-uri 'none'; form-action 'none'"/,
    )
    expect(page).not.toMatch(/\b(?:src|href|action)=|https?:|@import|url\(/)
    expect(page.match(/<script/g)).toHaveLength(2)
  })

  test('says before its script runs that it has not checked itself, and what a check is worth', () => {
    const top = /<header[^]*<\/header>/.exec(page)?.[0] ?? ''
    expect(top).toContain('This page has not checked itself.')
    expect(top).toContain('It cannot prove its own honesty:')
    expect(page.indexOf('<header')).toBeLessThan(page.indexOf('<h1'))
  })

  testWith('chromium', 'is whole in a browser, which names everything that it checked', () => {
    const seen = inBrowser(page)
    expect(seen.touched).toEqual([])
    expect(finding(seen)).toMatch(/^The check finds damage/)
    expect(seen.verdict).toBe('whole')
    const entries = partsOf(bench.files).entries.size
    const signatures = [...bench.files.keys()].filter((path) => path.endsWith('.sig')).length - 1
    expect(seen.says[0]).toMatch(/^WHOLE/)
    expect(seen.says.join('\n')).toContain(`${entries} good: entries`)
    expect(seen.says.join('\n')).toContain('1 good: checkpoint')
    expect(seen.says.join('\n')).toContain(`${entries + 1} good: Merkle tree`)
    expect(seen.says.join('\n')).toContain(`${signatures} good: signatures of people`)
  })

  testWith('chromium', 'is red at a text that was changed', () => {
    const seen = inBrowser(touched('Room 4, cellar', 'shown'))
    expect(seen.verdict).toBe('broken')
    expect(finding(seen)).toContain('“LocationRoom 4, cella7” (tr)')
    expect(seen.touched).toEqual(['CHANGED Location Room 4, cella7'])
  })

  testWith('chromium', 'is red at an entry that was changed, and at the rows that rest on it', () => {
    const [seq = -1] = seqsOf(bench, 'key.created')
    const seen = inBrowser(touched(inRecord(seq, /"detail":"[^"]{12}/)))
    expect(seen.verdict).toBe('broken')
    expect(finding(seen)).toContain(`entry ${seq}: it is not in the checkpoint’s tree`)
    expect(
      seen.touched.filter((row) => row.includes(`RESTS ON ENTRY ${seq}, WHICH WAS CHANGED`)),
    ).not.toEqual([])
  })

  testWith('chromium', 'is red at a private value that was changed', () => {
    const seen = inBrowser(touched('Room 4, cella', 'record'))
    expect(seen.verdict).toBe('broken')
    expect(finding(seen)).toMatch(
      /private value [0-9a-f]{12}… of entry \d+: it is not the one that was recorded/,
    )
    expect(seen.touched.filter((row) => row.includes('Ceremony'))).toHaveLength(1)
  })

  testWith('chromium', 'is red at a signature that was changed', () => {
    const seq = only(seqsOf(bench, 'transcript.signed'))
    const seen = inBrowser(touched(inRecord(seq, /"signature":"[A-Za-z0-9+/]{180}/)))
    expect(seen.verdict).toBe('broken')
    expect(finding(seen)).toMatch(new RegExp(`signature \\(entry ${seq}\\): `))
    expect(seen.touched.some((row) => row.startsWith(`RESTS ON ENTRY ${seq}`))).toBe(true)
  })

  testWith('chromium', 'is red at a checkpoint that was changed', () => {
    const seen = inBrowser(touched(bench.note.slice(-60, -20)))
    expect(seen.verdict).toBe('broken')
    expect(finding(seen)).toMatch(/checkpoint: /)
  })

  testWith('chromium', 'never calls itself whole where its script was changed: that does not run', () => {
    const seen = inBrowser(touched('async function checkRecord'))
    expect(seen.verdict).toBe('unchecked')
    expect(seen.says[0]).toContain('This page has not checked itself.')
  })

  describe('is red', () => {
    const row = /<tr><td>2\.2<\/td>[^]*?<\/tr>\n/
    const changes: readonly (readonly [string, () => string, RegExp])[] = [
      ['where a row is gone', () => page.replace(row, ''), /1 parts of it are missing/],
      ['where a row stands twice', () => page.replace(row, (all) => all + all), /1 parts too many/],
      [
        'where a row is hidden',
        () => page.replace('<tr><td>2.2<', '<tr hidden><td>2.2<'),
        /an attribute “hidden”/,
      ],
      [
        'where something stands between rows',
        () => page.replace('</main>', 'signed by all</main>'),
        /“signed by all” belongs to no part/,
      ],
      ['where its style was changed', () => touched('font: 16px', 'shown', 6), /\(style\)/],
      ['where its title was changed', () => touched('<title>Minutes', 'shown'), /\(title\)/],
      [
        'where an image was put in',
        () => page.replace('</main>', '<img alt="x"></main>'),
        /an element &lt;img&gt;/,
      ],
      [
        'where its record cannot be read',
        () => page.replace('{"type":"keyrite.page/1"', '{"type":keyrite.page/1"'),
        /cannot be read/,
      ],
    ]
    // One of them each time, all with SLOW=1: each starts a browser.
    const some = process.env['SLOW'] === '1' ? changes : changes.slice(2, 3)
    for (const [name, change, expected] of some)
      testWith('chromium', name, () => {
        const changed = change()
        expect(changed).not.toBe(page)
        const seen = inBrowser(changed)
        expect(seen.verdict).toBe('broken')
        expect(finding(seen)).toMatch(expected)
      })
  })
})

describe('signatures of every kind that people have', () => {
  let dir = ''
  afterAll(() => {
    rmSync(dir, {recursive: true, force: true})
  })

  testWith(
    ['chromium', 'python3', 'ssh-keygen', 'openssl'],
    'are checked in a browser: Ed25519, ECDSA, RSA and a security key’s',
    () => {
      dir = mkdtempSync(join(tmpdir(), 'keyrite-kinds-'))
      const maker = join(import.meta.dirname, '../verifier/make_bundle.py')
      execFileSync('python3', [maker, dir])
      const files = new Map(
        readdirSync(dir, {recursive: true, withFileTypes: true})
          .filter((one) => one.isFile())
          .map((one) => join(one.parentPath, one.name))
          .map((path) => [path.slice(dir.length + 1), new Uint8Array(readFileSync(path))] as const),
      )
      const bytes = (path: string): Uint8Array => files.get(path) ?? Buffer.alloc(0)
      const parts = partsOf(files)
      const read = [...parts.entries.values()].map(parseEntry)
      const [first] = read
      if (first === undefined) throw new Error('the bundle holds entries')
      const facts = parseFacts(bytes('bundle.json'))
      const html = checkedMinutes(
        {title: 'Kinds of keys', language: 'en', blocks: [heading(1, 'Kinds of keys'), paragraph('x')]},
        {
          ...{...parts, read, ceremony: facts.ceremony, level: 'full', ledger: factsOf(first)},
          checkpoint: Buffer.from(bytes('checkpoint')).toString(),
          openings: parseOpenings(bytes('openings.json')),
        },
        pageScript(packageRoot()),
      )
      const allowed = Buffer.from(bytes('allowed_signers')).toString()
      for (const kind of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'sk-ssh-ed25519@openssh.com'])
        expect(allowed).toContain(` ${kind} `)
      const seen = inBrowser(html)
      expect(finding(seen)).toMatch(/^The check finds damage/)
      expect(seen.verdict).toBe('whole')
    },
  )
})
