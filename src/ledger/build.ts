/** From drafts to entries: seq, time and prev are given, private values and blobs put in their place. Pure but for the salts. */
import type {Random} from '../base/world.ts'
import {timeOf} from './clock.ts'
import {Private, settle, type Draft, type DraftObject, type Opening, type StoredBlob} from './draft.ts'
import {erasedBy, erasedType} from './erasure.ts'
import {entryBytes, leafHash, noPrev, type Entry, type Tool} from './entry.ts'

/** What an append is made of, before it is judged. */
export interface Built {
  readonly rows: {readonly seq: number; readonly leaf: Uint8Array; readonly bytes: Uint8Array}[]
  readonly openings: Opening[]
  readonly blobs: StoredBlob[]
  /** Commitments whose openings go with it. */
  readonly erased: string[]
}

export const nothing: Built = {rows: [], openings: [], blobs: [], erased: []}

export interface Surroundings {
  readonly random: Random
  readonly tool: Tool
  readonly host: string
  /** The entry that they follow; undefined for the first. */
  readonly last: Entry | undefined
  readonly time: Date
  /** The name of the ledger that a draft is for. */
  readonly ledger: (draft: Draft) => string
}

/** @throws TypeError if an entry would be longer than an entry may be. */
export function build(
  drafts: readonly Draft[],
  {random, tool, host, last, time, ledger}: Surroundings,
): Built {
  const built: Built = {rows: [], openings: [], blobs: [], erased: []}
  const first = last === undefined ? 0 : last.seq + 1
  let prev = last?.leaf ?? noPrev
  for (const draft of drafts) {
    const settled = settle({data: dataOf(draft, time), host: new Private(host)}, random)
    const {data, host: hostField} = settled.data as {data: Entry['data']; host: Entry['actor']['host']}
    const seq = first + built.rows.length
    const bytes = entryBytes({
      v: 1,
      ledger: ledger(draft),
      seq,
      prev,
      time: timeOf(draft, time),
      type: draft.type,
      actor: {...draft.actor, host: hostField},
      approved: draft.approved ?? null,
      ceremony: draft.ceremony ?? null,
      tool,
      data,
    })
    prev = leafHash(bytes)
    built.rows.push({seq, leaf: Buffer.from(prev, 'hex'), bytes})
    built.openings.push(...settled.openings)
    built.blobs.push(...settled.blobs)
    if (draft.type === erasedType) built.erased.push(...(erasedBy({data}) ?? []))
  }
  return built
}

function dataOf({data, dated}: Draft, time: Date): DraftObject {
  return dated === undefined ? data : {...data, ...dated(time)}
}
