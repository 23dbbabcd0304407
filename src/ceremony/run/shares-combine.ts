/** `shares.combine`: signatures and shares, both; then a key that nobody sees, or a file. */
import {KeyriteError} from '../../base/errors.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {apply, requestAt, type Request} from '../../requests/index.ts'
import {findSet, oweAfterRecovery, sharesFold, type Hands, type ShareSet} from '../../shares/index.ts'
import type {SharesCombineStep} from '../step.ts'
import {actContext, type RunContext} from '../run-context.ts'
import {approvedOf, quorumFor, sharesOf} from './approved.ts'
import {approveAnew} from './quorum.ts'

export async function runSharesCombine(context: RunContext, step: SharesCombineStep): Promise<DraftObject> {
  const {app, room} = context
  const set = findSet(app.ledger, step.set)
  let request = approvedOf(context, 'share.combine', 'set', set.set)
  if (isOver(context, request)) {
    // Recorded, and this step is not: the secret was given out, or the process ended right before.
    const there =
      step.key !== undefined || (await room.confirm(step.id, 'Is the secret in the file that was named'))
    if (!there) request = await anew(context, step)
  }
  if (!isOver(context, request)) await recover(context, step, set, request)
  const entry = recoveredBy(context, request)
  const duty = await owe(context, set, request)
  room.say([
    `Set "${set.name}" is recovered, entry ${entry}. A post-mortem is owed: ${duty}.`,
    step.key === undefined
      ? 'The secret is in the clear where it was given out: see to it.'
      : `It is key "${step.key}" version 1 in profile "${step.profile ?? ''}", and nobody saw it. It cannot be used yet.`,
  ])
  return {
    set: set.set,
    ...{name: set.name, entry, to: step.key === undefined ? 'file' : 'key'},
    ...(step.key === undefined ? {} : {key: step.key, version: 1}),
  }
}

async function recover(
  context: RunContext,
  step: SharesCombineStep,
  set: ShareSet,
  request: Request,
): Promise<void> {
  const {app, room, id} = context
  const at = {room, id, step: step.id}
  const shares = sharesOf(context)
  const take = step.key === undefined ? await shares.toTake(at) : nobody
  // Before anything is intended: a share that is not good costs no approval.
  const held = await shares.collect(at, set)
  const hands: Hands = {secret: nobody, give: nobody, collect: async () => held, take}
  await apply({...actContext(context), ...{hands}}, app.operations, request)
}

function isOver({app}: RunContext, {seq, plan}: Request): boolean {
  const {done} = requestAt(app.ledger, seq)
  return plan.phases.every(({name}) => done.has(name))
}

async function anew(context: RunContext, step: SharesCombineStep): Promise<Request> {
  context.room.say([
    'It was recorded as recovered, and was not given out. People sign anew, and shares are brought anew.',
  ])
  return approveAnew(context, quorumFor(context, step))
}

/** By those who were asked. */
function owe(context: RunContext, {set}: ShareSet, {who}: Request): Promise<string> {
  const {ledger} = context.app
  const now = ledger.of(sharesFold).sets.get(set)
  const owners = who.map(({person}) => person)
  if (now === undefined) throw new TypeError('there is such a set')
  return oweAfterRecovery(ledger, now, owners, actContext(context).actor.person ?? owners[0] ?? '')
}

/** The entry `shares.combined` under this approval. */
function recoveredBy({app: {ledger}}: RunContext, {met}: Request): number {
  const all = [...ledger.of(sharesFold).sets.values()].flatMap(({recoveries}) => recoveries)
  const found = all.find((seq) => ledger.view.entry(seq)?.approved === met)
  if (found === undefined) throw new TypeError('what was applied is recorded')
  return found
}

function nobody(): Promise<never> {
  throw new KeyriteError('UNSUPPORTED', 'cannot give this out: it goes straight into a provider')
}
