import {liveRequest, planRotate, standing} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'
import {rotationLines} from '../../ui/show-rotation.ts'

export default class RotationPlan extends KeyChange {
  static override summary =
    'Plan the rotation of a key, with its phases and their dates, and have it approved once for all of them.'
  static override description =
    'With enough signatures the first phases are done at once; "rotation run" does the others on their days. A key of a class that is automatic needs no plan; one can be made all the same, to rotate it before it is due.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-kek --dry-run',
    '<%= config.bin %> <%= command.id %> orders-kek --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = keyArg
  static override flags = changeFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationPlan)
    this.concerns = args.key
    const {ledger} = this.app
    const {name, spec} = findKey(ledger, args.key)
    // What people were asked already is not asked again under the dates of another day.
    const waiting = liveRequest(ledger, name)
    const planned =
      waiting === undefined ? planRotate(ledger.view, name, ledger.time) : {plan: waiting.plan, names: {}}
    if (planned.plan.phases.some((phase) => phase.name === 'version'))
      await this.demandOffered(spec, planned.plan, 'rotate')
    return this.asked(planned, flags, () => {
      const key = findKey(ledger, name)
      const status = standing(ledger, key)
      return this.show(
        {schema: 'keyrite.rotation/1', keys: [status], overdue: status.overdueBy === null ? 0 : 1},
        rotationLines(this.print, ledger, key),
      )
    })
  }
}
