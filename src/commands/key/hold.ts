import {Flags} from '@oclif/core'
import {holdKinds, planHold} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {untilDay} from '../../ui/evidence.ts'
import {findKey} from '../../ui/find-key.ts'
import {askFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class KeyHold extends KeyChange {
  static override summary = 'Hold a key: it is not destroyed before that day. One person may order it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --until 2028-12-31 --reason "case 17/2026" --sign-with carol=carol.pub',
    '<%= config.bin %> <%= command.id %> patients-dek --until 2032-01-01 --kind retention --reason "audit"',
  ]
  static override args = keyArg
  static override flags = {
    ...askFlags,
    until: Flags.string({summary: 'the last day on which it holds', helpValue: 'DATE', required: true}),
    kind: Flags.option({summary: 'what orders it', options: holdKinds, default: 'legal-hold' as const})(),
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyHold)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    const hold = {kind: flags.kind, until: untilDay(flags.until, '--until')}
    return this.change(name, planHold(ledger.view, name, hold, ledger.time), flags)
  }
}
