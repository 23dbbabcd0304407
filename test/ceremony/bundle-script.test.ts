/** The script in a bundle: what was printed for the room, made again from the record, with blanks for what a level withholds. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import {packageRoot} from '../../src/base/package.ts'
import {wordLines} from '../../src/base/words.ts'
import {levels, makeBundle, type Level} from '../../src/ceremony/bundle/index.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {printedScript, scriptFiles} from '../../src/ceremony/script/index.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {rules, tool, verdictOf} from './bench.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, parameters, shortTemplate, type House} from './room.ts'

/** A default that is not taken: where the value is withheld, it must not come back. */
const template = shortTemplate.replace(
  /^( {2}location: \{type: text,)/m,
  '$1 default: The room that it was not,',
)
const values = new Map<string, string | readonly string[]>(Object.entries(parameters))
const asked = {loaded: parseTemplate(Buffer.from(template), 'template'), values, zone: 'UTC'}

const called = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'person7', 'person8'].map(
  (handle) => [`${handle} Wunderlich`, `${handle}@example.com`] as const,
)

let house: House
let printed: ReadonlyMap<string, Uint8Array>
let plan: string
const bundles = new Map<Level, ReadonlyMap<string, Uint8Array>>()
beforeAll(async () => {
  // Nobody is called by a word of the policy, as Grace would be.
  house = await makeHouse({called})
  await house.using(async (app) => {
    const wanted = {...asked, view: app.ledger.view, packageRoot: packageRoot()}
    printed = scriptFiles({...wanted, paper: 'a4'}).files
    plan = printedScript(wanted).plans[0]?.sha256 ?? ''
    const id = await openIn(house, app, {template})
    await walk(contextIn(house, app, id))
    for (const level of levels)
      bundles.set(
        level,
        makeBundle({
          ...{ledger: app.ledger, rules, ceremony: ceremonyIn(app, id), tool, level},
          packageRoot: packageRoot(),
        }),
      )
  })
}, 60_000)
afterAll(() => {
  house.remove()
})

const filesAt = (level: Level): ReadonlyMap<string, Uint8Array> =>
  bundles.get(level) ?? new Map<string, never>()
const pageAt = (level: Level): string => Buffer.from(filesAt(level).get('script.html') ?? '').toString()

test('it is byte for byte the script that was printed before the ceremony', () => {
  expect([...printed.keys()]).toEqual(['script.html', 'script.pdf'])
  for (const [path, bytes] of printed)
    expect([path, sha256Hex(filesAt('full').get(path) ?? '')]).toEqual([path, sha256Hex(bytes)])
  expect(pageAt('full')).toContain('answered for by alice Wunderlich.')
})

test.each(['restricted', 'public'] as const)(
  'at level %s it names what is blank and shows neither the value nor a default, and the digests of the room stand there',
  (level) => {
    const page = pageAt(level)
    expect(page.includes('Room 4')).toBe(level === 'restricted')
    expect(page).not.toContain('The room that it was not')
    expect(page).not.toContain('Wunderlich')
    if (level === 'public')
      expect(page).toMatch(/withheld or was erased: “consumers”, “location”, “recording”\./)
    expect(plan).toMatch(/^[0-9a-f]{64}$/)
    // The plan holds no text that is withheld: it is the one that was on the paper.
    expect(page).toContain(wordLines(Buffer.from(plan, 'hex')).join('\n'))
    expect(verdictOf(filesAt(level))).toMatchObject({ok: true, problems: []})
  },
)

test('another script than that is found, and one that nothing here could have been printed from', () => {
  const problemsWith = (level: Level, change: (files: Map<string, Uint8Array>) => void): unknown => {
    const files = new Map(filesAt(level))
    change(files)
    return verdictOf(files)
      .problems.filter(({rule}) => rule === 'derived')
      .map(({file, message}) => `${String(file)}: ${message}`)
  }
  expect(
    problemsWith('full', (files) => {
      files.set(
        'script.html',
        Buffer.from(pageAt('full').replace('The clock is compared', 'The clock is set')),
      )
      files.delete('script.pdf')
    }),
  ).toEqual(['script.html: it is not what follows from the entries', 'script.pdf: it is missing'])

  const noTemplate = problemsWith('public', (files) => {
    for (const path of files.keys())
      if (path === 'template.yaml' || (path.startsWith('blobs/') && isTemplate(files.get(path))))
        files.delete(path)
  }) as readonly string[]
  expect(noTemplate.filter((one) => one.startsWith('script.'))).toEqual([
    'script.html: it follows from no entry here',
    'script.pdf: it follows from no entry here',
  ])
})

const isTemplate = (bytes: Uint8Array | undefined): boolean =>
  Buffer.from(bytes ?? '').toString() === template
