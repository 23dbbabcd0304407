import {Args, Flags} from '@oclif/core'
import {oweReencryption, reencryptPlan, wholeReencryptPlan} from '../../keys/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {stated} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {dateFlag} from '../../ui/key-flags.ts'
import {reencryptShown} from '../../ui/show-reencrypt.ts'

export default class KeyReencrypt extends KeyriteCommand {
  static override summary =
    'List what must be encrypted again because its key must change, the most pressing first, with who owns it and what was said of it.'
  static override description =
    'What is compromised comes first, then what an incident contains, what is to be destroyed, and what a rotation retired; in each the most sensitive. Where data lies, and how much, keyrite does not know: of what lies under a key itself it names those who use the key, and --owe makes a duty of each, which "duty done" ends with whatever evidence somebody states. Ends with 10 where something is left.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --format csv',
    '<%= config.bin %> <%= command.id %> patients-2025 --owe 2027-03-31',
  ]
  static override args = {key: Args.string({description: 'one key only'})}
  static override flags = {
    version: Flags.integer({
      summary: 'a version that is in use, as if its material had to change',
      helpValue: 'N',
      min: 1,
      exclusive: ['owe'],
    }),
    owe: dateFlag('open a duty, due on this day, for each user of the key whose data is left'),
    format: Flags.option({
      summary: 'how it is written',
      options: ['table', 'csv', 'json'] as const,
      default: 'table' as const,
    })(),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyReencrypt)
    const {ledger} = this.app
    const shown = (plan: Parameters<typeof reencryptShown>[1]): Shown =>
      reencryptShown(this.print, plan, flags.format)
    if (args.key === undefined) {
      if (flags.owe !== undefined || flags.version !== undefined)
        throw new KeyriteError('USAGE', 'cannot tell of which key: name one', {
          hints: ['keyrite key reencrypt KEY'],
        })
      return shown(wholeReencryptPlan(ledger))
    }
    this.concerns = args.key
    const key = findKey(ledger, args.key)
    if (flags.owe !== undefined) {
      ledger.demandWriter()
      const opened = await oweReencryption({ledger, actor: stated(await this.actor())}, key, flags.owe)
      this.say(opened === 0 ? 'Nothing new is owed.' : `${opened} owed from now on: keyrite duty list`)
    }
    return shown(reencryptPlan(ledger, findKey(ledger, args.key), flags.version ?? null))
  }
}
