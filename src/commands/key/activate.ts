import {Args, Flags} from '@oclif/core'
import {keyDocument, planActivate} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag, signWithFlag} from '../../ui/flags.ts'
import {askAndApply, planLines, waitingDocument} from '../../ui/gather.ts'
import {keyLines} from '../../ui/show-key.ts'

export default class KeyActivate extends KeyriteCommand {
  static override summary =
    'Activate a key that was made and proved: from then on it signs, encrypts, or whatever it is for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)'}),
    ticket: Flags.string({summary: 'the ticket it belongs to (private)'}),
    'sign-with': signWithFlag,
    'pin-file': pinFileFlag,
    'dry-run': Flags.boolean({summary: 'show the plan and who must approve it, and stop'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyActivate)
    this.concerns = args.key
    const {app} = this
    const name = findKey(app.ledger, args.key).name
    const planned = planActivate(app.ledger.view, name)
    if (flags['dry-run'])
      return this.show({schema: 'keyrite.plan/1', plan: planned.plan}, planLines(app, planned))
    app.ledger.demandWriter()
    const asking = {...planned, reason: flags.reason ?? null, ticket: flags.ticket ?? null, only: null}
    const request = await askAndApply(app, asking, {
      signWith: flags['sign-with'],
      actor: await this.actor(),
      say: (line) => {
        this.say(line)
      },
    })
    if (request.met === null) return waitingDocument(app, request)
    const key = keyDocument(app.ledger, findKey(app.ledger, name))
    return this.show({schema: 'keyrite.key/1', ...key}, keyLines(this.print, key))
  }
}
