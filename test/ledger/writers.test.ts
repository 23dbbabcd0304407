/** Entries under a new key count only as exactly one run, approved by those who stood before it (threats T10, T26). */
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {base64} from '../../src/base/bytes.ts'
import {entryBytes, leafHash, parseEntry, type Entry} from '../../src/ledger/entry.ts'
import {verifyLedger} from '../../src/ledger/index.ts'
import {rootOf} from '../../src/ledger/merkle.ts'
import {signCheckpoint, vkeyText} from '../../src/ledger/note.ts'
import {SqliteStore} from '../../src/ledger/sqlite/store.ts'
import {loadWriter, newWriter, type Writer} from '../../src/ledger/writer.ts'
import {makeMachines, type Machine, type Machines} from './machines.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let all: Machines
/** The old head, a whole take-over on it, and one that restores. */
let before: Machine
let run: Taken
let restored: Taken
let handed: Taken
let old: Writer

interface Taken {
  readonly entries: readonly Entry[]
  readonly store: SqliteStore
  readonly writer: Writer
}

const size = 7

beforeAll(async () => {
  all = await makeMachines({people: 6, signed: 5})
  await all.append(all.first)
  before = all.copy(all.first, 'before')
  const [fingerprint, name] = await all.using(all.first, ({ledger}) => [
    ledger.view.facts.fingerprint,
    ledger.view.facts.name,
  ])
  const writerOf = (on: Machine): Writer => loadWriter({path: on.state}, fingerprint, name) ?? newWriter(name)
  old = writerOf(all.first)
  const taken = (on: Machine): Taken => {
    const store = SqliteStore.open(join(on.home, 'ledger.db'), 'read')
    return {store, writer: writerOf(on), entries: store.rows(size, 100).map(({bytes}) => parseEntry(bytes))}
  }
  const lost = ['--without-release', '--reason', 'lost', ...all.signed()]
  const one = all.copy(before, 'one')
  await all.run(one, 'ledger take-over', ...lost)
  run = taken(one)
  const vkey = await all.prepared(all.machine('next'))
  await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', all.out(), ...all.signed())
  handed = {...taken(all.first), writer: old}
  const pin = all.out()
  await all.run(all.first, 'ledger pin', '--out', pin)
  const two = all.copy(before, 'two')
  await all.run(two, 'ledger take-over', '--pin', pin, ...lost)
  restored = taken(two)
})
afterAll(() => {
  for (const {store} of [run, restored, handed]) store.close()
  all.remove()
})

type Change = Partial<Omit<Entry, 'leaf'>>

/** The same entries again, each after the one before; statements keep what they sign. */
function chained(entries: readonly Change[]): Entry[] {
  const made: Entry[] = []
  for (const entry of entries) {
    const {leaf: prev} = made.at(-1) ?? {leaf: entry.prev ?? ''}
    made.push(parseEntry(bytesOf({...(entry as Entry), seq: size + made.length, prev})))
  }
  return made
}

function bytesOf(entry: Entry): Uint8Array {
  const members = Object.entries(entry).filter(([name]) => name !== 'leaf')
  return entryBytes(Object.fromEntries(members) as unknown as Entry)
}

interface Sealing {
  /** Who signs which size; by default the key of the run its end. */
  readonly notes?: readonly (readonly [size: number, by: Writer])[]
}

/** What verification says of a ledger that goes on with these entries. */
async function judged(
  name: string,
  from: Taken,
  entries: readonly Entry[],
  {notes}: Sealing = {},
): Promise<string[]> {
  const copy = all.copy(before, name)
  const store = SqliteStore.open(join(copy.home, 'ledger.db'), 'write')
  const leaves = store.leaves(0, size).map((leaf) => Buffer.from(leaf))
  const rows = entries.map((entry) => {
    const bytes = bytesOf(entry)
    return {seq: entry.seq, leaf: Buffer.from(leafHash(bytes), 'hex'), bytes}
  })
  const known = <T>(found: T | undefined): T[] => (found === undefined ? [] : [found])
  const named = JSON.stringify(entries)
  const openings = [...named.matchAll(/"\$":"([0-9a-f]{64})"/g)].map(([, hash = '']) => hash)
  const blobs = [...named.matchAll(/"blob":"([0-9a-f]{64})"/g)].map(([, hash = '']) => hash)
  const whole = [...leaves, ...rows.map(({leaf}) => leaf)]
  const sign = (at: number, by: Writer): string =>
    signCheckpoint({origin: by.key.name, size: at, root: rootOf(whole.slice(0, at))}, by.key, by.privateKey)
  const signed = notes ?? [[whole.length, from.writer] as const]
  let done = 0
  for (const [at, by] of signed) {
    const part = rows.slice(done, at - size)
    await store.append(
      {
        rows: part,
        openings:
          done === 0
            ? [...new Set(openings)].flatMap((one) =>
                holds(store, one) ? [] : known(from.store.opening(one)),
              )
            : [],
        blobs:
          done === 0
            ? [...new Set(blobs)].flatMap((one) =>
                known(from.store.blob(one)).map((bytes) => ({sha256: one, bytes})),
              )
            : [],
        checkpoint: sign(at, by),
        side: {put: [], removed: []},
        erased: [],
      },
      size + done,
    )
    done = at - size
  }
  store.close()
  const {problems} = verifyLedger({home: copy.home, state: {path: copy.state}, folds, pins: [], deep: true})
  return [...new Set(problems.map(({rule}) => rule))].filter((rule) => rule !== 'side-table')
}

const holds = (store: SqliteStore, commitment: string): boolean => store.opening(commitment) !== undefined

const at = (entries: readonly Entry[], index: number): Entry => {
  const one = entries.at(index)
  if (one === undefined) throw new Error('the run has it')
  return one
}
const withChange = (entries: readonly Entry[], change: (data: Entry['data']) => Entry['data']): Entry[] => {
  const last = at(entries, -1)
  return chained([...entries.slice(0, -1), {...last, data: change(last.data)}])
}

describe('a run without the old key', () => {
  test('is good as it was made, and the seven entries before are what it follows', async () => {
    expect(run.entries.map(({type}) => type)).toEqual([
      'quorum.opened',
      'approval.given',
      'approval.given',
      'approval.given',
      'quorum.met',
      'writer.changed',
    ])
    expect(await judged('good', run, run.entries)).toEqual([])
    expect(await judged('good-restore', restored, restored.entries)).toEqual([])
  })

  test('is signed by the new key, not by the old one or a third', async () => {
    expect(await judged('by-old', run, run.entries, {notes: [[13, old]]})).toEqual(['checkpoint-signature'])
    const third = newWriter(old.key.name)
    expect(await judged('by-third', run, run.entries, {notes: [[13, third]]})).toEqual([
      'checkpoint-signature',
    ])
  })

  test('has no checkpoint within, by either key', async () => {
    for (const [name, key] of [
      ['old', old],
      ['new', run.writer],
    ] as const)
      expect(
        await judged(`within-${name}`, run, run.entries, {
          notes: [
            [9, key],
            [13, run.writer],
          ],
        }),
      ).toContain('writer-run')
  })

  test('holds nothing else', async () => {
    const [question = at([], 0), ...others] = run.entries
    const [first] = others
    const stranger: Change = {
      ...first,
      type: 'attempt.refused',
      approved: null,
      data: {operation: 'x', key: null, code: 'X'},
      actor: {...question.actor, person: null, evidence: 'stated'},
    }
    const shifted = (entry: Entry): Change =>
      entry.type === 'quorum.met'
        ? {
            ...entry,
            data: {...entry.data, approvals: (entry.data['approvals'] as number[]).map((seq) => seq + 1)},
          }
        : entry.type === 'writer.changed'
          ? {...entry, approved: (entry.approved ?? 0) + 1}
          : entry
    const entries = chained([question, stranger, ...others.map(shifted)])
    expect(await judged('stranger', run, entries)).toEqual(['writer-run', 'checkpoint-signature'])
  })

  test('needs all its approvals', async () => {
    const [question, , ...others] = run.entries
    const fewer = others.map((entry): Change =>
      entry.type === 'quorum.met'
        ? {...entry, data: {...entry.data, approvals: [8, 9]}}
        : entry.type === 'writer.changed'
          ? {...entry, approved: 10}
          : entry,
    )
    const found = await judged('fewer', run, chained([question ?? at([], 0), ...fewer]))
    expect(found).toContain('quorum')
    expect(found).toContain('checkpoint-signature')
  })

  test('cites the quorum right before it', async () => {
    const last = at(run.entries, -1)
    for (const approved of [null, 0, 7]) {
      const found = await judged(
        `cites-${String(approved)}`,
        run,
        chained([...run.entries.slice(0, -1), {...last, approved}]),
      )
      expect(found).toEqual(['writer-run', 'checkpoint-signature'])
    }
  })

  test('puts in force the key that was approved, and no other', async () => {
    const mine = newWriter(old.key.name)
    const entries = withChange(run.entries, (data) => ({...data, vkey: vkeyText(mine.key)}))
    const notes = [[13, mine] as const]
    expect(await judged('other-key', run, entries, {notes})).toEqual(['plan', 'checkpoint-signature'])
  })

  test.each([
    {
      name: 'of another ledger',
      vkey: () => vkeyText({...run.writer.key, name: `example.org/ledger/${'0'.repeat(32)}`}),
    },
    {name: 'that it had before', vkey: () => vkeyText(old.key)},
  ])('never a key $name', async ({name, vkey}) => {
    const entries = withChange(run.entries, (data) => ({...data, vkey: vkey()}))
    expect(await judged(name.replaceAll(' ', '-'), run, entries)).toEqual(['writer', 'checkpoint-signature'])
  })

  test('is judged by the roster before it: nobody joins within', async () => {
    const [question = at([], 0), ...others] = run.entries
    const joining: Change = {
      ...at(others, 0),
      type: 'founder.signed',
      data: {signature: 'AAAA', statement: {}},
    }
    const found = await judged('joining', run, chained([question, joining, ...others]))
    expect(found).toContain('checkpoint-signature')
  })

  test('restores from where it begins, and names checkpoints beyond that', async () => {
    const root = base64(rootOf([Buffer.alloc(32)]))
    const from = withChange(restored.entries, (data) => ({...data, from: {root, size}}))
    expect(await judged('other-root', restored, from)).toEqual(['writer', 'checkpoint-signature'])
    const shorter = withChange(restored.entries, (data) => ({...data, lost: []}))
    expect(await judged('nothing-lost', restored, shorter)).toEqual(['writer', 'checkpoint-signature'])
  })
})

describe('a hand-over', () => {
  test('is signed by the old key, and what follows by the new one', async () => {
    expect(handed.entries.at(-1)?.data['by']).toBe('hand-over')
    const notes = handed.entries.map((_, index) => [size + index + 1, old] as const)
    expect(await judged('handed', handed, handed.entries, {notes})).toEqual([])
    const foreign = [...notes.slice(0, -1), [size + notes.length, newWriter(old.key.name)] as const]
    expect(await judged('handed-by-other', handed, handed.entries, {notes: foreign})).toEqual([
      'checkpoint-signature',
    ])
  })

  test('is not made into a take-over by saying so', async () => {
    const entries = withChange(handed.entries, (data) => ({...data, by: 'take-over'}))
    const notes = handed.entries.map((_, index) => [size + index + 1, old] as const)
    expect(await judged('said-so', handed, entries, {notes})).toContain('plan')
  })

  test('without a quorum puts no key in force', async () => {
    const last = at(handed.entries, -1)
    const entries = chained([{...last, approved: null, prev: at(handed.entries, 0).prev}])
    expect(await judged('no-quorum', handed, entries, {notes: [[8, old]]})).toEqual(['approval'])
  })
})
