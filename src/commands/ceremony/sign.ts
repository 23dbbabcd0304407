import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {signTranscript} from '../../ceremony/run/sign-off.ts'
import {everyone, missingSignatures, statusOfCeremony} from '../../ceremony/state.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {ceremonyLines, documentOf, exitOfCeremony, findCeremony} from '../../ui/ceremony.ts'
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
    const document = documentOf(app, findCeremony(app, id))
    return this.show(
      {schema: 'keyrite.ceremony/1', exit: exitOfCeremony(document.status), ...document},
      ceremonyLines(this.print, document),
    )
  }
}
