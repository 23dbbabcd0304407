/** The demo's escrow: a made-up secret is split among five people, and three of them recover it. */
import type {App} from '../app.ts'
import {sameBytes} from '../base/bytes.ts'
import {Secret} from '../base/secret.ts'
import {custodyFold, findPerson, type Person} from '../custody/index.ts'
import {answer, apply, meet, openRequest, type Request} from '../requests/index.ts'
import type {Planned} from '../keys/index.ts'
import type {Player} from '../rehearsal/players.ts'
import {
  planCombine,
  planSplit,
  shareInRows,
  sharesFold,
  type Hands,
  type Share,
  type ShareSet,
} from '../shares/index.ts'
import {contextFor} from '../ui/gather.ts'

const holders = ['alice', 'bob', 'carol', 'dave', 'erin'] as const
/** Not the first three, which would prove less. */
const whoRecover = [2, 4, 5]
const setName = 'demo-escrow'

/** @returns the set, as the ledger has it. @throws TypeError if what is recovered is another secret. */
export async function runDemoEscrow(
  app: App,
  people: readonly Player[],
  say: (line: string) => void,
): Promise<ShareSet> {
  const {roster} = app.ledger.of(custodyFold)
  const secret = Buffer.from(app.world.random.bytes(32))
  const held: Share[] = []
  let recovered: Uint8Array = new Uint8Array()
  const hands: Hands = {
    secret: async () => new Secret(Uint8Array.from(secret)),
    // In earnest each goes to its holder alone: sealed to their age recipient, as a card, or once on the screen.
    give: async ({holder, dealer}) => {
      held.push(shareInRows(await dealer.rows(holder.index)))
      return holder.person
    },
    collect: async () => held.filter(({index}) => whoRecover.includes(index)),
    take: async (given) => {
      recovered = given.consume((bytes) => Uint8Array.from(bytes))
    },
  }
  const persons = holders.map((handle) => findPerson(roster, handle))
  const split = planSplit(app.ledger.view, {
    name: setName,
    key: null,
    threshold: whoRecover.length,
    holders: persons.map((person) => ({person, otherwise: 'screen'})),
    replaces: null,
  })
  await carryOut(app, split, people, hands)
  const set = setNamed(app)
  say(
    `Set "${set.name}": ${set.holders.length} shares, any ${set.threshold} recover; each committed to in entry ${set.seq}.`,
  )
  await carryOut(app, planCombine(app.ledger.view, set, null), people, hands)
  const same = sameBytes(recovered, secret)
  for (const bytes of [recovered, secret]) bytes.fill(0)
  if (!same) throw new TypeError('what was recovered is not what was split')
  say(`Shares ${whoRecover.join(', ')} and three signatures recovered it: the same 32 bytes.`)
  return setNamed(app)
}

/** Approved by as many as the policy asks for, and done. */
async function carryOut(
  app: App,
  {plan, names}: Planned,
  people: readonly Player[],
  hands: Hands,
): Promise<void> {
  const {roster} = app.ledger.of(custodyFold)
  const context = {...contextFor(app, findPerson(roster, 'frank')), hands}
  let request: Request = await openRequest(context, {plan, names, reason: null, ticket: 'DEMO-1', only: null})
  for (const {person, signer} of signersOf(people, roster).slice(0, request.needs.people))
    request = await answer(context, request, {person, signer, decision: 'approve', reason: null})
  await apply(context, app.operations, await meet(context, request))
}

function signersOf(people: readonly Player[], roster: ReadonlyMap<string, Person>) {
  return people
    .filter(({handle}) => (holders as readonly string[]).includes(handle))
    .map(({handle, signer}) => ({person: findPerson(roster, handle), signer}))
}

function setNamed(app: App): ShareSet {
  const set = [...app.ledger.of(sharesFold).sets.values()].find(({name}) => name === setName)
  if (set === undefined) throw new TypeError('it was recorded')
  return set
}
