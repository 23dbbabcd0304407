/**
 * Every failure that an operator can act on: its code, and the exit status that scripts may rely on.
 *
 * One line a code. Codes are never reused or renumbered; `docs/errors.md` is compared with this table by a test.
 * 1 bug · 2 usage · 3 not confirmed · 4 not found · 5 wrong state · 6 integrity · 7 provider failed · 8 policy ·
 * 9 stopped half-way · 10 findings · 11 credentials refused · 12 storage · 127 unknown command · 130 cancelled
 */
export const exitOf = {
  BUG: 1,
  USAGE: 2,
  TEMPLATE_INVALID: 2,
  ANSWERS_INVALID: 2,
  POLICY_INVALID: 2,
  NODE_UNSUITABLE: 2,
  NOT_CONFIRMED: 3,
  NO_TERMINAL: 3,
  NOT_FOUND: 4,
  KEY_NOT_FOUND: 4,
  PERSON_NOT_FOUND: 4,
  PROFILE_NOT_FOUND: 4,
  REQUEST_NOT_FOUND: 4,
  CEREMONY_NOT_FOUND: 4,
  DUTY_NOT_FOUND: 4,
  SET_NOT_FOUND: 4,
  TEMPLATE_NOT_FOUND: 4,
  LEDGER_NOT_FOUND: 4,
  FILE_NOT_FOUND: 4,
  SSH_KEYGEN_MISSING: 4,
  NPM_MISSING: 4,
  AGENT_KEY_MISSING: 4,
  EXISTS: 5,
  KEY_STATE: 5,
  KEY_EXISTS: 5,
  ROTATION_STATE: 5,
  PERSON_STATE: 5,
  REQUEST_STATE: 5,
  CEREMONY_STATE: 5,
  DUTY_STATE: 5,
  SET_STATE: 5,
  SHARES_MISSING: 5,
  PROFILE_IN_USE: 5,
  LEDGER_NOT_WRITER: 5,
  LEDGER_NOT_FOUNDED: 5,
  CLOCK_BEHIND: 5,
  CLOCK_AHEAD: 5,
  CLOCK_AGREES: 5,
  UNSUPPORTED: 5,
  NOT_WITHHELD: 5,
  AMBIGUOUS: 9,
  LEDGER_TAMPERED: 6,
  LEDGER_BEHIND: 6,
  BUNDLE_TAMPERED: 6,
  BAD_SIGNATURE: 6,
  REPLAYED: 6,
  REQUEST_TAMPERED: 6,
  PIN_CONTRADICTED: 6,
  PIN_UNPROVEN: 6,
  TOKEN_ROLLED_BACK: 6,
  TOKEN_TAMPERED: 6,
  KEY_STILL_USABLE: 6,
  KEY_NOT_AS_PLANNED: 6,
  UNSAFE_FILE: 6,
  SHARE_BAD: 6,
  PROVIDER_FAILED: 7,
  PROVIDER_UNREACHABLE: 7,
  NETWORK: 7,
  QUORUM_MISSING: 8,
  NOT_PERMITTED: 8,
  PLAN_MOVED: 8,
  PROFILE_MOVED: 8,
  PROFILE_ENVIRONMENT: 8,
  PRODUCTION_GUARD: 8,
  POLICY_REFUSES: 8,
  KEY_HELD: 8,
  STOPPED: 9,
  HOOK_FAILED: 9,
  INDETERMINATE: 9,
  NOT_PROVEN: 9,
  FINDINGS: 10,
  CREDENTIALS_REFUSED: 11,
  STORAGE: 12,
  LOCKED: 12,
  UNKNOWN_COMMAND: 127,
  CANCELLED: 130,
} as const

export type ErrorCode = keyof typeof exitOf

/** What more an error knows. `changed` says whether anything was changed before it was thrown; by default nothing was. */
export interface ErrorFacts {
  readonly hints?: readonly string[]
  readonly changed?: boolean
  readonly cause?: unknown
}

/** A failure the operator can act on. Anything else that is thrown is a bug in keyrite. */
export class KeyriteError extends Error {
  readonly code: ErrorCode
  /** What to type next, most useful first: whole command lines, or a short sentence. */
  readonly hints: readonly string[]
  readonly changed: boolean

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : {cause: facts.cause})
    this.name = 'KeyriteError'
    this.code = code
    this.hints = facts.hints ?? []
    this.changed = facts.changed ?? false
  }

  get exit(): number {
    return exitOf[this.code]
  }
}
