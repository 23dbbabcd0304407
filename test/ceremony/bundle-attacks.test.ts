/** What a thief can do to a bundle, and by which rule it is seen. By default a sample; with SLOW=1 all of it. */
import {mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {execFileSync, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {jcsBytes, parseJcs, type JsonObject} from '../../src/base/jcs.ts'
import {blobPath, entryPath, isKnownPath, proofPath, seqOfPath} from '../../src/ceremony/bundle/layout.ts'
import {testWith} from '../support/needs.ts'
import {
  entryIn,
  inFolder,
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
  bench = await makeBench()
}, 60_000)
afterAll(() => {
  bench.finished.remove()
})

const copy = (): FileMap => new Map(bench.files)
const at = (path: string): Buffer => {
  const bytes = bench.files.get(path)
  if (bytes === undefined) throw new Error(`the bundle has ${path}`)
  return Buffer.from(bytes)
}
/** One entry of this type, counted from the first. */
const one = (type: string, index = 0): number => {
  const seq = seqsOf(bench, type)[index]
  if (seq === undefined) throw new Error(`the bundle has ${type}`)
  return seq
}

describe('without the writer key', () => {
  test('a byte flipped in any file is seen, and the file named', () => {
    inFolder(bench.files, (dir) => {
      for (const [index, [path, bytes]] of [...bench.files].entries()) {
        for (const offset of offsets(path, index, bytes.length)) {
          const changed = Buffer.from(bytes)
          changed[offset] = (changed[offset] ?? 0) ^ 1
          writeFileSync(join(dir, path), changed)
          const {ok, problems} = verdictIn(dir)
          const named = problems.filter(({file}) => file === path)
          if (ok || named.length === 0) throw new Error(`${path} at ${offset}: ${JSON.stringify(problems)}`)
          if (
            path.startsWith('entries/') &&
            !named.some(({seq, rule}) => seq === seqOfPath(path) && rule !== 'sums')
          )
            throw new Error(`${path} at ${offset}: neither entry nor rule: ${JSON.stringify(named)}`)
        }
        writeFileSync(join(dir, path), bytes)
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
    const [a, b] = [entryPath(one('approval.given')), entryPath(one('approval.given', 1))]
    const swapped = verdictOf(copy().set(a, at(b)).set(b, at(a)))
    expect(swapped.problems.map(({file}) => file)).toEqual(expect.arrayContaining([a, b]))
    const renamed = copy().set('entries/000999.json', at(a))
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
      entryPath(one('step.done')),
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

/** The first entry with a yes: one of the people said no. */
function approving(): number {
  const yes = seqsOf(bench, 'approval.given').find((seq) =>
    at(entryPath(seq)).includes('"decision":"approve"'),
  )
  if (yes === undefined) throw new Error('somebody approved')
  return yes
}

/** Each changes files; SHA256SUMS and its signature are made again by the real writer key. Some other rule must see it. */
const deep: readonly (readonly [
  name: string,
  attack: (files: FileMap) => void,
  file: () => string,
  rule: string,
])[] = [
  [
    'an entry is dropped, with its proof',
    (files) => {
      const seq = one('step.done')
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
    },
    () => 'bundle.json',
    'bundle',
  ],
  [
    'an approval is dropped, and bundle.json says so',
    (files) => {
      const seq = approving()
      const facts = parseJcs(at('bundle.json')) as {entries: number[]} & JsonObject
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
      files.set('bundle.json', jcsBytes({...facts, entries: facts.entries.filter((n) => n !== seq)}))
    },
    () => entryPath(one('quorum.met')),
    'quorum',
  ],
  [
    'a founder’s signature is dropped, and bundle.json says so',
    (files) => {
      const seq = one('founder.signed')
      const facts = parseJcs(at('bundle.json')) as {entries: number[]} & JsonObject
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
      files.set('bundle.json', jcsBytes({...facts, entries: facts.entries.filter((n) => n !== seq)}))
    },
    () => entryPath(one('quorum.opened')),
    'quorum',
  ],
  [
    'two entries are swapped',
    (files) => {
      const [a, b] = [entryPath(one('step.done', 1)), entryPath(one('step.done', 2))]
      files.set(a, at(b)).set(b, at(a))
    },
    () => entryPath(one('step.done', 1)),
    'seq',
  ],
  [
    'an entry stands twice',
    (files) => {
      files.set(entryPath(one('step.done', 1)), at(entryPath(one('step.done'))))
    },
    () => entryPath(one('step.done', 1)),
    'seq',
  ],
  [
    'a statement file is replaced by another person’s',
    (files) => {
      const [a, b] = [one('approval.given'), one('approval.given', 1)].map((seq) =>
        entryPath(seq).replace('entries', 'statements'),
      )
      files.set(a ?? '', at(b ?? ''))
    },
    () => entryPath(one('approval.given')).replace('entries', 'statements'),
    'derived',
  ],
  [
    'an opening’s value is changed',
    (files) => {
      files.set('openings.json', Buffer.from(at('openings.json').toString().replace('"Carol"', '"Karol"')))
    },
    () => 'entries/000000.json',
    'opening',
  ],
  [
    'an opening is left out',
    (files) => {
      const [[first = ''] = [], ...rest] = Object.entries(parseJcs(at('openings.json')) as JsonObject)
      expect(first).toHaveLength(64)
      files.set('openings.json', jcsBytes(Object.fromEntries(rest)))
    },
    () => '',
    'opening',
  ],
  [
    'the plan is another',
    (files) => {
      const {plan} = entryIn(at(entryPath(one('quorum.opened'))))['data'] as {
        plan: {blob: string}
      } & JsonObject
      const path = blobPath(plan.blob)
      files.set(path, Buffer.from(at(path).toString().replace('ed25519', 'ed25510')))
    },
    () => entryPath(one('quorum.opened')),
    'blob',
  ],
  ['the minutes say something else', edit('minutes.txt', 'Room 4', 'Room 5'), () => 'minutes.txt', 'derived'],
  [
    'the minutes page says something else',
    edit('minutes.html', 'Room 4', 'Room 5'),
    () => 'minutes.html',
    'derived',
  ],
  [
    'the public key is another',
    edit('keys/test-key-v1.pem', 'MCow', 'MCox'),
    () => 'keys/test-key-v1.pem',
    'derived',
  ],
  [
    'allowed_signers lets another key sign',
    edit('allowed_signers', 'AAAA', 'AAAB'),
    () => 'allowed_signers',
    'derived',
  ],
  [
    'the roster is another',
    edit('roster.json', '"witness"', '"custodian"', '"active"', '"unsigned"'),
    () => 'roster.json',
    'derived',
  ],
  [
    'the template is another',
    edit('template.yaml', 'Everybody is here', 'Nobody is here'),
    () => 'template.yaml',
    'derived',
  ],
  ['verify.py is another', edit('verify.py', '"""Checks', '"""Check'), () => 'verify.py', 'derived'],
  [
    'VERIFY.md is another',
    edit('VERIFY.md', 'If either differs from the paper, stop.', ''),
    () => 'VERIFY.md',
    'derived',
  ],
  ['the level is another', edit('bundle.json', '"full"', '"public"'), () => 'bundle.json', 'level'],
  [
    'the fingerprint is another',
    edit('bundle.json', '"fingerprint":"', '"fingerprint":"0'),
    () => 'bundle.json',
    'bundle',
  ],
  [
    'a proof leads elsewhere',
    edit('proofs/000005.tlog-proof', 'index 5', 'index 4'),
    () => 'proofs/000005.tlog-proof',
    'proof',
  ],
]

/** Puts the second text in place of the first, or else the fourth in place of the third. */
function edit(path: string, ...pairs: readonly string[]): (files: FileMap) => void {
  return (files) => {
    const text = at(path).toString()
    const pair = pairs.findIndex((from, index) => index % 2 === 0 && text.includes(from))
    if (pair === -1) throw new Error(`${path} has nothing to change`)
    files.set(path, Buffer.from(text.replace(pairs[pair] ?? '', pairs[pair + 1] ?? '')))
  }
}

describe('with the writer key, the list signed again', () => {
  test.each(deep)('%s: seen', (_name, attack, file, rule) => {
    const files = copy()
    attack(files)
    const {ok, problems} = verdictOf(signedAgain(bench, files))
    expect(ok).toBe(false)
    expect(problems.some((found) => found.rule === 'sums' || found.rule === 'sums-signature')).toBe(false)
    const where = problems.filter((found) => found.rule === rule).map((found) => found.file ?? '')
    expect(where.filter((path) => path.startsWith(file()))).not.toEqual([])
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
      for (const [name, attack] of slow ? deep : deep.filter((_, index) => index % 3 === 1)) {
        if (left.test(name)) continue
        const files = copy()
        attack(files)
        const {status, said} = python(signedAgain(bench, files))
        if (status !== 6) throw new Error(`${name}: verify.py ends with ${String(status)}: ${said}`)
      }
    },
    600_000,
  )
})

/** The middle of every sixth file, and three places in those that lie at the top; with SLOW all of a small one and 200 places of a larger. */
function offsets(path: string, index: number, length: number): readonly number[] {
  if (slow) {
    const step = length <= 2048 ? 1 : Math.ceil(length / 200)
    return Array.from({length: Math.floor((length - 1) / step) + 1}, (_, place) => place * step)
  }
  const middle = Math.floor(length / 2)
  if (path.includes('/')) return index % 6 === 0 ? [middle] : []
  return [...new Set([0, middle, length - 1])]
}

function sampled(files: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, Uint8Array])[] {
  return [...files].filter(([path], index) => slow || !path.includes('/') || index % 8 === 0)
}
