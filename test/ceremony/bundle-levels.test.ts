/** Bundles of every level: the same signed bytes, and nothing that is withheld in any file, however it is spelled. */
import {execFileSync, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {inflateSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {Hidden} from '../../src/ceremony/bundle/hidden.ts'
import {levels, makeBundle, type Level} from '../../src/ceremony/bundle/index.ts'
import {parseOpenings} from '../../src/ceremony/bundle/primary.ts'
import {refusalOf} from '../base/refusal.ts'
import {testWith} from '../support/needs.ts'
import {inFolder, makeBench, rules, tool, verdictOf, type Bench} from './bench.ts'

/** What only the openings say. */
const names = [
  ...['Alizée Wunderlich', 'Bartholomäus', 'Carolin O’Quill', 'Dantuono', 'Erinnerung'],
  ...['Frankenthal', 'Gracious', 'Perceval', 'Pertwee'],
]
const addresses = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'person7', 'person8'].map(
  (name) => `${name}@example.com`,
)
const places = ['Room 4, cellar', 'Camera 2, tape 17', 'checkout <service>']
const seen = 'the seal was broken by wunderlich'

let bench: Bench
const made = new Map<Level, ReadonlyMap<string, Uint8Array>>()
beforeAll(async () => {
  bench = await makeBench({
    called: names.map((name, at) => [name, addresses[at] ?? '']),
    seen,
    script: (text) => text.replace('consumers: [checkout <service>]', 'consumers: ["${recording}"]'),
  })
  await bench.finished.using((app) => {
    for (const level of levels) made.set(level, bundleAt(app, level))
  })
}, 120_000)
afterAll(() => {
  bench.finished.remove()
})

type Opened = Parameters<Parameters<Bench['finished']['using']>[0]>[0]

function bundleAt(
  app: Opened,
  level: Level,
  more: {readonly acceptVisible?: boolean; readonly of?: Bench} = {},
): ReadonlyMap<string, Uint8Array> {
  const ceremony = (more.of ?? bench).finished.ceremonyIn(app)
  const {acceptVisible = false} = more
  return makeBundle({
    ...{ledger: app.ledger, rules, ceremony, tool, level, acceptVisible},
    packageRoot: packageRoot(),
  })
}

const filesAt = (level: Level): ReadonlyMap<string, Uint8Array> => made.get(level) ?? new Map<string, never>()
const textAt = (level: Level, path: string): string => Buffer.from(filesAt(level).get(path) ?? '').toString()

/** Text of every file, and of what lies deflated in it. */
function everything(files: ReadonlyMap<string, Uint8Array>): Buffer {
  return Buffer.concat(
    [...files].flatMap(([path, bytes]) => [
      Buffer.from(path),
      Buffer.from(bytes),
      ...(path.endsWith('.pdf') ? streamsOf(Buffer.from(bytes)) : []),
    ]),
  )
}

function streamsOf(pdf: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at + 7)) {
    const end = pdf.indexOf('endstream', at)
    try {
      if (pdf.subarray(at - 3, at).toString() !== 'end') found.push(inflateSync(pdf.subarray(at + 7, end)))
    } catch {
      // A stream that is not deflated is searched as it stands.
    }
  }
  return found
}

/** A value in every spelling that the files of a bundle use, and some more. */
function spellings(value: string): Buffer[] {
  const bytes = Buffer.from(value)
  const wide = Buffer.from(value, 'utf16le')
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const units = Array.from(value, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const in64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4)
      .replace(/=+$/, '')
      .slice(0, -1),
  )
  return [
    ...[bytes, wide, Buffer.from(wide).swap16()],
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), encodeURIComponent(value), escaped],
    ...[JSON.stringify(value).slice(1, -1), units, value.toUpperCase(), value.toLowerCase()],
    ...[value.normalize('NFD'), Buffer.from(wide).swap16().toString('hex')],
    ...in64,
  ].map((one) => Buffer.from(one as string))
}

const inFiles = (values: readonly string[], all: Buffer): string[] =>
  values.filter((value) => spellings(value).some((spelling) => all.includes(spelling)))

describe('at every level', () => {
  test('entries, proofs, statements, signatures, keys and checkpoint are the same bytes', () => {
    const same = (path: string): boolean =>
      /^(?:entries|proofs|statements|keys)\/|^(?:checkpoint|allowed_signers|roster\.json|policy\.json|verify\.py)$/.test(
        path,
      )
    const signedPart = (level: Level): readonly (readonly [string, string])[] =>
      [...filesAt(level)].flatMap(([path, bytes]) =>
        same(path) ? [[path, Buffer.from(bytes).toString('base64')] as const] : [],
      )
    expect(signedPart('full').length).toBeGreaterThan(100)
    expect(signedPart('restricted')).toEqual(signedPart('full'))
    expect(signedPart('public')).toEqual(signedPart('full'))
  })

  test.each(levels)('a bundle of level %s verifies, and its minutes are made again', (level) => {
    const verdict = verdictOf(filesAt(level))
    expect(verdict.problems).toEqual([])
    expect(verdict).toMatchObject({ok: true, level, remade: true, status: 'signed-off', missing: []})
  })

  testWith(
    ['python3', 'ssh-keygen', 'openssl', 'bash'],
    'verify.py and the commands of VERIFY.md say the same',
    () => {
      for (const level of ['restricted', 'public'] as const)
        inFolder(filesAt(level), (dir) => {
          const fingerprint = ['--ledger', bench.facts.fingerprint]
          const ran = spawnSync('python3', ['-I', 'verify.py', '.', ...fingerprint], {
            cwd: dir,
            encoding: 'utf8',
          })
          expect([level, ran.status, ran.stdout]).toEqual([
            level,
            0,
            expect.stringMatching(/^anchored[^]*\nok\n$/),
          ])
          const guide = textAt(level, 'VERIFY.md')
          const script = Array.from(guide.matchAll(/```sh\n([^]*?)```/g), ([, shell]) => shell).join('\n')
          const said = execFileSync('bash', ['-c', script], {cwd: dir, encoding: 'utf8', stdio: 'pipe'})
          for (const line of [
            'files: as listed',
            'files: none more, none missing',
            'chain: ok',
            'statements: ok',
          ])
            expect(said).toContain(line)
          expect(said.includes('opening: ok')).toBe(level !== 'public')
        })
    },
    240_000,
  )
})

describe('what a level withholds', () => {
  test('stands whole in the full bundle, so that the search below can find it', () => {
    const all = everything(filesAt('full'))
    expect(inFiles([...names, ...addresses, ...places.slice(0, 2), seen], all)).toHaveLength(
      names.length + addresses.length + 3,
    )
  })

  test('stands in no file of a restricted bundle: neither a name nor what a name occurs in', () => {
    const all = everything(filesAt('restricted'))
    expect(inFiles([...names, ...addresses, seen, 'wunderlich', 'Alizée', 'broken by'], all)).toEqual([])
    expect(inFiles(places.slice(0, 1), all)).toEqual(places.slice(0, 1))
  })

  test('stands in no file of a public bundle, nor does any salt', () => {
    const all = everything(filesAt('public'))
    expect(inFiles([...names, ...addresses, ...places, seen, 'broken by'], all)).toEqual([])
    const openings = parseOpenings(filesAt('full').get('openings.json') ?? Buffer.alloc(0))
    expect(openings.size).toBeGreaterThan(50)
    expect(
      inFiles(
        [...openings.values()].map(({salt}) => Buffer.from(salt).toString('latin1')),
        all,
      ),
    ).toEqual([])
    expect([...openings.values()].filter(({salt}) => all.includes(Buffer.from(salt)))).toEqual([])
    expect(
      [...openings.values()].filter(({salt}) => all.includes(Buffer.from(salt).toString('hex'))),
    ).toEqual([])
    expect(textAt('public', 'openings.json')).toBe('{}')
  })

  testWith(['pdftotext'], 'is not to be read in the PDF either, where letters are numbers of a font', () => {
    const read = (level: Level): string =>
      inFolder(new Map([['m.pdf', filesAt(level).get('minutes.pdf') ?? Buffer.alloc(0)]]), (dir) =>
        execFileSync('pdftotext', ['-layout', join(dir, 'm.pdf'), '-'], {encoding: 'utf8'}),
      )
    expect(read('full')).toContain('Wunderlich')
    for (const level of ['restricted', 'public'] as const)
      expect(
        new Hidden(
          names.map((text) => ({text, called: true})),
          [],
        ).mayStandIn(read(level)),
      ).toBe(false)
    expect(read('public')).toContain('Level public')
  })

  test('is called by ids, and said to be withheld, in the minutes', () => {
    const text = textAt('public', 'minutes.txt').replace(/\s+/g, ' ')
    expect(text).toContain('Location [withheld]')
    expect(text).toMatch(/operator: p-[0-9a-f]{16}/)
    expect(textAt('restricted', 'minutes.txt')).toContain('Room 4, cellar')
  })
})

describe('a template that names somebody', () => {
  let named: Bench
  beforeAll(async () => {
    named = await makeBench({
      called: names.map((name, at) => [name, addresses[at] ?? '']),
      script: (text) =>
        text
          .replace('Everybody is here.', '"Bartholom\\u00e4us is here."')
          .replace('title: A key for tests', 'title: The key of person8@example.com'),
    })
  }, 120_000)
  afterAll(() => {
    named.finished.remove()
  })

  test('in the title, which was signed: the place is named, and it shows only where somebody accepts it', async () => {
    await named.finished.using((app) => {
      for (const level of ['restricted', 'public'] as const) {
        const refusal = refusalOf(() => bundleAt(app, level, {of: named}))
        expect(refusal.code).toBe('NOT_WITHHELD')
        expect(refusal.message).toMatch(/entries\/\d{6}\.json says “person8@example\.com”/)
      }
      expect(verdictOf(bundleAt(app, 'full', {of: named}))).toMatchObject({ok: true, notes: []})
    })
  }, 120_000)

  testWith(
    ['python3', 'ssh-keygen'],
    'is withheld below level full, with all that follows from it, and the rest verifies',
    async () => {
      const files = await named.finished.using((app) =>
        bundleAt(app, 'restricted', {of: named, acceptVisible: true}),
      )
      const verdict = verdictOf(files)
      expect(verdict.problems).toEqual([])
      expect(verdict.notes.join()).toContain('the template is withheld')
      expect(files.has('template.yaml')).toBe(false)
      expect(inFiles(['Bartholomäus', 'bartholom\\u00e4us', 'us is here'], everything(files))).toEqual([])
      const text = Buffer.from(files.get('minutes.txt') ?? '').toString()
      expect(text).toMatch(/Step “prove”/)
      const ran = inFolder(files, (dir) =>
        spawnSync('python3', ['-I', join(dir, 'verify.py'), dir], {encoding: 'utf8'}),
      )
      expect(ran.stdout).toContain('not checked: the template is withheld')
      expect(ran.status).toBe(0)
    },
    120_000,
  )
})

describe('a bundle that calls itself of a level', () => {
  test.each(['restricted', 'public'] as const)('and opens more than %s does is a problem', (level) => {
    const files = new Map(filesAt('full'))
    files.set('bundle.json', filesAt(level).get('bundle.json') ?? Buffer.alloc(0))
    const rulesBroken = verdictOf(files).problems.map(({rule}) => rule)
    expect(rulesBroken).toContain('level')
  })

  test('and leaves out more than the template is a problem', () => {
    for (const path of ['roster', 'policy']) {
      const files = new Map(filesAt('public'))
      const same = Buffer.from(files.get(`${path}.json`) ?? '')
      const blob = [...files].find(([name, bytes]) => name.startsWith('blobs/') && same.equals(bytes))?.[0]
      files.delete(blob ?? '')
      expect(verdictOf(files).problems.map(({rule}) => rule)).toContain('blob')
    }
  })
})

describe('what is looked for', () => {
  const people = [
    {text: 'Jean-Luc Özdemir', called: true},
    {text: 'Dan', called: true},
    {text: 'anna.meier@example.com', called: true},
    {text: '山田太郎', called: true},
    {text: 'build-12', called: false},
  ]
  const hidden = new Hidden(people, ['Berlin cellar', 'yes'])
  test.each([
    'OZDEMIR opens the bag',
    'Özdemirs key',
    'a note by Dan.',
    'ask anna.meier',
    'by Meier (acting)',
    'jean luc o\u0308zdemir',
    '山田太郎さん',
    'on build 12',
    'berlin-cellar',
  ])('finds “%s”', (text) => {
    expect(hidden.mayStandIn(text)).toBe(true)
  })
  test.each(['the standard', 'Daniel', 'yes', 'example.com', 'Berlin', 'a plan'])('lets “%s” be', (text) => {
    expect(hidden.mayStandIn(text)).toBe(false)
  })
  test('a template that cannot be read as YAML may hold anything', () => {
    expect(hidden.mayStandInTemplate(Buffer.from('a: [unclosed'))).toBe(true)
    expect(hidden.mayStandInTemplate(Buffer.from('a: "D\\u0061n"'))).toBe(true)
    expect(hidden.mayStandInTemplate(Buffer.from('a: standard'))).toBe(false)
  })
})
