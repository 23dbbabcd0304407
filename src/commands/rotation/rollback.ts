import {Flags} from '@oclif/core'
import {apply} from '../../requests/index.ts'
import {noteRotation, planRollback, rollbackRequest, rollsBack} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {contextFor} from '../../ui/gather.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'
import {rotationShown} from '../../ui/show-rotation.ts'

export default class RotationRollback extends KeyChange {
  static override summary =
    'Take a rotation back: the old version is primary again, and the new one stays accepted.'
  static override description =
    'Those who approved the rotation approved this with it. Where the policy alone did, people are asked. It is possible while the old version is active; before the new one is primary, it only gives the rotation up.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "tokens are refused by the old gateway"',
  ]
  static override args = keyArg
  static override flags = {
    ...changeFlags,
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationRollback)
    this.concerns = args.key
    const {app} = this
    const {ledger} = app
    const {name} = findKey(ledger, args.key)
    const shown = (): Shown => rotationShown(this.print, ledger, findKey(ledger, name))
    const moves = rollsBack(ledger, name)
    const request = rollbackRequest(ledger, name)
    const planned = planRollback(ledger.view, name)
    if (flags['dry-run'] && moves) return this.asked(planned, flags, shown)
    ledger.demandWriter()
    const actor = await this.actor()
    await noteRotation(ledger, name, actor, 'stopped', flags.reason)
    if (!moves) return shown()
    if (request === undefined) return this.asked(planned, flags, shown)
    await apply(contextFor(app, actor), app.operations, request, ['rollback'])
    return shown()
  }
}
