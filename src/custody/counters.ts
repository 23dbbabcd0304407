/**
 * The counters of security keys. The same value under two statements of one key is a clone's; a lower one than was seen
 * is only out of order, because answers from afar arrive as they come. 0 is a device that does not count.
 */
import {fromBase64} from '../base/bytes.ts'
import type {Json} from '../base/jcs.ts'
import {Versions} from '../base/versions.ts'
import {problem, type Entry, type Problem} from '../ledger/index.ts'
import {fingerprintOf} from './ssh/public-key.ts'
import {parseSshsig} from './ssh/sshsig.ts'
import {WireReader} from './ssh/wire.ts'

export interface OutOfOrder {
  readonly seq: number
  readonly key: string
  readonly counter: number
  /** What had been seen before it. */
  readonly highest: number
}

export interface Counters {
  /** By key and value, the entry under which it was seen. */
  readonly seen: Versions<string, number>
  /** By key, the highest value seen. */
  readonly highest: Versions<string, number>
  readonly outOfOrder: readonly OutOfOrder[]
}

export function noCounters(): Counters {
  return {seen: new Versions(), highest: new Versions(), outOfOrder: []}
}

/** `SSHSIG`, its version, and the lengths of the key and of the name of its type stand before that name. */
const nameAt = 18

/** Key and counter of a security key's signature (an SSHSIG blob); undefined for every other one, and what cannot be read. */
export function counterOf(
  signature: Uint8Array,
): {readonly key: string; readonly counter: number} | undefined {
  if (Buffer.from(signature.subarray(nameAt, nameAt + 3)).toString('latin1') !== 'sk-') return undefined
  try {
    const {publicKey, signature: inner} = parseSshsig(signature)
    const reader = new WireReader(inner)
    reader.text()
    reader.string()
    reader.byte()
    return {key: fingerprintOf(publicKey), counter: reader.uint32()}
  } catch (error) {
    if (error instanceof TypeError) return undefined // judged, and refused, where signatures are
    throw error
  }
}

/** Why a signature is a clone's; undefined if it is not. */
export function cloneFault({seen}: Counters, signature: Uint8Array): string | undefined {
  const found = counterOf(signature)
  if (found === undefined || found.counter === 0) return undefined
  const before = seen.get(`${found.key} ${found.counter}`)
  return before === undefined
    ? undefined
    : `counter ${found.counter} of key ${found.key} stands under entry ${before} already: the security key was cloned`
}

export function checkCounter(counters: Counters, entry: Entry): Problem[] {
  const fault = cloneFault(counters, signatureOf(entry.data['signature']))
  return fault === undefined ? [] : [problem('clone', entry, fault)]
}

export function counted(counters: Counters, entry: Entry): Counters {
  const found = counterOf(signatureOf(entry.data['signature']))
  if (found === undefined || found.counter === 0) return counters
  const {key, counter} = found
  const highest = counters.highest.get(key)
  const late = highest !== undefined && counter < highest
  return {
    seen: counters.seen.with(`${key} ${counter}`, entry.seq),
    highest: late ? counters.highest : counters.highest.with(key, counter),
    outOfOrder: late
      ? [...counters.outOfOrder, {seq: entry.seq, key, counter, highest}]
      : counters.outOfOrder,
  }
}

function signatureOf(text: Json | undefined): Uint8Array {
  return typeof text === 'string' ? fromBase64(text) : new Uint8Array()
}
