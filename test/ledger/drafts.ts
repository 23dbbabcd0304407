import type {Draft} from '../../src/ledger/index.ts'

export const nobody: Draft['actor'] = {person: null, evidence: 'stated'}

/** The smallest thing that any ledger takes. */
export function refused(operation = 'test', key: string | null = null): Draft {
  return {type: 'attempt.refused', data: {operation, key, code: 'USAGE'}, actor: nobody}
}
