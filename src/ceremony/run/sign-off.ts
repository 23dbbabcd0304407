/** `sign-off`: the transcript is closed, and everyone who took part signs exactly what happened. */
import {custodyFold, nameOf, signStatement, type Person, type Roster} from '../../custody/index.ts'
import type {DraftObject, Ledger} from '../../ledger/index.ts'
import type {Signer} from '../../custody/index.ts'
import {openingDrafts} from '../../duties/index.ts'
import {dutiesOwed} from '../owed.ts'
import {transcriptRoot} from '../fold.ts'
import {schemas} from '../schemas.ts'
import {actorOf, ceremonyOf, type CeremonyApp, type RunContext} from '../run-context.ts'
import {missingSignatures, roundIsDue, unsignedPresence, type Ceremony} from '../state.ts'

/** Closes the transcript for its first round of signatures, or for the next where a deviation came after the last one. */
export async function openRound(context: Pick<RunContext, 'app' | 'id'>): Promise<void> {
  const before = ceremonyOf(context)
  if (before.signOff !== null && !roundIsDue(before)) return
  await context.app.ledger.append([
    {
      type: 'signoff.opened',
      actor: actorOf(context),
      ceremony: context.id,
      data: {
        round: (before.signOff?.round ?? 0) + 1,
        template_sha256: before.template,
        first: before.seq,
        count: before.leaves.length,
        root: transcriptRoot(before),
        keys: before.keys.map((key) => ({...key})),
        sets: [...before.sets],
        deviations: before.deviations.map(({seq}) => seq),
      },
    },
  ])
}

/** Opens the sign-off if that is not done yet, and takes the signatures that can be had now. */
export async function runSignOff(context: RunContext): Promise<DraftObject> {
  const {app, id} = context
  if (ceremonyOf(context).signOff === null) {
    // Before the transcript is closed, so that what is owed is signed too.
    const owed = openingDrafts(app.ledger, id, actorOf(context), dutiesOwed(context))
    if (owed.length > 0) await app.ledger.append(owed)
  }
  // A deviation that is said while people sign closes the transcript anew.
  do {
    await openRound(context)
    await takeSignatures(context)
  } while (roundIsDue(ceremonyOf(context)))
  const closed = ceremonyOf(context)
  return {signed: closed.participants.length, missing: missingSignatures(closed).length}
}

async function takeSignatures(context: RunContext): Promise<void> {
  const {app, room} = context
  const {roster} = app.ledger.of(custodyFold)
  const opened = ceremonyOf(context)
  // As it was closed: the entries of the sign-off itself are no part of it.
  const {count, root} = schemas['signoff.opened'].parse(
    app.ledger.view.entry(opened.signOff?.seq ?? -1)?.data,
  )
  const round = opened.signOff?.round ?? 1
  room.say([
    `The transcript is closed${round === 1 ? '' : `, round ${round}`}: ${count} entries, root ${root}. Everyone signs it.`,
    ...summary(opened, roster),
  ])
  for (const one of missingSignatures(opened)) {
    const person = roster.get(one)
    const signer = person === undefined ? null : await room.signer(person, 'the transcript')
    if (roundIsDue(ceremonyOf(context))) return
    if (person === undefined || signer === null) continue
    await signTranscript(app, opened, person, signer)
    room.say([`${person.name ?? person.id}: signed, signature verified.`])
  }
}

/** What the entries that are signed come to: nobody is to sign a number only. */
function summary(ceremony: Ceremony, roster: Roster): readonly string[] {
  const {done, keys, sets, deviations} = ceremony
  const stated = unsignedPresence(ceremony).map((id) => nameOf(roster, id))
  return [
    `Done: ${done.length} ${done.length === 1 ? 'step' : 'steps'} before this one.`,
    `Keys: ${keys.map(({key, version}) => `${key} version ${version}`).join(', ') || 'none'}.`,
    ...(sets.length === 0 ? [] : [`Sets of shares: ${sets.join(', ')}.`]),
    ...(deviations.length === 0 ? ['Deviations: none.'] : []),
    ...deviations.map(
      ({name, step, what, why}) =>
        `Deviation ${name} at step ${step}: ${what ?? 'withheld'} (${why ?? 'withheld'})`,
    ),
    ...(stated.length === 0 ? [] : [`Present by what was said, without a signature: ${stated.join(', ')}.`]),
  ]
}

/** Records one participant's signature under the transcript. */
export async function signTranscript(
  {ledger}: {readonly ledger: Ledger} | CeremonyApp,
  ceremony: Ceremony,
  person: Person,
  signer: Signer,
): Promise<void> {
  const signed = await signStatement(person, signer, {
    use: 'transcript',
    decision: 'attest',
    about: ceremony.signOff?.leaf ?? '',
    planSha256: null,
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'transcript.signed',
      actor: {person: person.id, evidence: 'signed'},
      ceremony: ceremony.id,
      data: {signature: signed.signature, statement: {...signed.statement}},
    },
  ])
}
