/** No command loads what only some places need, or only some documents, before it opens one: what each part of the build asks for at once is followed. */
import {execFileSync} from 'node:child_process'
import {globSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {beforeAll, describe, expect, test} from '@jest/globals'

const root = join(import.meta.dirname, '../..')
const dist = join(root, 'dist')

/** By kind of place, and for the rest by what it is for: the packages that nobody else needs. */
const seldom: readonly (readonly [name: string, packages: RegExp])[] = [
  ['aws and cloudhsm', /^(@aws-sdk|@smithy|@aws-crypto)\//],
  ['azure', /^@azure\//],
  ['gcp', /^(@google-cloud\/|@grpc\/|google-gax|google-auth-library|gaxios|gtoken)/],
  ['pkcs11', /^pkcs11js$/],
  ['shares', /^(age-encryption$|@noble\/)/],
  ['paper', /^(pdfkit|fontkit|qrcode|graphviz-cli|@resvg\/)/],
  ['mail', /^nodemailer$/],
]
/** The folder of each kind of place: its code, too, is loaded when one is opened. */
const folders: readonly (readonly [name: string, own: RegExp])[] = [
  ['aws', /^src\/providers\/aws\//],
  ['azure', /^src\/providers\/azure\//],
  ['gcp', /^src\/providers\/gcp\//],
  ['pkcs11', /^src\/providers\/pkcs11\//],
  ['transit', /^src\/providers\/transit\//],
  ['local', /^src\/providers\/local\//],
]

interface Part {
  readonly atOnce: readonly string[]
  readonly later: readonly string[]
  /** Packages that it asks for later. */
  readonly brings: readonly string[]
  /** Files of ours and packages that are in it, or that it asks of Node at once. */
  readonly holds: readonly string[]
}

function partOf(file: string): Part {
  const text = readFileSync(file, 'utf8')
  const found = (form: RegExp): string[] => Array.from(text.matchAll(form), ([, name = '']) => name)
  const asked = found(/^(?:import|\} from|import .* from|export .* from) ?"([^"]+)";$/gm)
  const deferred = found(/\bimport\("([^"]+)"\)/g)
  const beside = (name: string): string => join(dirname(file), name)
  return {
    atOnce: asked.filter((name) => name.startsWith('.')).map(beside),
    later: deferred.filter((name) => name.startsWith('.')).map(beside),
    brings: deferred.filter((name) => !name.startsWith('.')),
    holds: [
      ...found(/^(?:\/\/| {2}") ?(src\/[^"\s]+)/gm),
      ...found(/^(?:\/\/| {2}") ?(?:.*\/)?node_modules\/((?:@[^/\s]+\/)?[^/"\s]+)/gm),
      ...asked.filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
    ],
  }
}

const parts = new Map<string, Part>()
const part = (file: string): Part => {
  const known = parts.get(file) ?? partOf(file)
  parts.set(file, known)
  return known
}

/** Everything in the parts that are loaded with this one. @param whole - and in those that it may ask for later */
function loaded(entry: string, whole = false): ReadonlySet<string> {
  const [seen, waiting, holds] = [new Set<string>(), [entry], new Set<string>()]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const {atOnce, later, holds: own, brings} = part(file)
    for (const one of [...own, ...(whole ? brings : [])]) holds.add(one)
    waiting.push(...atOnce, ...(whole ? later : []))
  }
  return holds
}

describe('what a command loads before it does anything', () => {
  let entries: readonly string[] = []
  beforeAll(() => {
    execFileSync('sh', [join(root, 'bin/setup'), 'launch'], {stdio: 'pipe', env: process.env})
    entries = ['main.js', ...globSync('commands/**/*.js', {cwd: dist})].map((name) => join(dist, name))
  }, 120_000)

  test('is followed through every part of the build', () => {
    expect(entries.length).toBeGreaterThan(100)
    const list = loaded(join(dist, 'commands/key/list.js'))
    expect([...list].filter((one) => one.startsWith('src/')).length).toBeGreaterThan(30)
    expect([...list]).toContain('better-sqlite3')
  })

  test('has no rules and no readers of documents in it, for a command that only shows a list', () => {
    const list = [...loaded(join(dist, 'commands/key/list.js'))]
    expect(list.filter((one) => /^(zod|yaml|src\/custody\/|src\/requests\/|src\/app)/.test(one))).toEqual([])
    expect(list.filter((one) => one.startsWith('src/policy/')).length).toBeLessThan(5)
  })

  test('takes modules of Node without a copy of each', () => {
    const copied = ['*.js', 'commands/**/*.js']
      .flatMap((files) => globSync(files, {cwd: dist}))
      .filter(
        (name) => name !== 'page.js' && /^import .*["']node:/m.test(readFileSync(join(dist, name), 'utf8')),
      )
    expect(copied).toEqual([])
  })

  test('finds by its name whatever it takes from a part that is loaded later', () => {
    const [lacking, taken]: [string[], string[]] = [[], []]
    for (const name of ['*.js', 'commands/**/*.js'].flatMap((files) => globSync(files, {cwd: dist}))) {
      const text = readFileSync(join(dist, name), 'utf8')
      for (const [, names = '', from = ''] of text.matchAll(/\{([^{}]+)\} = await import\("(\.[^"]+)"\)/g)) {
        const given = readFileSync(join(dist, dirname(name), from), 'utf8')
        const [, list = ''] = /^export \{([^}]*)\};?$/m.exec(given) ?? []
        const gives = list.split(',').map((one) => one.trim().replace(/^.* as /, ''))
        for (const one of names.split(',').map((wanted) => wanted.trim().replace(/:.*$/, ''))) {
          taken.push(one)
          if (!gives.includes(one)) lacking.push(`${name}: ${one} of ${from}`)
        }
      }
    }
    expect(taken).toEqual(expect.arrayContaining(['CloudTrail', 'createTransport']))
    expect(lacking).toEqual([])
  })

  test.each([...seldom, ...folders])(
    'nothing of %s is in it, and it is there for whoever opens one',
    (_name, own) => {
      const early = entries.flatMap((entry) =>
        [...loaded(entry)].filter((one) => own.test(one)).map((one) => `${entry}: ${one}`),
      )
      expect(early).toEqual([])
      const there = entries.some((entry) => [...loaded(entry, true)].some((one) => own.test(one)))
      // The module of an HSM is loaded by a program of its own.
      const apart = [
        ...loaded(join(dist, 'pkcs11-host.js'), true),
        ...loaded(join(dist, 'shares-host.js'), true),
      ]
      expect(there || apart.some((one) => own.test(one))).toBe(true)
    },
  )
})
