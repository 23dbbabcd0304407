/** What a thief can do to a bundle, and by which rule it is seen. By default a sample; with SLOW=1 all of it. */
import {mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {execFileSync, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {JsonObject} from '../../src/base/jcs.ts'
import {entryPath, isKnownPath, seqOfPath} from '../../src/ceremony/bundle/layout.ts'
import {at, deepAttacks, one} from './attacks.ts'
import {testWith} from '../support/needs.ts'
import {
  inFolder,
  entryIn,
  leaveUndrawn,
  makeBench,
  rewritten,
  seqsOf,
  signedAgain,
  verdictIn,
  verdictOf,
  type Bench,
  type FileMap,
} from './bench.ts'

const slow = process.env['SLOW'] === '1'

let bench: Bench
beforeAll(async () => {
  leaveUndrawn()
  bench = await makeBench()
}, 60_000)
afterAll(() => {
  bench.finished.remove()
})

const copy = (): FileMap => new Map(bench.files)

describe('without the writer key', () => {
  test('a byte flipped in any file is seen, and the file named', () => {
    inFolder(bench.files, (dir) => {
      for (const together of groups(bench.files))
        for (let round = 0; ; round++) {
          const changed = flipped(dir, together, round)
          if (changed.length === 0) break
          const {ok, problems} = verdictIn(dir)
          for (const path of changed) {
            const named = problems.filter(({file}) => file === path)
            // That an entry is named is worth something only where the one before it cannot be why: its own proof fails.
            const own = (rule: string): boolean => (changed.length === 1 ? rule !== 'sums' : rule === 'proof')
            const entry = path.startsWith('entries/')
            if (ok || !named.some(({seq, rule}) => !entry || (seq === seqOfPath(path) && own(rule))))
              throw new Error(`${path}, place ${round}: ${JSON.stringify(named)}`)
            writeFileSync(join(dir, path), at(bench, path))
          }
        }
      expect(verdictIn(dir).ok).toBe(true)
    })
  }, 3_600_000)

  test('a file that is removed is seen, and named', () => {
    inFolder(bench.files, (dir) => {
      for (const [path, bytes] of sampled(bench.files)) {
        unlinkSync(join(dir, path))
        const {ok, problems} = verdictIn(dir)
        expect([ok, problems.some(({file}) => file === path)]).toEqual([false, true])
        writeFileSync(join(dir, path), bytes)
      }
    })
  }, 600_000)

  test.each([
    'json.py',
    'entries/999999.json',
    'entries/000001.json.bak',
    'proofs/999999.tlog-proof',
    `blobs/${'ab'.repeat(32)}`,
    'statements/000000.json',
    'keys/other-v1.pem',
    '.hidden',
    'extra/file',
  ])('a file that is added (%s) is seen, and named', (path) => {
    const {ok, problems} = verdictOf(copy().set(path, Buffer.from('x')))
    expect(ok).toBe(false)
    expect(problems.map(({file}) => file)).toContain(path.startsWith('extra') ? 'extra' : path)
  })

  test('two files that are swapped, and one that is renamed, are seen', () => {
    const [a, b] = [entryPath(one(bench, 'approval.given')), entryPath(one(bench, 'approval.given', 1))]
    const swapped = verdictOf(copy().set(a, at(bench, b)).set(b, at(bench, a)))
    expect(swapped.problems.map(({file}) => file)).toEqual(expect.arrayContaining([a, b]))
    const renamed = copy().set('entries/000999.json', at(bench, a))
    renamed.delete(a)
    expect(verdictOf(renamed).ok).toBe(false)
  })

  test('symlinks, FIFOs, folders in place of files and files in place of folders are problems, not followed', () => {
    inFolder(bench.files, (dir) => {
      const path = join(dir, 'policy.json')
      unlinkSync(path)
      symlinkSync(join(dir, 'roster.json'), path)
      expect(verdictIn(dir).problems).toContainEqual(
        expect.objectContaining({file: 'policy.json', message: 'it is a symlink'}),
      )
      unlinkSync(path)
      mkdirSync(path)
      expect(verdictIn(dir).ok).toBe(false)
      rmSync(path, {recursive: true})
      execFileSync('mkfifo', [path])
      expect(verdictIn(dir).problems).toContainEqual(
        expect.objectContaining({file: 'policy.json', message: 'it is not a regular file'}),
      )
      rmSync(join(dir, 'keys'), {recursive: true})
      writeFileSync(join(dir, 'keys'), '')
      expect(verdictIn(dir).problems.map(({file}) => file)).toContain('keys')
    })
  })

  test('files that are no JSON, deep JSON, or empty are problems', () => {
    const deep = Buffer.from(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)
    for (const path of [
      'bundle.json',
      'openings.json',
      'checkpoint',
      'entries/000000.json',
      entryPath(one(bench, 'step.done')),
    ]) {
      for (const bytes of [Buffer.alloc(0), Buffer.from('{'), Buffer.from([0xff, 0xfe]), deep]) {
        const {ok, problems} = verdictOf(signedAgain(bench, copy().set(path, bytes)))
        expect(ok).toBe(false)
        expect(problems.map(({file}) => file)).toContain(path)
      }
    }
    expect(verdictOf(new Map()).ok).toBe(false)
  }, 60_000)
})

describe('with the writer key, the list signed again', () => {
  test.each(deepAttacks)('$name: seen', ({change, file, rule}) => {
    const files = copy()
    change(bench, files)
    const {ok, problems} = verdictOf(signedAgain(bench, files))
    expect(ok).toBe(false)
    expect(problems.some((found) => found.rule === 'sums' || found.rule === 'sums-signature')).toBe(false)
    const where = problems.filter((found) => found.rule === rule).map((found) => found.file ?? '')
    expect(where.filter((path) => path.startsWith(file(bench)))).not.toEqual([])
    expect(problems.every((found) => found.file === undefined || isKnownPath(found.file))).toBe(true)
  })

  test('the whole history written anew, with nothing changed in it, verifies: the attacks below change one thing', () => {
    const {ok, problems} = verdictOf(rewritten(bench, (entry) => entry))
    expect([ok, problems]).toEqual([true, []])
  })

  test.each([
    ['the key that was made is another', 'key.created', (data: JsonObject) => ({...data, generation: 7})],
    ['what was recorded is another', 'step.done', (data: JsonObject) => ({...data, minutes: 9})],
    [
      'the protection is called hardware',
      'key.created',
      (data: JsonObject) => ({
        ...data,
        protection: {...(data['protection'] as JsonObject), level: 'hardware'},
      }),
    ],
    [
      'fewer people are needed',
      'quorum.opened',
      (data: JsonObject) => ({...data, needs: {people: 1, roles: []}}),
    ],
    [
      'a rejection becomes a yes',
      'approval.given',
      (data: JsonObject) => ({
        ...data,
        statement: {...(data['statement'] as JsonObject), decision: 'approve'},
      }),
    ],
  ])('the whole history written anew, in which %s, is seen by what people signed', (_name, type, change) => {
    const files = rewritten(bench, (entry) =>
      entry['type'] === type ? {...entry, data: change(entry['data'] as JsonObject)} : entry,
    )
    const {ok, problems} = verdictOf(files)
    expect(ok).toBe(false)
    expect(problems.map(({rule}) => rule)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:statement|signature|quorum|transcript)$/)]),
    )
    expect(
      problems.some(({rule}) => rule.startsWith('sums') || rule === 'proof' || rule === 'checkpoint'),
    ).toBe(false)
  })

  test.each<[string, JsonObject, string]>([
    ['step.done', {person: 'p-0000000000000000'}, 'somebody acts who is not in the roster'],
    ['approval.given', {evidence: 'stated'}, 'a signature is called hearsay'],
    ['approval.given', {person: null}, 'a signed answer is nobody’s'],
    ['transcript.signed', {person: 'another'}, 'a signature is called another’s'],
  ])('the whole history written anew, in which (%s, %j) %s, is seen', (type, change) => {
    const other = entryIn(at(bench, entryPath(one(bench, 'founder.signed'))))['actor'] as JsonObject
    const actor = change['person'] === 'another' ? {...change, person: other['person'] ?? null} : change
    const seq = seqsOf(bench, type).at(-1) ?? -1
    const {ok, problems} = verdictOf(
      rewritten(bench, (entry) =>
        entry['seq'] === seq ? {...entry, actor: {...(entry['actor'] as JsonObject), ...actor}} : entry,
      ),
    )
    expect(ok).toBe(false)
    expect(problems).toContainEqual(expect.objectContaining({rule: 'actor', seq, file: entryPath(seq)}))
  })

  test('a history without the key’s approval is seen', () => {
    const files = rewritten(bench, (entry) => (entry['type'] === 'quorum.met' ? null : entry))
    const {problems} = verdictOf(files)
    expect(problems.some(({rule}) => rule === 'approval')).toBe(true)
  })
})

describe('verify.py in the bundle', () => {
  const python = (files: ReadonlyMap<string, Uint8Array>): {status: number | null; said: string} =>
    inFolder(files, (dir) => {
      const {status, stdout, stderr} = spawnSync('python3', ['-I', 'verify.py', '.'], {
        cwd: dir,
        encoding: 'utf8',
      })
      return {status, said: stdout + stderr}
    })

  testWith(
    'python3',
    'finds a good bundle good, as keyrite does',
    () => {
      const {status, said} = python(bench.files)
      expect([status, said.trimEnd().split('\n').at(-1)]).toEqual([0, 'ok'])
    },
    60_000,
  )

  testWith(
    'python3',
    'refuses what keyrite refuses, except what it says that it leaves to it',
    () => {
      // Its own first lines say so: nothing that it judges rests on these.
      const left = /minutes|verify\.py|VERIFY\.md|level|allowed_signers|roster|template|proof leads/i
      for (const {name, change} of slow ? deepAttacks : deepAttacks.filter((_, index) => index % 3 === 1)) {
        if (left.test(name)) continue
        const files = copy()
        change(bench, files)
        const {status, said} = python(signedAgain(bench, files))
        if (status !== 6) throw new Error(`${name}: verify.py ends with ${String(status)}: ${said}`)
      }
    },
    600_000,
  )
})

/** What is changed at once, because none of it is judged by another of the same group: one verdict tells of each. */
function groups(files: ReadonlyMap<string, Uint8Array>): readonly (readonly string[])[] {
  const paths = [...files.keys()]
  const alone = /^(?:(?:bundle|openings)\.json|checkpoint|SHA256SUMS.*|entries\/0+\.json)$/
  const entries = paths.filter((path) => path.startsWith('entries/') && !alone.test(path))
  const blobs = paths.filter((path) => path.startsWith('blobs/'))
  const rest = paths.filter((path) => !alone.test(path) && !/^(?:entries|blobs)\//.test(path))
  return [
    ...paths.filter((path) => alone.test(path)).map((path) => [path]),
    ...Array.from({length: 6}, (_, group) => entries.filter((_path, index) => index % 6 === group)),
    blobs,
    rest,
  ]
}

/** Changes the next byte of each of these files that has one left. */
function flipped(dir: string, paths: readonly string[], round: number): readonly string[] {
  return paths.filter((path) => {
    const bytes = at(bench, path)
    const offset = offsets(bytes.length)[round]
    if (offset === undefined) return false
    bytes[offset] = (bytes[offset] ?? 0) ^ 1
    writeFileSync(join(dir, path), bytes)
    return true
  })
}

/** The beginning, the middle and the end; with SLOW all of a small file and 200 places of a larger. */
function offsets(length: number): readonly number[] {
  if (!slow) return [...new Set([0, Math.floor(length / 2), length - 1])]
  const step = length <= 2048 ? 1 : Math.ceil(length / 200)
  return Array.from({length: Math.floor((length - 1) / step) + 1}, (_, place) => place * step)
}

function sampled(files: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, Uint8Array])[] {
  return [...files].filter(([path], index) => slow || !path.includes('/') || index % 12 === 0)
}
