/**
 * Reads the usual entry quickly: the one that goes on from the last, spelled as keyrite spells it. What it does not know at
 * once it leaves to `readEntry`, which alone refuses; what it takes, that one takes too, and gives the same
 * (test/ledger/plain-entry.test.ts). The members around `data` have one spelling each, so only `data` is parsed.
 */
import {isObject, type Json, type JsonObject} from '../base/jcs.ts'
import {isBlobRef, isPrivate, isTime, type Entry, type Reference, type Tool} from './entry.ts'

const stated = '{"actor":{"evidence":"stated","host":{"$":"'
const signed = '{"actor":{"evidence":"signed","host":{"$":"'
const hostStart = stated.length
const hostEnd = hostStart + 64

const middlePattern =
  /"\},"person":(?:null|"(p-[0-9a-f]{16})")\},"approved":(?:null|(0|[1-9]\d{0,14})),"ceremony":(?:null|"([0-9a-f]{32})"),"data":/y
const endPattern =
  /^,"tool":\{"sha256":"([0-9a-f]{64})","version":"([ !#-[\]-~]*)"\},"type":"([a-z]+(?:\.[a-z]+)+)","v":1\}$/

interface Middle {
  readonly person: string | null
  readonly approved: number | null
  readonly ceremony: string | null
}

interface End {
  readonly tool: Tool
  readonly type: string
}

/** As many ends as there are types, more or less: more are forgotten. */
const mostEnds = 256
/** Deeper than this, `readEntry` decides. */
const deepest = 90

export interface PlainEntry {
  readonly entry: Entry
  readonly references: readonly Reference[]
}

export class PlainEntries {
  readonly #ends = new Map<string, End>()
  /** The middle that was read last, as text: most entries have the same. */
  #middleText = '\0'
  #middle: Middle = {person: null, approved: null, ceremony: null}
  #between = ''
  #name = ''

  /** @param leaf - of the bytes that the text was read from. @returns undefined where it says nothing. */
  read(
    text: string,
    ledger: string,
    {leaf: prev, seq: before}: Pick<Entry, 'leaf' | 'seq'>,
    leaf: string,
  ): PlainEntry | undefined {
    const isStated = text.startsWith(stated)
    if ((!isStated && !text.startsWith(signed)) || !isHex(text, hostStart, hostEnd)) return undefined
    const middle = this.#middleAt(text)
    if (middle === undefined) return undefined
    const dataStart = hostEnd + this.#middleText.length

    const seq = before + 1
    if (middle.approved !== null && middle.approved >= seq) return undefined
    // The last one: within a text the quotation marks would be escaped, and after it no object follows.
    const endAt = text.lastIndexOf(',"tool":{')
    const end = endAt === -1 ? undefined : this.#end(text.slice(endAt))
    if (end === undefined) return undefined
    const number = String(seq)
    if (ledger !== this.#name) {
      this.#name = ledger
      this.#between = `,"ledger":${JSON.stringify(ledger)},"prev":"`
    }
    const timeAt = endAt - 26
    const seqAt = timeAt - 8 - number.length
    const prevAt = seqAt - 8 - prev.length
    const dataEnd = prevAt - this.#between.length
    if (
      dataEnd <= dataStart ||
      !text.startsWith(this.#between, dataEnd) ||
      !text.startsWith(prev, prevAt) ||
      !text.startsWith('","seq":', seqAt - 8) ||
      !text.startsWith(number, seqAt) ||
      !text.startsWith(',"time":"', timeAt - 8) ||
      text[endAt - 1] !== '"'
    )
      return undefined
    // Put together of short pieces, which are copies: so it does not keep in memory what it was cut from.
    const time = text.slice(timeAt + 1, timeAt + 13) + text.slice(timeAt + 13, endAt - 1)
    if (!isTime(time)) return undefined
    const host = {$: text.slice(hostStart, hostEnd)}
    const references: Reference[] = [host]
    const data = dataIn(text.slice(dataStart, dataEnd), references)
    if (data === undefined) return undefined
    const {person, approved, ceremony} = middle
    const {tool, type} = end
    const actor = {evidence: isStated ? 'stated' : 'signed', host, person} as const
    return {
      entry: {actor, approved, ceremony, data, ledger, prev, seq, time, tool, type, v: 1, leaf},
      references,
    }
  }

  #middleAt(text: string): Middle | undefined {
    if (text.startsWith(this.#middleText, hostEnd)) return this.#middle
    middlePattern.lastIndex = hostEnd
    const match = middlePattern.exec(text)
    if (match === null) return undefined
    const [found, person, approved, ceremony] = match
    this.#middleText = found
    this.#middle = {
      person: person === undefined ? null : own(person),
      approved: approved === undefined ? null : Number(approved),
      ceremony: ceremony === undefined ? null : own(ceremony),
    }
    return this.#middle
  }

  #end(text: string): End | undefined {
    const known = this.#ends.get(text)
    if (known !== undefined) return known
    const match = endPattern.exec(text)
    if (match === null) return undefined
    const [, sha256 = '', version = '', type = ''] = match
    const end = {tool: {sha256: own(sha256), version: own(version)}, type: own(type)}
    if (this.#ends.size >= mostEnds) this.#ends.clear()
    this.#ends.set(text, end)
    return end
  }
}

/** The same text (ASCII), without the longer one that it was cut from and that it would keep in memory. */
function own(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** Canonical `data`, where that is seen at once. */
function dataIn(text: string, references: Reference[]): JsonObject | undefined {
  if (text.includes('\\')) return undefined
  let data: Json
  try {
    data = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  return isObject(data) && isPlain(data, 0, references) && JSON.stringify(data) === text ? data : undefined
}

/** Whether numbers are whole, members are in order, and what looks like a reference is one; collects those. */
function isPlain(value: Json, depth: number, references: Reference[]): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth >= deepest) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) if (!isPlain(item, depth + 1, references)) return false
    return true
  }
  const members = value as JsonObject
  let before: string | undefined
  for (const name in members) {
    if (before === undefined) {
      if (name === '$') return isPrivate(members) && references.push(members) > 0
      // Perhaps only its first member is called so: then it holds no reference of its own.
      if (name === 'blob') return isBlobRef(members) && references.push(members) > 0
    } else if (before >= name || name === '$') return false
    before = name
    if (!isPlain(members[name] ?? null, depth + 1, references)) return false
  }
  return true
}

function isHex(text: string, from: number, to: number): boolean {
  if (text.length < to) return false
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}
