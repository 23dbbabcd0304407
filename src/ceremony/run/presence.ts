/** Check-in: everybody who can signs that they are here. Of all others it is stated. */
import {custodyFold, signStatement, type Person, type Signer} from '../../custody/index.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import {unsignedPresence} from '../state.ts'

/** Asks those of these people who have not signed yet, once each. */
export async function checkIn(context: RunContext, people: readonly string[]): Promise<void> {
  const {app, room} = context
  const {roster} = app.ledger.of(custodyFold)
  const asked = unsignedPresence(ceremonyOf(context))
    .filter((id) => people.includes(id))
    .flatMap((id) => roster.get(id) ?? [])
  if (asked.length === 0) return
  room.say([
    'Check-in: each participant signs that they are here. The presence of whoever does not sign is only stated.',
  ])
  for (const person of asked) {
    const signer = await room.signer(person, 'their presence')
    if (signer !== null) await signPresence(context, person, signer)
    room.say([
      `${person.name ?? person.id}: ${signer === null ? 'presence stated, not signed' : 'present, signature verified'}.`,
    ])
  }
}

async function signPresence({app, id}: RunContext, person: Person, signer: Signer): Promise<void> {
  const {ledger} = app
  const signed = await signStatement(person, signer, {
    use: 'presence',
    decision: 'attest',
    about: ceremonyOf({app, id}).opened.leaf,
    planSha256: null,
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'participant.present',
      actor: {person: person.id, evidence: 'signed'},
      ceremony: id,
      data: {signature: signed.signature, statement: {...signed.statement}},
    },
  ])
}
