import {Flags} from '@oclif/core'
import {noteRotation} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {keyArg} from '../../ui/key-move.ts'
import {rotationShown} from '../../ui/show-rotation.ts'

export default class RotationPause extends KeyriteCommand {
  static override summary = 'Pause the rotation of a key, so that no further phase begins; or let it go on.'
  static override description =
    'Its dates stay as they are: a key whose rotation is paused becomes overdue like any other.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "a consumer does not take the new key"',
    '<%= config.bin %> <%= command.id %> payments-jwt --resume --reason "mended"',
  ]
  static override args = keyArg
  static override flags = {
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
    resume: Flags.boolean({summary: 'let it go on'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationPause)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    ledger.demandWriter()
    await noteRotation(ledger, name, await this.actor(), flags.resume ? 'resumed' : 'paused', flags.reason)
    return rotationShown(this.print, ledger, findKey(ledger, name))
  }
}
