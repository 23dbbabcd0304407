/** `shares.split`: commitments first, and then each share to its holder. K dies with the process: what is broken off is void, and people sign anew. */
import type {DraftObject} from '../../ledger/index.ts'
import {apply, type Request} from '../../requests/index.ts'
import {
  oweFirstDrill,
  parseSplit,
  sharesFold,
  statusOfSet,
  type Hands,
  type ShareSet,
} from '../../shares/index.ts'
import type {SharesSplitStep} from '../step.ts'
import {actContext, type RunContext} from '../run-context.ts'
import {approvedOf, quorumFor, sharesOf} from './approved.ts'
import {approveAnew} from './quorum.ts'

export async function runSharesSplit(context: RunContext, step: SharesSplitStep): Promise<DraftObject> {
  let request = approvedOf(context, 'share.split', 'name', step.set)
  for (;;) {
    const before = await standing(context, request)
    if (before === undefined) await split(context, step, request)
    else if (before.void === null) break
    else request = await anew(context, step)
  }
  const set = setBy(context, request)
  if (set === undefined) throw new TypeError('what was applied is recorded')
  context.room.say([
    `Set "${set.name}" (${set.set}): ${set.holders.length} shares, any ${set.threshold} recover.`,
    `What each must be stands in entry ${set.seq}. Check value ${set.kcv}.`,
  ])
  const {person} = actContext(context).actor
  if (person !== null) await oweFirstDrill(context.app.ledger, set, person)
  const {name, seq, threshold, holders, kcv} = set
  return {set: set.set, name, entry: seq, threshold, holders: holders.length, kcv}
}

/** The set of this approval; one that broke off before all shares were given out is made void first. */
async function standing(context: RunContext, request: Request): Promise<ShareSet | undefined> {
  const found = setBy(context, request)
  if (found === undefined || statusOfSet(found) !== 'unfinished') return found
  const {ledger} = context.app
  const {actor, ceremony} = actContext(context)
  await ledger.append([{type: 'shares.void', actor, ceremony, data: {set: found.set, reason: 'broken-off'}}])
  return setBy(context, request)
}

async function anew(context: RunContext, step: SharesSplitStep): Promise<Request> {
  context.room.say([
    `Set "${step.set}" is void: it was broken off before every share was given out, and its key is gone.`,
    'Whatever was given out of it opens nothing: destroy it. It is split anew, for which people sign anew.',
  ])
  return approveAnew(context, quorumFor(context, step))
}

async function split(context: RunContext, step: SharesSplitStep, request: Request): Promise<void> {
  const {app, room, id} = context
  const {what, holders} = parseSplit(request.plan.change)
  const given = await sharesOf(context).toSplit(
    {room, id, step: step.id},
    {
      brought: what.kind === 'secret',
      files: holders.some(({delivery}) => delivery === 'sealed' || delivery === 'passphrase'),
      screens: holders.some(({delivery}) => delivery === 'screen'),
      cards: holders.some(({delivery, to}) => delivery === 'card' && to === 'folder'),
    },
  )
  const hands: Hands = {...given, collect: nothing, take: nothing}
  await apply({...actContext(context), ...{hands}}, app.operations, request, ['split'])
}

function nothing(): Promise<never> {
  throw new TypeError('nothing is recovered here')
}

/** The newest set under this approval: there is one at most. */
function setBy({app}: RunContext, request: Request): ShareSet | undefined {
  return [...app.ledger.of(sharesFold).sets.values()].find(({approved}) => approved === request.met)
}
