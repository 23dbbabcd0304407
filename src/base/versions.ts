/**
 * Maps that are never changed: each change gives the next version, in constant time, and those before stay as they were.
 * So a fold's state costs an entry only what the entry changes, however much is in it, and what was refused leaves no trace.
 * (One Map is shared by all versions; each but the newest holds how it differs from the next. H. Baker, "Shallow binding
 * makes functional arrays fast", 1991.)
 */

/** What leads from a version to the next: the one member that differs, as it was before. */
interface Step<K, V> {
  readonly next: Versions<K, V>
  readonly key: K
  readonly had: boolean
  readonly before: V | undefined
}

/** In the order of a Map. Only the newest version holds the members; an older one knows what has changed since. */
export class Versions<K, V> implements ReadonlyMap<K, V> {
  #newest: Map<K, V> | undefined
  #step: Step<K, V> | undefined
  #size = 0

  /** @param members - a Map is taken over as it is: nobody else changes it. */
  constructor(members: Iterable<readonly [K, V]> = []) {
    this.#newest = members instanceof Map ? (members as Map<K, V>) : new Map(members)
  }

  /** The next version, with this member. */
  with(key: K, value: V): Versions<K, V> {
    return this.#change(key, (members) => members.set(key, value))
  }

  /** The next version, without this member. */
  without(key: K): Versions<K, V> {
    return this.has(key) ? this.#change(key, (members) => members.delete(key)) : this
  }

  #change(key: K, change: (members: Map<K, V>) => void): Versions<K, V> {
    const members = this.#newest ?? this.#renewed()
    const next = new Versions<K, V>(members)
    this.#size = members.size
    this.#step = {next, key, had: members.has(key), before: members.get(key)}
    this.#newest = undefined
    change(members)
    return next
  }

  /** Goes back: this version becomes the newest, and those after it know what they had otherwise. */
  #renewed(): Map<K, V> {
    const line: Versions<K, V>[] = []
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- it walks from this version on
    let newest: Versions<K, V> = this
    for (; newest.#newest === undefined; newest = newest.#taken.next) line.push(newest)
    const members = newest.#newest
    for (const version of line.reverse()) {
      const {next, key, had, before} = version.#taken
      next.#newest = undefined
      next.#size = members.size
      next.#step = {next: version, key, had: members.has(key), before: members.get(key)}
      if (had) members.set(key, before as V)
      else members.delete(key)
      version.#newest = members
      version.#step = undefined
    }
    return members
  }

  get(key: K): V | undefined {
    const found = this.#find(key)
    return found instanceof Map ? found.get(key) : found.before
  }

  has(key: K): boolean {
    const found = this.#find(key)
    return found instanceof Map ? found.has(key) : found.had
  }

  /** The first change of this member since, or else the members as they are now. */
  #find(key: K): Map<K, V> | Step<K, V> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- it walks from this version on
    let version: Versions<K, V> = this
    for (;;) {
      if (version.#newest !== undefined) return version.#newest
      const step = version.#taken
      if (step.key === key) return step
      version = step.next
    }
  }

  get #taken(): Step<K, V> {
    if (this.#step === undefined) throw new TypeError('a version is the newest or has a next one')
    return this.#step
  }

  get size(): number {
    return this.#newest?.size ?? this.#size
  }

  /** The keys of what differs between a version before and this one; undefined if none leads to the other. */
  changedSince(before: Versions<K, V>): ReadonlySet<K> | undefined {
    const changed = new Set<K>()
    let version = before
    while (version !== this) {
      if (version.#step === undefined) return undefined
      changed.add(version.#step.key)
      version = version.#step.next
    }
    return changed
  }

  /** The members of this version: those that there are if it is the newest, else a copy. */
  get #members(): ReadonlyMap<K, V> {
    if (this.#newest !== undefined) return this.#newest
    const steps: Step<K, V>[] = []
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- it walks from this version on
    let version: Versions<K, V> = this
    while (version.#newest === undefined) {
      steps.push(version.#taken)
      version = version.#taken.next
    }
    const members = new Map(version.#newest)
    for (const {key, had, before} of steps.reverse()) {
      if (had) members.set(key, before as V)
      else members.delete(key)
    }
    return members
  }

  keys(): MapIterator<K> {
    return this.#members.keys()
  }

  values(): MapIterator<V> {
    return this.#members.values()
  }

  entries(): MapIterator<[K, V]> {
    return this.#members.entries()
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#members.entries()
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.#members) call(value, key, this)
  }
}
