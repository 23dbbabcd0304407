/**
 * What the contract suite saw of a provider: each operation of the ports, by algorithm where it has one, that worked or was
 * refused as not to be had. Kept beside this file, one file for each software; `npm run docs` makes docs/providers.md of them.
 *
 *   SLOW=1 KEYRITE_SEEN=write npm test -- test/providers && npm run docs
 *
 * `KEYRITE_SEEN=add` adds what a part of the suite saw, as one chosen by `-t`.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../../src/base/errors.ts'
import type {Provider} from '../../src/providers/ports.ts'

export interface Seen {
  readonly kind: string
  /** Name and version; a stand-in is called so. */
  readonly on: string
  /** By operation, such as `use.sign`: the algorithms for which it worked, or `yes` where it is about no algorithm. */
  readonly worked: Readonly<Record<string, readonly string[]>>
  /** The same, where it was refused with UNSUPPORTED and never worked. */
  readonly refused: Readonly<Record<string, readonly string[]>>
}

const folder = join(import.meta.dirname, 'seen')
const ports = ['store', 'use', 'life', 'move', 'evidence'] as const
/** Those that only some places have. */
const further = ['deletion', 'rights', 'grants', 'service', 'keyBackups', 'schedule'] as const
type Call = (...args: readonly unknown[]) => unknown

export class Watcher {
  readonly #algorithms = new Map<string, string>()
  readonly #worked = new Map<string, Set<string>>()
  readonly #refused = new Map<string, Set<string>>()
  readonly #watched = new WeakMap<Provider, Provider>()

  /** The same provider; what is asked of it is noted. */
  watch(provider: Provider): Provider {
    const before = this.#watched.get(provider)
    if (before !== undefined) return before
    const there = [...ports, ...further.filter((name) => provider[name] !== undefined)]
    const noted = there.map((name) => {
      const port: unknown = provider[name]
      const calls = Object.entries(port as object).map(([method, call]: [string, unknown]) => [
        method,
        typeof call !== 'function' || `${name}.${method}` === 'store.list'
          ? call
          : this.#noting(`${name}.${method}`, call as Call),
      ])
      return [name, Object.fromEntries(calls)] as const
    })
    const {random} = provider
    const drawn =
      random === undefined ? {} : {random: this.#noting('random', random as Call) as typeof random}
    const watched = {...provider, ...Object.fromEntries(noted), ...drawn}
    this.#watched.set(provider, watched)
    return watched
  }

  /** Something that is asked of no port: a place that has none for it is refused before. */
  async tried(operation: string, act: () => unknown): Promise<unknown> {
    return this.#noting(operation, act)()
  }

  #noting(operation: string, call: Call): Call {
    return async (...args) => {
      try {
        const answer = await call(...args)
        this.#note(operation, args, answer)
        return answer
      } catch (error) {
        if (error instanceof KeyriteError && error.code === 'UNSUPPORTED')
          add(this.#refused, operation, this.#about(args))
        throw error
      }
    }
  }

  #note(operation: string, args: readonly unknown[], answer: unknown): void {
    const about = this.#about(args)
    if (isRef(answer)) this.#algorithms.set(answer.key, about)
    // A signature that is not good, and a count that there is not, are no work.
    if (answer === null || (operation === 'use.verify' && answer !== true)) return
    if (operation !== 'life.setAvailability') add(this.#worked, operation, about)
    // What it enforces in truth, which may be less than was asked.
    else if (typeof answer === 'string' && answer === args[1])
      add(this.#worked, `${operation} ${answer}`, about)
  }

  /** The algorithm of the spec, the version or the key that a call is about. */
  #about([first]: readonly unknown[]): string {
    if (typeof first === 'string') return this.#algorithms.get(first) ?? 'yes'
    if (isRef(first)) return this.#algorithms.get(first.key) ?? 'yes'
    if (typeof first === 'object' && first !== null && 'algorithm' in first) return String(first.algorithm)
    return 'yes'
  }

  seen(kind: string, on: string): Seen {
    const refused = listed(this.#refused).map(([operation, all]): [string, readonly string[]] => [
      operation,
      all.filter((one) => this.#worked.get(operation)?.has(one) !== true),
    ])
    return {
      kind,
      on,
      worked: Object.fromEntries(listed(this.#worked)),
      refused: Object.fromEntries(refused.filter(([, all]) => all.length > 0)),
    }
  }
}

function isRef(value: unknown): value is {readonly key: string; readonly version: string} {
  return typeof value === 'object' && value !== null && 'key' in value && 'version' in value
}

function add(into: Map<string, Set<string>>, operation: string, about: string): void {
  into.set(operation, (into.get(operation) ?? new Set()).add(about))
}

const listed = (all: ReadonlyMap<string, ReadonlySet<string>>): [string, readonly string[]][] =>
  [...all]
    .map(([name, set]): [string, readonly string[]] => [name, [...set].sort()])
    .sort(([a], [b]) => (a < b ? -1 : 1))

export function seenFile({kind, on}: Pick<Seen, 'kind' | 'on'>): string {
  return join(folder, `${kind}-${on.toLowerCase().replace(/[^a-z0-9.]+/g, '-')}.json`)
}

/** What was kept of it; undefined where nothing was yet. */
export function keptOf(what: Pick<Seen, 'kind' | 'on'>): Seen | undefined {
  const path = seenFile(what)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Seen) : undefined
}

/** What was seen to work, and is not kept. */
export function lacking(kept: Seen | undefined, {worked}: Seen): string[] {
  return Object.entries(worked).flatMap(([operation, all]) =>
    all.filter((one) => kept?.worked[operation]?.includes(one) !== true).map((one) => `${operation} ${one}`),
  )
}

export function keep(seen: Seen): void {
  writeFileSync(seenFile(seen), `${JSON.stringify(seen, null, 1)}\n`)
}

/** What was kept, and this beside it. */
export function added(kept: Seen | undefined, seen: Seen): Seen {
  const both = (one: Seen['worked'] = {}, other: Seen['worked']): Seen['worked'] =>
    Object.fromEntries(
      [...new Set([...Object.keys(one), ...Object.keys(other)])]
        .sort()
        .map((name) => [name, [...new Set([...(one[name] ?? []), ...(other[name] ?? [])])].sort()]),
    )
  return {
    ...seen,
    worked: both(kept?.worked, seen.worked),
    refused: both(kept?.refused, seen.refused),
  }
}
