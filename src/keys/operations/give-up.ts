/** What was begun under an ordinary approval, and has no outcome, is in no way of those who contain a key. */
import {KeyriteError} from '../../base/errors.ts'
import {requests, type ActContext} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {openIntent} from '../state.ts'

/** What ends a key opens nothing, and is finished by those who approved it. */
const endings: readonly (string | null)[] = ['destruction-scheduled', 'destroyed']

/**
 * Ends the change of state of this version that another approval began: what became of it at the place is not asked, since the
 * place is told anew. Its approval is used up; it would else be finished afterwards, and open what was shut.
 * What another approval to contain it began is left as it is: that is gone on with first, and two would give each other up.
 * @param moves - whether its state changes by containing it: then nothing else may be begun on it.
 * @throws KeyriteError `INDETERMINATE` for one of a ceremony, which only its own end gives up.
 */
export async function giveUpChange(
  {ledger, actor, approved}: ActContext,
  key: string,
  {version, moves}: {readonly version: number; readonly moves: boolean},
): Promise<void> {
  const open = openIntent(ledger.of(keysFold), 'state', key, version)
  if (open === undefined || open.approved === approved || (!moves && endings.includes(open.to))) return
  const {all, byMet} = ledger.of(requests)
  if (all.get(byMet.get(open.approved ?? -1) ?? -1)?.operation === 'incident.contain') return
  const {seq, profile, ceremony} = open
  if (ceremony !== null)
    throw new KeyriteError(
      'INDETERMINATE',
      `cannot contain version ${version} of key "${key}": entry ${seq} of ceremony ${ceremony.slice(0, 8)} began to change it, and has no outcome yet`,
      {hints: [`keyrite ceremony abort ${ceremony.slice(0, 8)} --reason R, then the same command again`]},
    )
  await ledger.append([
    {
      type: 'key.state.failed',
      actor,
      ceremony,
      approved: open.approved,
      data: {key, version, profile, intended: seq, code: 'INDETERMINATE'},
    },
  ])
}
