/** `shares.receive`, `share.check`: holders show their shares one after another, and sign for them. Nothing is put together. */
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, type Person} from '../../custody/index.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {
  demandRecovers,
  drillOfQuarter,
  findSet,
  giveReceipt,
  missingIn,
  openDrillOf,
  settleDrill,
  sharesFold,
  type Drill,
  type Holder,
  type ShareSet,
} from '../../shares/index.ts'
import type {ShareCheckStep, SharesReceiveStep} from '../step.ts'
import {actorOf, ceremonyOf, type RunContext} from '../run-context.ts'
import {everyone} from '../state.ts'
import {sharesOf} from './approved.ts'

export async function runSharesReceive(context: RunContext, step: SharesReceiveStep): Promise<DraftObject> {
  const id = ceremonyOf(context).done.find((one) => one.step === step.of)?.result['set']
  const set = setOf(context, typeof id === 'string' ? id : '')
  await takeReceipts(
    context,
    step.id,
    set,
    set.holders.filter(({receipt}) => receipt === null),
  )
  const now = setOf(context, set.set)
  const missing = now.holders.filter(({receipt}) => receipt === null)
  return saidOf(context, now, missing, {})
}

export async function runShareCheck(context: RunContext, step: ShareCheckStep): Promise<DraftObject> {
  const {ledger} = context.app
  const set = demandRecovers(findSet(ledger, step.set))
  const drill = await drillNow(context, set)
  context.room.say([
    `The drill of entry ${drill.seq}, until ${drill.until.slice(0, 10)}; the next is due on ${drill.next.slice(0, 10)}.`,
  ])
  await takeReceipts(context, step.id, set, missingIn(drill, set))
  const now = ledger.of(sharesFold).drills.get(drill.seq) ?? drill
  return saidOf(context, set, missingIn(now, set), {drill: drill.seq, next: drill.next})
}

/** The drill of this quarter: one that was opened beforehand, and perhaps answered, or one that is opened now. */
async function drillNow(context: RunContext, set: ShareSet): Promise<Drill> {
  const {ledger} = context.app
  const {person, evidence} = actorOf(context)
  if (person === null) throw new TypeError('somebody takes part')
  const standing = drillOfQuarter(ledger, set)
  if (standing === undefined)
    return openDrillOf(ledger, set, {actor: {person, evidence}, ceremony: context.id})
  await settleDrill(ledger, set, standing, person)
  return standing
}

/** One holder at a time, of those who take part; whoever does not have theirs here answers later, from wherever they are. */
async function takeReceipts(
  context: RunContext,
  step: string,
  set: ShareSet,
  holders: readonly Holder[],
): Promise<void> {
  const {app, room, id} = context
  const {roster} = app.ledger.of(custodyFold)
  const here = everyone(ceremonyOf(context))
  for (const holder of holders) {
    const person = roster.get(holder.person)
    if (person?.state !== 'active' || !here.includes(person.id)) continue
    const share = await sharesOf(context).own({room, id, step}, set, holder, person)
    if (share === null) continue
    try {
      const signer = await room.signer(person, `their receipt for share ${holder.index}`)
      if (signer === null) continue
      await giveReceipt(app.ledger, set, share, {signer: async () => signer, ceremony: id})
    } finally {
      share.raw.fill(0)
    }
    room.say([`${called(person)}: share ${holder.index} is the one that was recorded; signed.`])
  }
}

function saidOf(
  {app, room}: RunContext,
  set: ShareSet,
  missing: readonly Holder[],
  more: DraftObject,
): DraftObject {
  const {roster} = app.ledger.of(custodyFold)
  const names = missing.map(({person}) => roster.get(person)?.name ?? person)
  room.say(
    missing.length === 0
      ? [`Everybody who holds a share of set "${set.name}" has signed for it.`]
      : [
          `Still missing: ${names.join(', ')}.`,
          `They sign later: keyrite share receive ${set.name} FILE --sign-with PERSON=KEY`,
        ],
  )
  return {
    set: set.set,
    name: set.name,
    ...{received: set.holders.length - missing.length, missing: missing.map(({person}) => person)},
    ...more,
  }
}

function setOf({app}: RunContext, id: string): ShareSet {
  const set = app.ledger.of(sharesFold).sets.get(id)
  if (set !== undefined) return set
  throw new KeyriteError('SET_NOT_FOUND', 'cannot find the set that was split', {
    hints: ['keyrite share list'],
  })
}

function called({name, id}: Person): string {
  return name ?? id
}
