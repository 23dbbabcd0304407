import {Args} from '@oclif/core'
import {documentOf, exitOfCeremony, findCeremony} from '../../ui/ceremony.ts'
import {ceremonyLines} from '../../ui/show-ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signWithFlag} from '../../ui/flags.ts'
import {takeLate} from '../../ui/late-signatures.ts'

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
    const {id} = findCeremony(app, args.ceremony)
    await takeLate(app, id, {
      signWith: flags['sign-with'],
      say: (line) => {
        this.say(line)
      },
    })
    const document = documentOf(app, findCeremony(app, id))
    return this.show(
      {schema: 'keyrite.ceremony/1', exit: exitOfCeremony(document.status), ...document},
      ceremonyLines(this.print, document),
    )
  }
}
