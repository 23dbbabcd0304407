/** Taking a journal into the ledger: once, as one blob and one entry, into the incident on its key, whose clock is the older one. */
import {KeyriteError} from '../../base/errors.ts'
import {keysFold} from '../../keys/index.ts'
import {Blob, type Draft} from '../../ledger/index.ts'
import type {ActContext} from '../../requests/index.ts'
import {openIncident} from '../open.ts'
import {incidents, openOn, type Incident} from '../state.ts'
import {judgeJournal} from './judge.ts'

/**
 * Opens the incident where none is, and says what takes the journal in.
 * @throws KeyriteError `BAD_SIGNATURE` if it is not what it says, `EXISTS` if it was taken in before.
 */
export async function absorbDrafts(
  context: Pick<ActContext, 'ledger' | 'random' | 'actor'>,
  bytes: Uint8Array,
): Promise<{readonly incident: Incident; readonly draft: Draft}> {
  const {ledger, actor} = context
  const {opening, stated, by} = judged(context, bytes)
  const before = [...ledger.of(incidents).all.values()].find(({journals}) =>
    journals.some(({id}) => id === opening.journal),
  )
  if (before !== undefined)
    throw new KeyriteError(
      'EXISTS',
      `cannot take in journal ${opening.journal}: incident ${before.id} has it`,
      {
        hints: [`keyrite incident show ${before.id}`],
      },
    )
  const key = ledger.of(keysFold).keys.get(opening.key)
  if (key === undefined) throw new TypeError('judged before')
  const there = openOn(ledger.of(incidents), key.name)
  if (there?.drill === true)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot take in journal ${opening.journal}: drill ${there.id} about key "${key.name}" is open`,
      {
        hints: [`keyrite incident show ${there.id}`, `keyrite incident close ${there.id}`],
      },
    )
  const incident =
    there ?? (await openIncident(context, key, {reason: opening.reason, ticket: null, order: 'contain'}))
  return {
    incident,
    draft: {
      type: 'incident.absorbed',
      data: {
        incident: incident.seq,
        key: key.name,
        profile: key.profile,
        journal: opening.journal,
        lines: new Blob(bytes, 'application/octet-stream'),
        started: opening.time,
        reason: opening.reason,
        by: [...by],
        stated,
        second: incident.journals.length > 0,
      },
      actor,
    },
  }
}

function judged({ledger}: Pick<ActContext, 'ledger'>, bytes: Uint8Array) {
  try {
    return judgeJournal(ledger.view, bytes)
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new KeyriteError('BAD_SIGNATURE', `cannot take in this journal: ${why.split('\n')[0] ?? ''}`, {
      cause: error,
      hints: ['the file as `keyrite revoke --unrecorded` wrote it'],
    })
  }
}
