/** What a thief of the writer key can do to the files of a bundle, and by which rule it is seen. */
import {jcsBytes, parseJcs, type JsonObject} from '../../src/base/jcs.ts'
import {blobPath, entryPath, proofPath} from '../../src/ceremony/bundle/layout.ts'
import {entryIn, seqsOf, type Bench, type FileMap} from './bench.ts'

export interface Attack {
  readonly name: string
  readonly change: (bench: Bench, files: FileMap) => void
  /** How the path of a file begins that must be named. */
  readonly file: (bench: Bench) => string
  readonly rule: string
}

export function at(bench: Bench, path: string): Buffer {
  const bytes = bench.files.get(path)
  if (bytes === undefined) throw new Error(`the bundle has ${path}`)
  return Buffer.from(bytes)
}

/** One entry of this type, counted from the first. */
export function one(bench: Bench, type: string, index = 0): number {
  const seq = seqsOf(bench, type)[index]
  if (seq === undefined) throw new Error(`the bundle has ${type}`)
  return seq
}

/** The first entry with a yes: one of the people said no. */
function approving(bench: Bench): number {
  const yes = seqsOf(bench, 'approval.given').find((seq) =>
    at(bench, entryPath(seq)).includes('"decision":"approve"'),
  )
  if (yes === undefined) throw new Error('somebody approved')
  return yes
}

/** Each changes files; SHA256SUMS and its signature are made again by the real writer key. Some other rule must see it. */
const table: readonly (readonly [
  name: string,
  change: Attack['change'],
  file: Attack['file'],
  rule: string,
])[] = [
  [
    'an entry is dropped, with its proof',
    (bench, files) => {
      const seq = one(bench, 'step.done')
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
    },
    () => 'bundle.json',
    'bundle',
  ],
  [
    'an approval is dropped, and bundle.json says so',
    (bench, files) => {
      const seq = approving(bench)
      const facts = parseJcs(at(bench, 'bundle.json')) as {entries: number[]} & JsonObject
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
      files.set('bundle.json', jcsBytes({...facts, entries: facts.entries.filter((n) => n !== seq)}))
    },
    (bench) => entryPath(one(bench, 'quorum.met')),
    'quorum',
  ],
  [
    'a founder’s signature is dropped, and bundle.json says so',
    (bench, files) => {
      const seq = one(bench, 'founder.signed')
      const facts = parseJcs(at(bench, 'bundle.json')) as {entries: number[]} & JsonObject
      for (const path of [entryPath(seq), proofPath(seq)]) files.delete(path)
      files.set('bundle.json', jcsBytes({...facts, entries: facts.entries.filter((n) => n !== seq)}))
    },
    (bench) => entryPath(one(bench, 'quorum.opened')),
    'quorum',
  ],
  [
    'two entries are swapped',
    (bench, files) => {
      const [a, b] = [entryPath(one(bench, 'step.done', 1)), entryPath(one(bench, 'step.done', 2))]
      files.set(a, at(bench, b)).set(b, at(bench, a))
    },
    (bench) => entryPath(one(bench, 'step.done', 1)),
    'seq',
  ],
  [
    'an entry stands twice',
    (bench, files) => {
      files.set(entryPath(one(bench, 'step.done', 1)), at(bench, entryPath(one(bench, 'step.done'))))
    },
    (bench) => entryPath(one(bench, 'step.done', 1)),
    'seq',
  ],
  [
    'a statement file is replaced by another person’s',
    (bench, files) => {
      const [a, b] = [one(bench, 'approval.given'), one(bench, 'approval.given', 1)].map((seq) =>
        entryPath(seq).replace('entries', 'statements'),
      )
      files.set(a ?? '', at(bench, b ?? ''))
    },
    (bench) => entryPath(one(bench, 'approval.given')).replace('entries', 'statements'),
    'derived',
  ],
  [
    'an opening’s value is changed',
    (bench, files) => {
      files.set(
        'openings.json',
        Buffer.from(at(bench, 'openings.json').toString().replace('"Carol"', '"Karol"')),
      )
    },
    () => 'entries/000000.json',
    'opening',
  ],
  [
    'an opening is left out',
    (bench, files) => {
      const [, ...rest] = Object.entries(parseJcs(at(bench, 'openings.json')) as JsonObject)
      files.set('openings.json', jcsBytes(Object.fromEntries(rest)))
    },
    () => '',
    'opening',
  ],
  [
    'the plan is another',
    (bench, files) => {
      const {plan} = entryIn(at(bench, entryPath(one(bench, 'quorum.opened'))))['data'] as {
        plan: {blob: string}
      } & JsonObject
      const path = blobPath(plan.blob)
      files.set(path, Buffer.from(at(bench, path).toString().replace('ed25519', 'ed25510')))
    },
    (bench) => entryPath(one(bench, 'quorum.opened')),
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
  ['the level is another', edit('bundle.json', '"full"', '"public"'), () => 'openings.json', 'level'],
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
function edit(path: string, ...pairs: readonly string[]): Attack['change'] {
  return (bench, files) => {
    const text = at(bench, path).toString()
    const pair = pairs.findIndex((from, index) => index % 2 === 0 && text.includes(from))
    if (pair === -1) throw new Error(`${path} has nothing to change`)
    files.set(path, Buffer.from(text.replace(pairs[pair] ?? '', pairs[pair + 1] ?? '')))
  }
}

export const deepAttacks: readonly Attack[] = table.map(([name, change, file, rule]) => ({
  name,
  change,
  file,
  rule,
}))
