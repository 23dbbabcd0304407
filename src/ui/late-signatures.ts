/** Signatures under a transcript that was closed before: by `ceremony sign`, and by a deviation that asks everybody again. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {openRound, signTranscript} from '../ceremony/run/sign-off.ts'
import {everyone, missingSignatures, statusOfCeremony} from '../ceremony/state.ts'
import {custodyFold, findPerson} from '../custody/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {called} from './actor.ts'
import {ceremonyApp, findCeremony, roomOf} from './ceremony.ts'
import {signers} from './flags.ts'
import {signerAt} from './gather.ts'

export interface LateManner {
  readonly signWith: readonly string[] | undefined
  readonly say: (line: string) => void
}

/**
 * Opens the round that a deviation asks for, if that is not done; takes the signatures that are given, or asks for them.
 * @throws KeyriteError `CEREMONY_STATE`, `NOT_PERMITTED`, `PERSON_NOT_FOUND`.
 */
export async function takeLate(app: App, id: string, {signWith, say}: LateManner): Promise<void> {
  const {signOff, profile} = findCeremony(app, id)
  if (signOff !== null) await openRound({app: ceremonyApp(app), id})
  if (signWith === undefined && app.world.ask.interactive) await askEach(app, id, say)
  const {roster} = app.ledger.of(custodyFold)
  const test = app.ledger.of(profilesFold).profiles.get(profile ?? '')?.environment === 'test'
  for (const {person: typed, path} of signers(signWith)) {
    const ceremony = findCeremony(app, id)
    const person = findPerson(roster, typed)
    const hints = [`keyrite ceremony show ${id.slice(0, 8)}`]
    const status = statusOfCeremony(ceremony)
    if (status !== 'waiting-for-signatures')
      throw new KeyriteError('CEREMONY_STATE', `cannot sign ceremony ${id.slice(0, 8)}: it is ${status}`, {
        hints,
      })
    if (!missingSignatures(ceremony).includes(person.id)) {
      const fact = everyone(ceremony).includes(person.id)
        ? 'they have signed already'
        : 'they took no part in it'
      throw new KeyriteError('NOT_PERMITTED', `cannot take the signature of ${called(person)}: ${fact}`, {
        hints,
      })
    }
    await signTranscript(app, ceremony, person, await signerAt(app, path, test))
    say(`${called(person)}: signed, signature verified.`)
  }
}

/** Each person whose signature is missing, in turn. */
async function askEach(app: App, id: string, say: (line: string) => void): Promise<void> {
  const ceremony = findCeremony(app, id)
  const {signal} = new AbortController()
  const room = roomOf(app, {answers: null, signWith: undefined, profile: ceremony.profile, say, signal})
  for (const one of ceremony.signOff === null ? [] : missingSignatures(ceremony)) {
    const person = app.ledger.of(custodyFold).roster.get(one)
    const signer = person === undefined ? null : await room.signer(person, 'the transcript')
    if (person === undefined || signer === null) continue
    await signTranscript(app, findCeremony(app, id), person, signer)
    say(`${called(person)}: signed, signature verified.`)
  }
}
