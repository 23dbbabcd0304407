/** What lint finds in a policy file, and where. */
import type {Roster} from '../custody/index.ts'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {isSolo, lintPolicy, type Policy, type PolicyFinding} from '../policy/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {readPolicyFile, type PolicyFile} from './policy-file.ts'

export interface Finding {
  readonly rule: string
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
  /** Such a policy is not adopted at all. */
  readonly blocking: boolean
  readonly waived: boolean
}

/** In the order of the file. @throws KeyriteError as `readPolicyFile`. */
export function lintFile(path: string, roster: Roster | null): readonly Finding[] {
  const file = readPolicyFile(path)
  return lintPolicy(file.policy, roster)
    .map((one) => placed(file, one))
    .sort((a, b) => a.line - b.line || a.column - b.column)
}

function placed({positions}: PolicyFile, {rule, message, path, blocking}: PolicyFinding): Finding {
  const {line, column} = positions.at(path)
  return {rule, line, column, message, blocking, waived: false}
}

/** @throws KeyriteError `PRODUCTION_GUARD` where one person would decide alone over a production profile that stands. */
export function demandSafe({ledger}: Pick<App, 'ledger'>, policy: Policy): void {
  const production = [...ledger.of(profilesFold).profiles.values()].find(
    ({environment}) => environment === 'production',
  )
  if (production === undefined || !isSolo(policy)) return
  throw new KeyriteError(
    'PRODUCTION_GUARD',
    `cannot adopt policy "${policy.name}": by it one person decides alone, and profile "${production.name}" is production`,
    {hints: ['keyrite policy lint FILE', 'keyrite profile list']},
  )
}
