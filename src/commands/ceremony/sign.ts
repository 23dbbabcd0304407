import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {signTranscript} from '../../ceremony/run/sign-off.ts'
import {everyone, missingSignatures, statusOfCeremony} from '../../ceremony/state.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {ceremonyLines, documentOf, exitOfCeremony, findCeremony, roomOf} from '../../ui/ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signers, signWithFlag} from '../../ui/flags.ts'
import {signerAt} from '../../ui/gather.ts'
import {called} from '../../ui/actor.ts'

export default class CeremonySign extends KeyriteCommand {
  static override summary = 'Take late signatures under the transcript of a ceremony.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --sign-with heidi@example.com=heidi.pub',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }
  static override flags = {'sign-with': signWithFlag}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonySign)
    const {app} = this
    app.ledger.demandWriter()
    const {id, profile} = findCeremony(app, args.ceremony)
    const {roster} = app.ledger.of(custodyFold)
    const test = app.ledger.of(profilesFold).profiles.get(profile ?? '')?.environment === 'test'
    if (flags['sign-with'] === undefined && app.world.ask.interactive) await this.#ask(id, profile)
    for (const {person: typed, path} of signers(flags['sign-with'])) {
      const ceremony = findCeremony(app, id)
      const person = findPerson(roster, typed)
      if (statusOfCeremony(ceremony) !== 'waiting-for-signatures') {
        throw new KeyriteError(
          'CEREMONY_STATE',
          `cannot sign ceremony ${id.slice(0, 8)}: it is ${statusOfCeremony(ceremony)}`,
          {hints: [`keyrite ceremony show ${id.slice(0, 8)}`]},
        )
      }
      if (!missingSignatures(ceremony).includes(person.id)) {
        const fact = everyone(ceremony).includes(person.id)
          ? 'they have signed already'
          : 'they took no part in it'
        throw new KeyriteError('NOT_PERMITTED', `cannot take the signature of ${called(person)}: ${fact}`, {
          hints: [`keyrite ceremony show ${id.slice(0, 8)}`],
        })
      }
      await signTranscript(app, ceremony, person, await signerAt(app, path, test))
      this.say(`${called(person)}: signed, signature verified.`)
    }
    return this.#shown(id)
  }

  /** Each person whose signature is missing, in turn. */
  async #ask(id: string, profile: string | null): Promise<void> {
    const {app} = this
    const say = (line: string): void => {
      this.say(line)
    }
    const {signal} = new AbortController()
    const room = roomOf(app, {answers: null, signWith: undefined, profile, say, signal})
    const ceremony = findCeremony(app, id)
    for (const one of ceremony.signOff === null ? [] : missingSignatures(ceremony)) {
      const person = app.ledger.of(custodyFold).roster.get(one)
      const signer = person === undefined ? null : await room.signer(person, 'the transcript')
      if (person === undefined || signer === null) continue
      await signTranscript(app, findCeremony(app, id), person, signer)
      say(`${called(person)}: signed, signature verified.`)
    }
  }

  #shown(id: string): Shown {
    const document = documentOf(this.app, findCeremony(this.app, id))
    return this.show(
      {schema: 'keyrite.ceremony/1', exit: exitOfCeremony(document.status), ...document},
      ceremonyLines(this.print, document),
    )
  }
}
