import {Flags} from '@oclif/core'
import {planRelease} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {askFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class KeyReleaseHold extends KeyChange {
  static override summary = 'Take a hold off a key before its time is over. Legal is among those who approve.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --reason "case 17/2026 is closed" --sign-with lena=lena.pub --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> payments-2024 --hold 118 --reason "case 17/2026 is closed"',
  ]
  static override args = keyArg
  static override flags = {
    ...askFlags,
    hold: Flags.integer({
      summary: 'the entry that placed it, where there are several',
      helpValue: 'SEQ',
      min: 0,
    }),
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyReleaseHold)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    return this.change(name, planRelease(ledger.view, name, flags.hold ?? null), flags)
  }
}
