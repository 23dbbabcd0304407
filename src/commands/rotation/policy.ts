import {Flags} from '@oclif/core'
import {planSchedule, scheduleStanding, wantedOf} from '../../keys/index.ts'
import {noTerms} from '../../providers/schedule.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg} from '../../ui/key-move.ts'
import {demandPermitted} from '../../ui/permit-schedule.ts'
import {scheduleShown} from '../../ui/show-schedule.ts'

export default class RotationPolicy extends KeyChange {
  static override summary =
    "Read the provider's own schedule of rotation for a key, and compare it with the policy's; or set it."
  static override description =
    'Ends with 10 where they differ. "rotation run" rotates by the policy whether the provider has a schedule or not; what a provider makes by itself is in no plan of this ledger.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-dek',
    '<%= config.bin %> <%= command.id %> orders-dek --set --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> orders-dek --off --dry-run',
  ]
  static override args = keyArg
  static override flags = {
    set: Flags.boolean({
      summary: 'set it to what the policy says for the class of the key',
      exclusive: ['off'],
    }),
    off: Flags.boolean({summary: 'have the provider make nothing by itself'}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationPolicy)
    this.concerns = args.key
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    const shown = async (): Promise<Shown> => {
      const now = findKey(ledger, key.name)
      const provider = await this.app.provider(now.profile)
      return scheduleShown(this.print, now, await scheduleStanding(ledger.view, now, provider))
    }
    if (!flags.set && !flags.off) return shown()
    const terms = flags.off ? noTerms : wantedOf(ledger.view, key)
    const planned = planSchedule(ledger.view, key.name, terms)
    await demandPermitted(this.app, key, terms)
    return this.asked(planned, flags, shown)
  }
}
