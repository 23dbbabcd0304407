import {planStandby} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class KeyStandby extends KeyChange {
  static override summary =
    'Make a standby: another version of a key, proved now, that waits to take its place in an emergency.'
  static override description =
    'Who approves it approves that one person may promote it in an open incident, after the key was contained. Where a place uses the newest version at once, the standby is a key of its own there. Rotations leave it alone.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with alice=alice.key --sign-with bob=bob.pub --sign-with carol=carol.key',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = keyArg
  static override flags = changeFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyStandby)
    this.concerns = args.key
    const {ledger} = this.app
    const {name, spec} = findKey(ledger, args.key)
    const planned = planStandby(ledger.view, name)
    await this.demandOffered(spec, planned.plan, 'make a standby for')
    return this.change(name, planned, flags)
  }
}
