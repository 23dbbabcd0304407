/** Signatures over the outcome of a destruction, by those who approved it: given, or asked for in turn. */
import type {App} from '../app.ts'
import {certify, outcomeToSign, peopleToSign, type Outcome} from '../keys/index.ts'
import {custodyFold, findPerson, nameOf} from '../custody/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {called} from './actor.ts'
import {roomOf} from './ceremony.ts'
import type {Shown} from './command.ts'
import {signers} from './flags.ts'
import {signerAt} from './gather.ts'
import type {Print} from './print.ts'

interface Manner {
  readonly signWith: readonly string[] | undefined
  readonly say: (line: string) => void
}

/** @throws KeyriteError `KEY_STATE`, `NOT_PERMITTED`, `PERSON_NOT_FOUND`. */
export async function takeOutcome(
  app: App,
  {name, version, profile}: {readonly name: string; readonly version: number; readonly profile: string},
  {signWith, say}: Manner,
): Promise<Outcome> {
  const {ledger} = app
  const now = (): Outcome => outcomeToSign(ledger, name, version)
  const asks = signWith === undefined && app.world.ask.interactive && now().missing.length > 0
  for (const line of Buffer.from(now().text).toString('utf8').trimEnd().split('\n')) say(line)
  const {roster} = ledger.of(custodyFold)
  const test = ledger.of(profilesFold).profiles.get(profile)?.environment === 'test'
  for (const {person: typed, path} of signers(signWith)) {
    const person = findPerson(roster, typed)
    await certify(ledger, now(), person, await signerAt(app, path, test))
    say(`${called(person)}: signed, signature verified.`)
  }
  if (!asks) return now()
  const {signal} = new AbortController()
  const room = roomOf(app, {answers: null, signWith: undefined, profile, say, signal})
  for (const person of peopleToSign(ledger, now())) {
    const signer = await room.signer(person, 'what was done')
    if (signer === null) continue
    await certify(ledger, now(), person, signer)
    say(`${called(person)}: signed, signature verified.`)
  }
  return now()
}

export function outcomeShown(app: App, print: Print, outcome: Outcome): Shown {
  const {roster} = app.ledger.of(custodyFold)
  const people = (ids: readonly string[]) => ids.map((id) => ({id, name: nameOf(roster, id)}))
  const {key, version, missing, signed} = outcome
  const id = `destruction-${key}-${version}`
  return {
    document: {
      schema: 'keyrite.outcome/1',
      exit: missing.length === 0 ? 0 : 9,
      ...{key, version, entry: outcome.entry.seq, signed: people(signed), missing: people(missing)},
    },
    lines: [
      '',
      ...print.facts([
        ['Destroyed', `${key}, version ${version}`],
        [
          'Signed by',
          signed.length === 0 ? 'nobody: only the plan was signed' : people(signed).map(({name}) => name),
        ],
        ['Missing', people(missing).map(({name}) => name)],
      ]),
      ...(missing.length === 0
        ? [`Next: keyrite key destruction ${key} --out FILE.pdf --signed DIR`]
        : [
            `Next: keyrite key certify ${key} --sign-with PERSON=KEY`,
            `Or from afar: keyrite request export ${id} --for PERSON --out DIR`,
          ]),
    ],
  }
}
