/** A history as a thief of the writer key and all people together could make it: changed somewhere, and signed again from there on. */
import {base64, fromHex, sha256Hex} from '../../src/base/bytes.ts'
import {isObject, jcsBytes, type Json, type JsonObject} from '../../src/base/jcs.ts'
import {namespaceOf, type Signer} from '../../src/custody/index.ts'
import {isBlobRef, leafHash, rootOf, type LedgerFacts} from '../../src/ledger/index.ts'
import {entryIn} from '../ceremony/bench.ts'
import type {Rng} from '../fuzz/rng.ts'
import {memberMutation} from '../fuzz/json.ts'

export interface Change<Made> {
  readonly name: string
  readonly files: Made
}

/** What is changed: entries from 0 on without a gap, and their documents. */
export interface Past<Made> {
  readonly entries: readonly Uint8Array[]
  /** By SHA-256, hex. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
  readonly facts: LedgerFacts
  /** Puts a new history where it can be judged, under a checkpoint of the writer's key. */
  made(entries: ReadonlyMap<number, Uint8Array>, blobs: ReadonlyMap<string, Uint8Array>): Made
}

/** Documents that are new, and what they are called instead of. */
interface Blobs {
  readonly made: Map<string, Uint8Array>
  readonly renamed: Map<string, string>
}

export type Draft = Record<string, Json>
/** One entry on its way into the new history, and which of the old it was. */
export interface Item {
  readonly was: number
  entry: Draft
  /** Left as the change made it: nothing in it is put right again. */
  touched: boolean
}

export class History<Made> {
  readonly #past: Past<Made>
  readonly #signers: ReadonlyMap<string, Signer>
  readonly #entries: readonly JsonObject[]
  readonly #leaves: readonly string[]

  /** @param signers - by fingerprint: the keys of all people. */
  constructor(past: Past<Made>, signers: ReadonlyMap<string, Signer>) {
    this.#past = past
    this.#signers = signers
    this.#entries = past.entries.map(entryIn)
    this.#leaves = past.entries.map(leafHash)
  }

  /** The history as it was, made again: what no change is a change of. */
  async same(): Promise<Made> {
    return this.#signed(this.#items(), {made: new Map(), renamed: new Map()})
  }

  /** @param edit - changes the list, or entries in it; what is put in anew is `touched` where nothing in it is to be put right. */
  async edited(edit: (items: Item[]) => void): Promise<Made> {
    const items = this.#items()
    edit(items)
    return this.#signed(items, {made: new Map(), renamed: new Map()})
  }

  async changed(rng: Rng): Promise<Change<Made>> {
    const items = this.#items()
    const blobs: Blobs = {made: new Map(), renamed: new Map()}
    const at = rng.below(items.length)
    const item = items[at]
    if (item === undefined) throw new Error('there are entries')
    const name = `${rng.pick(this.#ways(rng, items, at, blobs))()} of entry ${at} (${JSON.stringify(item.entry['type'])})`
    return {name, files: await this.#signed(items, blobs)}
  }

  #items(): Item[] {
    return this.#entries.map((entry, was) => ({was, entry: copied(entry), touched: false}))
  }

  #seqsOf(type: string): readonly number[] {
    return this.#entries.flatMap((entry, seq) => (entry['type'] === type ? [seq] : []))
  }

  #ways(rng: Rng, items: Item[], at: number, blobs: Blobs): readonly (() => string)[] {
    const item = items[at]
    if (item === undefined) throw new Error('there are entries')
    const member = (name: string) => (): string => {
      const value = jcsBytes(item.entry[name] ?? null)
      const same = this.#entries.map((entry) => Buffer.from(jcsBytes(entry[name] ?? null)))
      const changed = memberMutation(rng, Buffer.from(value), same)
      item.entry[name] = JSON.parse(changed.toString()) as Json
      item.touched = true
      return `member ${name}`
    }
    return [
      ...Array.from({length: 8}, () => member('data')),
      () => (
        (item.entry['approved'] = rng.pick([null, 0, at - 1, at - 2, rng.below(at + 1)])),
        (item.touched = true),
        'approval'
      ),
      () => ((item.entry['approved'] = rng.pick(this.#seqsOf('quorum.met'))), 'another approval'),
      () => (twice(item.entry), 'approvals twice'),
      () => ((item.entry['type'] = rng.pick(this.#entries)['type'] ?? null), 'type'),
      () => ((item.entry['actor'] = rng.pick(this.#entries)['actor'] ?? null), 'actor'),
      () => ((item.entry['time'] = rng.pick(this.#entries)['time'] ?? null), 'time'),
      () => ((item.entry['ceremony'] = rng.pick(this.#entries)['ceremony'] ?? null), 'ceremony'),
      () => (items.splice(at, 1), 'absence'),
      () => (items.splice(rng.below(items.length), 0, {...item, entry: copied(item.entry)}), 'copy'),
      () => (items.splice(at, 1), items.splice(rng.below(items.length + 1), 0, item), 'place'),
      ...Array.from({length: 4}, () => () => plan(rng, item, blobs, this.#past.blobs)),
    ]
  }

  /** Puts right, from the first entry on, what hangs together: numbers, hashes, transcripts, statements and their signatures. */
  async #signed(items: readonly Item[], blobs: Blobs): Promise<Made> {
    const entries = new Map<number, Uint8Array>()
    const leaves: Buffer[] = []
    const seqs = new Map(items.map(({was}, seq) => [was, seq]))
    const renewed = new Map<string, string>()
    for (const [seq, item] of items.entries()) {
      const {entry} = item
      if (!item.touched) renumber(entry, seqs)
      const data = entry['data'] ?? null
      if (entry['type'] === 'signoff.opened' && isObject(data) && !item.touched)
        this.#transcript(entry, entries, leaves)
      if (isObject(data) && isObject(data['statement']))
        await this.#statement(data, leaves, {renewed, renamed: blobs.renamed}, item.touched)
      const bytes = jcsBytes({...entry, seq, prev: leaves.at(-1)?.toString('hex') ?? '0'.repeat(64)})
      entries.set(seq, bytes)
      leaves.push(fromHex(leafHash(bytes)))
      renewed.set(this.#leaves[item.was] ?? '', leafHash(bytes))
    }
    return this.#past.made(entries, new Map([...this.#past.blobs, ...blobs.made]))
  }

  #transcript(entry: Draft, entries: ReadonlyMap<number, Uint8Array>, leaves: readonly Buffer[]): void {
    const mine = [...entries].flatMap(([seq, bytes]) =>
      entryIn(bytes)['ceremony'] === entry['ceremony'] ? [seq] : [],
    )
    if (mine.length === 0) return
    entry['data'] = {
      ...(entry['data'] as JsonObject),
      first: mine[0] ?? 0,
      count: mine.length,
      root: base64(rootOf(mine.map((seq) => leaves[seq] ?? Buffer.of()))),
    }
  }

  async #statement(
    data: JsonObject,
    leaves: readonly Buffer[],
    {
      renewed,
      renamed,
    }: {readonly renewed: ReadonlyMap<string, string>; readonly renamed: ReadonlyMap<string, string>},
    touched: boolean,
  ): Promise<void> {
    const draft = data as unknown as {statement: Draft; signature: Json}
    const {statement} = draft
    const {about, checkpoint, key, plan_sha256: planned, use} = statement
    if (typeof about === 'string') statement['about'] = renewed.get(about) ?? about
    if (typeof planned === 'string') statement['plan_sha256'] = renamed.get(planned) ?? planned
    if (!touched || statement['ledger'] === this.#past.facts.fingerprint)
      statement['ledger'] = leaves[0]?.toString('hex') ?? ''
    if (isObject(checkpoint) && typeof checkpoint['size'] === 'number') {
      const size = Math.max(1, Math.min(leaves.length, checkpoint['size']))
      statement['checkpoint'] = {root: base64(rootOf(leaves.slice(0, size))), size: checkpoint['size']}
    }
    const signer = typeof key === 'string' ? this.#signers.get(key) : undefined
    if (signer === undefined || typeof use !== 'string') return
    const namespace = namespaceOf(use as 'approval', this.#past.facts)
    draft.signature = base64(await signer.sign(namespace, jcsBytes(statement)))
  }
}

/** Another plan, with everything that names it. */
function plan(rng: Rng, item: Item, blobs: Blobs, all: ReadonlyMap<string, Uint8Array>): string {
  const data = item.entry['data']
  const ref = isObject(data) ? data['plan'] : undefined
  if (!isObject(data) || !isBlobRef(ref)) return 'nothing'
  const old = all.get(ref.blob)
  if (old === undefined) return 'nothing'
  const others = [...all.values()].filter((one) => one.at(0) === 0x7b).map((one) => Buffer.from(one))
  const bytes = memberMutation(rng, Buffer.from(old), others)
  const sha256 = sha256Hex(bytes)
  blobs.made.set(sha256, bytes)
  blobs.renamed.set(ref.blob, sha256)
  item.entry['data'] = {...data, plan: {...ref, blob: sha256, size: bytes.length}}
  return 'plan'
}

/** Members that are the number of an entry. */
const numbered = ['intended', 'opened', 'incident', 'duty', 'source', 'rotation', 'hold']

/** Numbers of entries follow them where they stand now. */
function renumber(entry: Draft, seqs: ReadonlyMap<number, number>): void {
  const moved = (value: Json | undefined): Json =>
    typeof value === 'number' ? (seqs.get(value) ?? value) : (value ?? null)
  entry['approved'] = moved(entry['approved'])
  const data = entry['data']
  if (!isObject(data)) return
  const draft: Draft = {...data}
  for (const name of numbered) if (name in draft) draft[name] = moved(draft[name])
  for (const name of ['approvals', 'acts']) {
    const cited = draft[name]
    if (Array.isArray(cited)) draft[name] = (cited as Json[]).map(moved)
  }
  entry['data'] = draft
}

/** Of a quorum, every approval is cited twice. */
function twice(entry: Draft): void {
  const data = entry['data']
  if (!isObject(data) || !Array.isArray(data['approvals'])) return
  const cited = data['approvals'] as Json[]
  entry['data'] = {...data, approvals: [...cited, ...cited]}
}

function copied(entry: JsonObject): Draft {
  return JSON.parse(JSON.stringify(entry)) as Draft
}
