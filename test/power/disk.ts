/**
 * What may be on a disk after the power went. Only what was synced is promised: the contents of a file up to its last
 * fsync, the names in a folder up to its last fsync. Whatever came later may be there, may not, or in part: sector by
 * sector as it was, as it was written, or zero; and a name that was made, moved or taken away may have been or not.
 */
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {FileEvent} from './trace.ts'

const sector = 512

/** A number from 0 up to, and not including, 1: the same row for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A file apart from its names. */
interface Inode {
  /** As promised. */
  durable: Buffer
  /** What came after the last fsync, in order. */
  pending: FileEvent[]
  now: Buffer
}

/** A change of a folder's names that its fsync has not covered yet. */
interface Change {
  readonly folder: string
  readonly apply: (names: Map<string, Inode>) => void
}

/** The files under some folders, as a process sees them and as a power cut may leave them. */
export class Disk {
  readonly #roots: readonly string[]
  /** By path: as the process sees it. */
  readonly #names = new Map<string, Inode>()
  /** By path: as promised. */
  readonly #durable = new Map<string, Inode>()
  #changes: Change[] = []

  /** What lies there before a run counts as promised. @param from - another disk, instead of what lies there. */
  constructor(roots: readonly string[], from?: Disk) {
    this.#roots = roots
    if (from === undefined) for (const root of roots) this.#take(root)
    else for (const [path, {durable}] of from.#durable) this.#put(path, durable)
  }

  /** The same disk before anything was done. */
  again(): Disk {
    return new Disk(this.#roots, this)
  }

  #put(path: string, bytes: Buffer): void {
    const inode = {durable: bytes, pending: [], now: bytes}
    this.#names.set(path, inode)
    this.#durable.set(path, inode)
  }

  #take(folder: string): void {
    for (const one of existsSync(folder) ? readdirSync(folder) : []) {
      const path = join(folder, one)
      if (statSync(path).isDirectory()) this.#take(path)
      else this.#put(path, readFileSync(path))
    }
  }

  /** @throws Error for what cannot be followed. */
  take(event: FileEvent): void {
    switch (event.kind) {
      case 'create':
        if (this.#names.has(event.path)) return
        this.#change(event.path, {durable: Buffer.alloc(0), pending: [], now: Buffer.alloc(0)})
        return
      case 'write':
      case 'truncate': {
        const inode = this.#at(event.path)
        inode.now = changed(inode.now, event)
        inode.pending.push(event)
        return
      }
      case 'sync':
        this.#sync(event.path)
        return
      case 'unlink':
        this.#change(event.path, null)
        return
      case 'rename': {
        const inode = this.#at(event.path)
        this.#change(event.to, inode, event.path)
        return
      }
      case 'link':
        this.#change(event.to, this.#at(event.path))
        return
      case 'mkdir':
      case 'ack':
    }
  }

  #at(path: string): Inode {
    const inode = this.#names.get(path)
    if (inode === undefined) throw new Error(`nothing is known of ${path}`)
    return inode
  }

  /** Gives a file a name, or takes the name away; with `from` it loses that one at once, as a rename does. */
  #change(path: string, inode: Inode | null, from?: string): void {
    const apply = (names: Map<string, Inode>): void => {
      if (inode === null) names.delete(path)
      else names.set(path, inode)
      if (from !== undefined) names.delete(from)
    }
    apply(this.#names)
    this.#changes.push({folder: dirname(path), apply})
  }

  #sync(path: string): void {
    const inode = this.#names.get(path)
    if (inode !== undefined) {
      inode.durable = inode.now
      inode.pending = []
      return
    }
    for (const {apply} of this.#changes.filter(({folder}) => folder === path)) apply(this.#durable)
    this.#changes = this.#changes.filter(({folder}) => folder !== path)
  }

  /** Writes what one power cut leaves, in place of what lies under the roots. */
  cut(chance: () => number): void {
    const names = new Map(this.#durable)
    for (const {apply} of this.#changes) if (chance() < 0.5) apply(names)
    this.#lay(names, (inode) => left(inode, chance))
  }

  /** Writes what a process that is killed leaves, in place of what lies under the roots: all that it did, synced or not. */
  kill(): void {
    this.#lay(this.#names, ({now}) => now)
  }

  #lay(names: ReadonlyMap<string, Inode>, bytesOf: (inode: Inode) => Buffer): void {
    for (const root of this.#roots) {
      for (const one of existsSync(root) ? readdirSync(root) : []) rmSync(join(root, one), {recursive: true})
    }
    for (const [path, inode] of names) {
      mkdirSync(dirname(path), {recursive: true, mode: 0o700})
      writeFileSync(path, bytesOf(inode), {mode: 0o600})
    }
  }
}

function changed(before: Buffer, event: FileEvent): Buffer {
  if (event.kind === 'truncate') {
    const after = Buffer.alloc(event.size)
    before.copy(after)
    return after
  }
  if (event.kind !== 'write') return before
  const after = Buffer.alloc(Math.max(before.length, event.offset + event.bytes.length))
  before.copy(after)
  event.bytes.copy(after, event.offset)
  return after
}

/** The contents that a cut leaves of a file: each later write whole, undone, or torn. */
function left({durable, pending}: Inode, chance: () => number): Buffer {
  let bytes = durable
  for (const event of pending) {
    const fate = chance()
    if (fate < 0.35) continue
    bytes = fate < 0.7 || event.kind !== 'write' ? changed(bytes, event) : torn(bytes, event, chance)
  }
  return bytes
}

function torn(before: Buffer, event: Extract<FileEvent, {kind: 'write'}>, chance: () => number): Buffer {
  let bytes = before
  for (let at = 0; at < event.bytes.length; at += sector) {
    const part = event.bytes.subarray(at, at + sector)
    const fate = chance()
    if (fate < 0.34) continue
    const written = fate < 0.67 ? part : Buffer.alloc(part.length)
    bytes = changed(bytes, {...event, offset: event.offset + at, bytes: Buffer.from(written)})
  }
  return bytes
}
