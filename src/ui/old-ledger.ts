/** A ledger that another is to continue: read where it lies, verified, and never changed. */
import {existsSync, statSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, rosterDocument} from '../custody/index.ts'
import {
  jsonBlob,
  Private,
  verifyLedger,
  type AnyFold,
  type DraftObject,
  type StateDir,
} from '../ledger/index.ts'

/** What is noticed of the folder, not of the ledger: an old copy may lie anywhere. */
const ofTheFolder = ['permissions']

export interface Reading {
  readonly state: StateDir
  readonly folds: readonly AnyFold[]
  readonly reason: string
  /** Whether a ledger that does not verify is continued all the same. */
  readonly damaged: boolean
  readonly say: (line: string) => void
}

/**
 * What the first entry of the new ledger says of the old one.
 * @param path - its home, or its `ledger.db`.
 * @throws KeyriteError `LEDGER_NOT_FOUND`, `LEDGER_TAMPERED` if it does not verify, `NOT_PERMITTED` for that of a rehearsal.
 */
export function continues(path: string, {state, folds, reason, damaged, say}: Reading): DraftObject {
  const home = homeOf(path)
  const {problems, facts, note, view} = verifyLedger({home, state, folds, pins: []})
  const wrong = problems.filter(({rule}) => !ofTheFolder.includes(rule))
  const [first] = wrong
  if (first !== undefined) {
    if (!damaged || facts === null)
      throw new KeyriteError(
        'LEDGER_TAMPERED',
        `cannot continue "${path}": ${first.message} (${first.rule})`,
        {
          hints: [
            `keyrite --home ${home} ledger verify`,
            'a good copy of it; or --although-damaged, where there is none',
          ],
        },
      )
    say(`Warning: the old ledger does not verify (${wrong.length} problems, the first: ${first.message}).`)
  }
  if (facts === null || note === null || view === null)
    throw new KeyriteError('LEDGER_TAMPERED', `cannot continue "${path}": it has no last checkpoint`, {
      hints: [`keyrite --home ${home} ledger verify`],
    })
  if (facts.rehearsal)
    throw new KeyriteError('NOT_PERMITTED', `cannot continue "${path}": it is the ledger of a rehearsal`, {
      hints: ['--continues HOME, the folder of a real ledger'],
    })
  return {
    checkpoint: note,
    fingerprint: facts.fingerprint,
    reason: new Private(reason),
    roster: jsonBlob(rosterDocument(view.of(custodyFold).roster.values())),
  }
}

function homeOf(path: string): string {
  const found = statSync(path, {throwIfNoEntry: false})
  const home =
    found?.isFile() === true && basename(path) === 'ledger.db' ? dirname(resolve(path)) : resolve(path)
  if (existsSync(join(home, 'ledger.db'))) return home
  throw new KeyriteError('LEDGER_NOT_FOUND', `cannot continue "${path}": there is no ledger.db`, {
    hints: [
      '--continues HOME, the folder of the old ledger or a copy of it: an export does not hold its people',
    ],
  })
}
