/**
 * A ledger that continues one whose quorum was lost: what its first entry says of the old one, and which of the old people
 * stand behind it with keys that the old roster gave them. Nothing is carried over.
 */
import {z} from 'zod'
import {parseJcs} from '../base/jcs.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {parseCheckpoint} from '../ledger/note.ts'
import {rosterSchema} from './fold.ts'
import {signedStatement} from './judge.ts'
import {parsePublicKey} from './ssh/public-key.ts'

const schema = z.strictObject({
  checkpoint: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  reason: z.strictObject({$: z.string()}),
  roster: z.strictObject({blob: z.string(), size: z.int(), type: z.literal('application/json')}),
})

export interface Continuation {
  /** The old ledger's name. */
  readonly ledger: string
  /** Leaf hash of its first entry, hex. */
  readonly fingerprint: string
  /** How many entries its last checkpoint covers. */
  readonly size: number
  /** The people who were active in the old roster: from each of their keys' fingerprints to their id there. */
  readonly keys: ReadonlyMap<string, string>
  readonly people: number
  /** Those of them who signed the founding of this ledger with one of these keys. */
  readonly by: ReadonlySet<string>
}

/** Null where the ledger continues none. */
export const continuationFold: Fold<Continuation | null> = {
  name: 'continuation',
  types: ['ledger.opened', 'founder.signed'],
  initial: () => null,

  check(view: View, entry: Entry): readonly Problem[] {
    if (entry.type !== 'ledger.opened') return []
    try {
      read(view, entry)
      return []
    } catch (error) {
      if (error instanceof TypeError)
        return [problem('founding', entry, `what it continues is not of its form: ${error.message}`)]
      throw error
    }
  },

  apply(view: View, entry: Entry): Continuation | null {
    if (entry.type === 'ledger.opened') return read(view, entry)
    const state = view.of(continuationFold)
    const person = state?.keys.get(signedStatement(entry.data).statement.key)
    return state === null || person === undefined ? state : {...state, by: new Set([...state.by, person])}
  },
}

/** @throws TypeError. */
function read(view: View, {data}: Entry): Continuation | null {
  if (data['continues'] === null) return null
  if (data['rehearsal'] !== undefined) throw new TypeError('a rehearsal continues nothing')
  const parsed = schema.safeParse(data['continues'])
  if (!parsed.success) throw new TypeError(parsed.error.issues[0]?.path.join('.') ?? '')
  const {origin, size} = parseCheckpoint(parsed.data.checkpoint)
  const roster = rosterSchema.safeParse(parseJcs(view.blob(parsed.data.roster.blob)))
  if (!roster.success) throw new TypeError('the old roster')
  const active = roster.data.people.filter(({state}) => state === 'active')
  return {
    ledger: origin,
    fingerprint: parsed.data.fingerprint,
    size,
    keys: new Map(active.flatMap(({id, keys}) => keys.map(({key}) => [parsePublicKey(key).fingerprint, id]))),
    people: active.length,
    by: new Set(),
  }
}

/** What is said of it wherever facts of the ledger are shown; null where it continues none. */
export function continuationInWords(state: Continuation | null): string | null {
  if (state === null) return null
  return `continues ledger ${state.ledger} (fingerprint ${state.fingerprint}, ${state.size} entries): ${state.by.size} of ${state.people} of the old custodians continue this ledger`
}

/** The same for JSON documents. */
export function continuationDocument(state: Continuation | null): {
  readonly ledger: string
  readonly fingerprint: string
  readonly size: number
  readonly by: number
  readonly of: number
} | null {
  if (state === null) return null
  const {ledger, fingerprint, size, by, people} = state
  return {ledger, fingerprint, size, by: by.size, of: people}
}
