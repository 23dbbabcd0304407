/** What the record of a page is checked for, one kind of thing after the other. */
import {base64, canonical, fromBase64, fromHex, hex, isObject, sha256, utf8, type Bytes} from './bytes.ts'
import type {PageRecord} from './record.ts'
import {fingerprint, verifySshsig} from './ssh.ts'
import {leadsTo, leafOf, openNote, rootOf, type Head} from './tree.ts'

/** One thing that is not as it was made. */
export interface Finding {
  /** The entry, where it is one; the minutes’ rows that rest on it are touched too. */
  readonly seq: number | null
  readonly what: string
}

/** What one kind of check came to. */
export interface Outcome {
  readonly name: string
  readonly good: number
  /** What this browser cannot check. */
  readonly left: number
  readonly findings: readonly Finding[]
}

type Value = Readonly<Record<string, unknown>>

/** An entry that was read. */
interface Read {
  readonly seq: number
  readonly value: Value
  readonly data: Value
  readonly leaf: Bytes
}

/** Everything, in order. @throws nothing: what a check did not foresee is a finding. */
export async function checkRecord(record: PageRecord): Promise<readonly Outcome[]> {
  const read = await readEntries(record)
  const head = await checkHead(record, read.entries)
  return [
    read.outcome,
    head.outcome,
    await checkTree(record, read.entries, head.head),
    await checkOpenings(record, read.entries),
    await checkSignatures(record, read.entries),
  ]
}

class Tally {
  good = 0
  left = 0
  readonly findings: Finding[] = []
  readonly #name: string
  constructor(name: string) {
    this.#name = name
  }

  /** Counts what a check comes to: nothing, or a sentence; whatever it throws is one. */
  async count(seq: number | null, subject: string, check: () => Promise<string | null>): Promise<void> {
    let wrong: string | null
    try {
      wrong = await check()
    } catch (error) {
      wrong = error instanceof Error ? error.message : 'it cannot be read'
    }
    if (wrong === null) this.good += 1
    else this.findings.push({seq, what: `${subject}: ${wrong}`})
  }

  get outcome(): Outcome {
    return {name: this.#name, good: this.good, left: this.left, findings: this.findings}
  }
}

async function readEntries(
  record: PageRecord,
): Promise<{readonly entries: readonly Read[]; readonly outcome: Outcome}> {
  const tally = new Tally('entries: canonical, of this ledger, and each naming the one before it')
  const entries: Read[] = []
  for (const [seq, text] of record.entries)
    await tally.count(seq, `entry ${seq}`, async () => {
      const leaf = await leafOf(text)
      const before = entries.at(-1)
      const value: unknown = JSON.parse(text)
      if (!isObject(value) || !isObject(value['data'])) return 'it is no entry'
      entries.push({seq, value, data: value['data'], leaf})
      if (canonical(value) !== text) return 'its bytes are not the canonical ones of what it says'
      if (value['seq'] !== seq || value['ledger'] !== record.ledger) return 'it stands where another stood'
      if (seq === 0 && hex(leaf) !== record.fingerprint) return 'it is not the one of this fingerprint'
      if (before?.seq === seq - 1 && value['prev'] !== hex(before.leaf))
        return 'it does not name the hash of the entry before it'
      return null
    })
  return {entries, outcome: tally.outcome}
}

async function checkHead(
  record: PageRecord,
  entries: readonly Read[],
): Promise<{readonly head: Head | null; readonly outcome: Outcome}> {
  const tally = new Tally('checkpoint: signed by the ledger’s writer')
  const vkeys = entries.flatMap(({data}) => (typeof data['vkey'] === 'string' ? [data['vkey']] : []))
  let head: Head | null = null
  await tally.count(null, 'checkpoint', async () => {
    head = await openNote(record.checkpoint, vkeys)
    return head.name === record.ledger ? null : 'it is of another ledger'
  })
  return {head, outcome: tally.outcome}
}

/** Each entry in the tree of the checkpoint, and the sign-offs over this ceremony's entries. */
async function checkTree(
  {ceremony, entries: carried}: PageRecord,
  entries: readonly Read[],
  head: Head | null,
): Promise<Outcome> {
  const tally = new Tally('Merkle tree: entries in the checkpoint’s root, and sign-offs over their ceremony')
  const paths = new Map(carried.map(([seq, , path]) => [seq, path]))
  for (const {seq, leaf} of entries)
    await tally.count(seq, `entry ${seq}`, async () => {
      if (head === null) return 'there is no good checkpoint to find it in'
      return (await leadsTo(leaf, seq, paths.get(seq) ?? [], head))
        ? null
        : 'it is not in the checkpoint’s tree'
    })
  const mine = entries.filter(({value}) => value['ceremony'] === ceremony)
  for (const {seq, value, data} of mine)
    if (value['type'] === 'signoff.opened')
      await tally.count(seq, `sign-off (entry ${seq})`, async () => {
        const before = mine.filter((one) => one.seq < seq).map(({leaf}) => leaf)
        return base64(await rootOf(before)) === data['root'] ? null : 'it is over other entries'
      })
  return tally.outcome
}

async function checkOpenings({level, openings}: PageRecord, entries: readonly Read[]): Promise<Outcome> {
  const tally = new Tally('private values: each the one that its entry commits to')
  const holders = new Map<string, number>()
  for (const {seq, value} of entries)
    for (const commitment of commitmentsIn(value)) if (!holders.has(commitment)) holders.set(commitment, seq)
  const erased = new Set(
    entries.flatMap(({value, data}) =>
      value['type'] === 'openings.erased' && Array.isArray(data['commitments'])
        ? data['commitments'].map(String)
        : [],
    ),
  )
  for (const [commitment, [salt, value]] of Object.entries(openings)) {
    const seq = holders.get(commitment) ?? null
    await tally.count(seq, `private value ${commitment.slice(0, 12)}…${at(seq)}`, async () => {
      const found = await sha256(utf8('keyrite/v1/field\n'), fromHex(salt), utf8(value))
      if (seq === null) return 'no entry holds it'
      return hex(found) === commitment ? null : 'it is not the one that was recorded'
    })
  }
  if (level === 'full')
    for (const [commitment, seq] of holders)
      if (!Object.hasOwn(openings, commitment) && !erased.has(commitment))
        await tally.count(
          seq,
          `private value ${commitment.slice(0, 12)}…${at(seq)}`,
          async () => 'it is missing',
        )
  return tally.outcome
}

const at = (seq: number | null): string => (seq === null ? '' : ` of entry ${seq}`)

function* commitmentsIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* commitmentsIn(one)
  else if (isObject(value)) {
    if (typeof value['$'] === 'string') yield value['$']
    else for (const one of Object.values(value)) yield* commitmentsIn(one)
  }
}

async function checkSignatures(record: PageRecord, entries: readonly Read[]): Promise<Outcome> {
  const tally = new Tally('signatures of people, each with a key that was recorded as theirs')
  const keys = await keysOf(record, entries, tally)
  const leaves = new Map(entries.map(({seq, leaf}) => [hex(leaf), seq]))
  for (const {seq, value, data} of entries) {
    const {statement, signature} = data
    if (!isObject(statement) || typeof signature !== 'string') continue
    await tally.count(seq, `signature (entry ${seq})`, async () => {
      const [person, use] = [String(statement['person']), String(statement['use'])]
      const own = (await keys(person)).find(([print]) => print === statement['key'])
      if (own === undefined) return `no entry here gives ${person} that key`
      const about = leaves.get(String(statement['about']))
      if (about === undefined || about >= seq) return 'what it is about is not here'
      if (!isObject(value['actor']) || value['actor']['person'] !== person) return 'it is under another name'
      const space = `keyrite-${record.rehearsal ? 'rehearsal' : use}-v1@${record.organisation}`
      const message = utf8(canonical(statement))
      const verdict = await verifySshsig(own[1], space, message, fromBase64(signature))
      if (verdict === 'unsupported') {
        tally.left += 1
        tally.good -= 1
      }
      return typeof verdict === 'string' ? null : verdict.bad
    })
  }
  return tally.outcome
}

type Keys = (person: string) => Promise<readonly (readonly [print: string, line: string])[]>

/** The keys that entries, and documents that entries name by their digest, give each person. */
async function keysOf(record: PageRecord, entries: readonly Read[], tally: Tally): Promise<Keys> {
  const sources: unknown[] = entries.map(({data}) => data)
  for (const text of record.documents) {
    const name = `"blob":"${hex(await sha256(utf8(text)))}"`
    if (record.entries.some(([, entry]) => entry.includes(name))) sources.push(JSON.parse(text))
    else tally.findings.push({seq: null, what: 'a document that gives people their keys: no entry names it'})
  }
  const given = new Map<string, Set<string>>()
  for (const source of sources)
    for (const [person, line] of keysIn(source)) given.set(person, (given.get(person) ?? new Set()).add(line))
  return async (person) =>
    Promise.all(Array.from(given.get(person) ?? [], async (line) => [await fingerprint(line), line] as const))
}

function* keysIn(value: unknown): Generator<readonly [person: string, line: string]> {
  if (Array.isArray(value)) for (const one of value) yield* keysIn(one)
  else if (isObject(value)) {
    const person = value['person'] ?? value['id']
    if (typeof person === 'string' && Array.isArray(value['keys']))
      for (const one of value['keys'] as readonly unknown[])
        if (isObject(one) && typeof one['key'] === 'string') yield [person, one['key']]
    for (const one of Object.values(value)) yield* keysIn(one)
  }
}
