/** Which entries a bundle holds: those of the ceremony, those on people, policy, profiles, writer and clock, and all that these rest on. */
import {isObject, type Json} from '../../base/jcs.ts'
import type {Entry} from '../../ledger/index.ts'

const always =
  /^(?:ledger\.(?:opened|restored)|(?:founder|possession)\.signed|openings\.erased|(?:clock|custodian|policy|profile|writer)\..+)$/

/** @returns seqs, ascending. docs/bundle-format.md, "Which entries". */
export function closure(entries: readonly Entry[], ceremony: string): readonly number[] {
  const index = new Index(entries)
  const found = new Set<number>()
  const open = entries.filter((one) => one.seq === 0 || always.test(one.type) || one.ceremony === ceremony)
  const keys = new Set(open.filter((one) => one.ceremony === ceremony).flatMap(keyOf))
  open.push(...[...keys].flatMap((key) => index.byKey.get(key) ?? []))
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (found.has(entry.seq)) continue
    found.add(entry.seq)
    open.push(...index.restsOn(entry))
  }
  return [...found].sort((a, b) => a - b)
}

/** The key that an entry is about. */
export function keyOf({type, data}: Entry): readonly string[] {
  const key = data['key']
  return /^(?:key|certificate|rotation)\./.test(type) && typeof key === 'string' ? [key] : []
}

class Index {
  readonly byKey: ReadonlyMap<string, readonly Entry[]>
  readonly #bySeq: ReadonlyMap<number, Entry>
  readonly #byLeaf: ReadonlyMap<string, Entry>
  /** Answers and proposals, by the leaf of what they are about. */
  readonly #about: ReadonlyMap<string, readonly Entry[]>
  readonly #openedBy: ReadonlyMap<string, readonly Entry[]>
  /** Everything on a set of shares, by its id. */
  readonly #sets: ReadonlyMap<string, readonly Entry[]>
  /** By the seq of the question. */
  readonly #withdrawn: ReadonlyMap<string, readonly Entry[]>

  constructor(entries: readonly Entry[]) {
    this.#bySeq = new Map(entries.map((one) => [one.seq, one]))
    this.#byLeaf = new Map(entries.map((one) => [one.leaf, one]))
    this.byKey = grouped(entries, keyOf)
    const answers = entries.filter(({type}) => type === 'approval.given' || type === 'proposal.signed')
    this.#about = grouped(answers, (one) => [aboutOf(one) ?? ''])
    this.#sets = grouped(
      entries.filter(({type}) => type.startsWith('shares.')),
      setOf,
    )
    this.#withdrawn = grouped(
      entries.filter(({type}) => type === 'quorum.withdrawn'),
      ({data}) => (typeof data['opened'] === 'number' ? [String(data['opened'])] : []),
    )
    this.#openedBy = grouped(
      entries.filter(({type}) => type === 'ceremony.opened'),
      (one) => [one.ceremony ?? ''],
    )
  }

  /** What an entry names, and the answers to a question, or its withdrawal. */
  restsOn(entry: Entry): readonly Entry[] {
    const {approved, ceremony, data, leaf, seq: own, type} = entry
    const cited = type === 'quorum.met' ? [data['opened'], ...list(data['approvals'])] : []
    const named = [approved, ...cited].flatMap((seq) =>
      typeof seq === 'number' ? (this.#bySeq.get(seq) ?? []) : [],
    )
    return [
      ...named,
      ...(this.#byLeaf.has(aboutOf(entry) ?? '') ? [this.#byLeaf.get(aboutOf(entry) ?? '')] : []),
      ...(type === 'quorum.opened' ? (this.#about.get(leaf) ?? []) : []),
      ...(type === 'quorum.opened' ? (this.#withdrawn.get(String(own)) ?? []) : []),
      ...(type.startsWith('shares.') ? setOf(entry).flatMap((set) => this.#sets.get(set) ?? []) : []),
      ...(ceremony === null ? [] : (this.#openedBy.get(ceremony) ?? [])),
    ].filter((one) => one !== undefined)
  }
}

/** The set of shares that an entry is about. */
function setOf({data}: Entry): readonly string[] {
  return [data['set'], data['replaces']].filter((one) => typeof one === 'string')
}

/** The leaf that the statement in an entry is about. */
function aboutOf({data}: Entry): string | undefined {
  const statement = data['statement']
  const about = isObject(statement) ? statement['about'] : undefined
  return typeof about === 'string' ? about : undefined
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function grouped(
  entries: readonly Entry[],
  by: (entry: Entry) => readonly string[],
): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    for (const name of by(entry)) {
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [entry])
      else group.push(entry)
    }
  }
  return groups
}
