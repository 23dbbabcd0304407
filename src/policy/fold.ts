/** Replays the policy: the one that the first entry brought, and those adopted since. */
import {KeyriteError} from '../base/errors.ts'
import {jcs, parseJcs, type Json} from '../base/jcs.ts'
import {isBlobRef, problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {parsePolicy, type Policy} from './document.ts'
import {soloPolicy} from './default.ts'
import {isSolo} from './rules/solo.ts'

export interface Adopted {
  readonly policy: Policy
  /** SHA-256 of the document, hex: the blob's name. */
  readonly sha256: string
  /** The entry that set it: what an act cites that needs nobody. */
  readonly seq: number
}

const none: Adopted = {policy: soloPolicy, sha256: '', seq: -1}

export const policyFold: Fold<Adopted> = {
  name: 'policy',
  types: ['ledger.opened', 'policy.adopted'],
  initial: () => none,

  check(view: View, entry: Entry): readonly Problem[] {
    if (entry.type === 'policy.adopted' && Object.keys(entry.data).join() !== 'policy')
      return [problem('policy', entry, 'data is not of its form')]
    try {
      read(view, entry)
      return []
    } catch (error) {
      if (error instanceof KeyriteError) return [problem('policy', entry, error.message)]
      throw error
    }
  },

  apply(view: View, entry: Entry): Adopted {
    return read(view, entry)
  },

  /** For lists that are made without a replay: whether one person decides alone. */
  *table({policy, seq}): Generator<readonly [string, Json]> {
    if (seq >= 0 && isSolo(policy)) yield ['alone', {name: policy.name}]
  },
}

function read(view: View, entry: Entry): Adopted {
  const reference = entry.data['policy']
  if (!isBlobRef(reference) || reference.type !== 'application/json')
    throw new TypeError('the policy is not a blob of JSON')
  const value = parseJcs(view.blob(reference.blob))
  const policy = readPolicy(value)
  return {policy, sha256: reference.blob, seq: entry.seq}
}

/** A policy as a ledger holds it: of its form, with nothing left to be filled in. @throws TypeError, KeyriteError `POLICY_INVALID`. */
export function readPolicy(value: Json): Policy {
  const policy = parsePolicy(value)
  if (jcs(policy) !== jcs(value)) throw new TypeError('the policy is not as it would be written')
  return policy
}
