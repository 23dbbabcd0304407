import {Flags} from '@oclif/core'
import {outcomeToSign} from '../../keys/index.ts'
import {outcomeShown, takeOutcome} from '../../ui/certify.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {signWithFlag} from '../../ui/flags.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class KeyCertify extends KeyriteCommand {
  static override summary =
    'Sign that a key was destroyed: those who approved it sign what was done, and what was tried, word by word.'
  static override description =
    'The destruction does not wait for it. The text is shown first; each signs it with their own key, here or from afar (request export destruction-KEY-VERSION). Ends with 9 while a signature is missing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024',
    '<%= config.bin %> <%= command.id %> payments-2024 --sign-with alice@example.com=alice.pub',
  ]
  static override args = keyArg
  static override flags = {
    version: Flags.integer({summary: 'which version; the primary one unless told', helpValue: 'N', min: 1}),
    'sign-with': signWithFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCertify)
    this.concerns = args.key
    const {app} = this
    const {name, primary, profile} = findKey(app.ledger, args.key)
    const version = flags.version ?? primary
    // What is not destroyed is refused before anything else.
    outcomeToSign(app.ledger, name, version)
    app.ledger.demandWriter()
    const outcome = await takeOutcome(
      app,
      {name, version, profile},
      {
        signWith: flags['sign-with'],
        say: (line) => {
          this.say(line)
        },
      },
    )
    return outcomeShown(app, this.print, outcome)
  }
}
