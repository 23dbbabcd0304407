/** The main job: the shipped template, run with the demo's people on a local token, every prompt answered as its script hopes. */
import {join} from 'node:path'
import type {App} from '../app.ts'
import {readPublic} from '../base/files.ts'
import {answersRoom, parseAnswers} from '../ceremony/answers.ts'
import {contextOf, walk} from '../ceremony/engine.ts'
import {openCeremony} from '../ceremony/open.ts'
import {valuesFromObject} from '../ceremony/parameters.ts'
import {publicKeySha256} from '../ceremony/run/key.ts'
import {largest, parseTemplate} from '../ceremony/template.ts'
import {custodyFold} from '../custody/index.ts'
import {ceremonyApp} from '../ui/ceremony.ts'
import type {Player} from '../rehearsal/players.ts'
import {participants} from './people.ts'

export const keyName = 'payments-jwt'
export const profileName = 'demo-token'

/** As an answers file holds them; `--keep` writes it down too. @param keyOf - the path of a person's key. */
export function demoAnswers(keyOf: (handle: string) => string, people: readonly Player[]): object {
  return {
    parameters: {
      'key-name': keyName,
      profile: profileName,
      owner: 'alice@example.com',
      consumers: ['checkout service', 'billing service'],
      location: 'Demo room, nowhere in particular',
      recording: 'none: this is a demonstration',
    },
    participants,
    signers: Object.fromEntries(people.map(({handle}) => [handle, keyOf(handle)])),
    steps: {
      'public-key': {answer: {'public-key-sha256': 'computed on the other machine'}},
      'audit-log': {answer: {'audit-log-reference': 'software token, none'}},
      'backup-started': {answer: {'backup-reference': 'none: this is a demonstration'}},
      'recording-reference': {answer: {'recording-reference': 'none: this is a demonstration'}},
    },
    default: 'yes',
  }
}

/** @returns the id of the ceremony, signed off by everyone. */
export async function runDemoCeremony(
  app: App,
  root: string,
  people: readonly Player[],
  say: (line: string) => void,
): Promise<string> {
  const path = join(root, 'ceremony-templates', 'jwt-signing-rsa-4096.yaml')
  const loaded = parseTemplate(readPublic(path, largest), path)
  const answers = parseAnswers(Buffer.from(JSON.stringify(demoAnswers((handle) => handle, people))), 'demo')
  const context = ceremonyApp(app)
  const {values} = valuesFromObject(loaded.template.parameters, answers.parameters)
  const id = await openCeremony(context, {loaded, values, participants, answersFile: true})
  const signers = new Map(people.map(({handle, signer}) => [handle, signer]))
  const room = answersRoom({
    answers,
    roster: app.ledger.of(custodyFold).roster,
    say,
    signerFor: async (handle) => {
      const signer = signers.get(handle)
      if (signer === undefined) throw new TypeError(`no key of ${handle}`)
      return signer
    },
  })
  // The witness of the demo has the other machine at hand: it says what it computed from the exported key.
  const witness = {
    ...room,
    text: (step: string, field: string, question: string) => {
      const computed = field === 'public-key-sha256' ? publicKeySha256({app: context}, keyName) : null
      return computed === null ? room.text(step, field, question) : Promise.resolve(computed)
    },
  }
  await walk(contextOf(context, witness, id))
  return id
}
