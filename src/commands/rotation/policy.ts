import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {daysBetween, planSchedule, scheduleStanding, wantedOf} from '../../keys/index.ts'
import {noTerms, type ScheduleTerms} from '../../providers/schedule.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {daysFlag} from '../../ui/key-flags.ts'
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
    '<%= config.bin %> <%= command.id %> orders-dek --set --expire-after P120D --before-expiry P30D --notify-before P45D',
    '<%= config.bin %> <%= command.id %> orders-dek --off --dry-run',
  ]
  static override args = keyArg
  static override flags = {
    set: Flags.boolean({
      summary: 'set it to what the policy says for the class of the key',
      exclusive: ['off'],
    }),
    'expire-after': daysFlag('with --set: what is made expires so long after it was made (azure)', ['set']),
    'before-expiry': daysFlag(
      'with --set: a further version so long before the newest expires, and not every so many days (azure)',
      ['set', 'expire-after'],
    ),
    'notify-before': daysFlag('with --set: a notice so long before the newest version expires (azure)', [
      'set',
      'expire-after',
    ]),
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
    const terms = flags.off ? noTerms : termsOf(wantedOf(ledger.view, key), flags)
    const planned = planSchedule(ledger.view, key.name, terms)
    await demandPermitted(this.app, key, terms)
    return this.asked(planned, flags, shown)
  }
}

interface Wish {
  readonly 'expire-after': number | undefined
  readonly 'before-expiry': number | undefined
  readonly 'notify-before': number | undefined
}

/** @throws KeyriteError `USAGE` where a further version would come later than the policy says, or never. */
function termsOf(policys: ScheduleTerms, wish: Wish): ScheduleTerms {
  const before = wish['before-expiry'] ?? null
  const terms = {
    everyDays: before === null ? policys.everyDays : null,
    beforeExpiryDays: before,
    expireAfterDays: wish['expire-after'] ?? null,
    notifyBeforeExpiryDays: wish['notify-before'] ?? null,
  }
  const [days, most] = [daysBetween(terms), policys.everyDays]
  if (days !== null && days > 0 && (most === null || days <= most)) return terms
  throw new KeyriteError(
    'USAGE',
    `cannot set this schedule: it has a further version made ${days === null || days <= 0 ? 'never' : `every ${days} days`}, and the policy asks for one every ${most ?? 0} days at the latest`,
    {hints: ['keyrite policy show', 'another --expire-after, or --before-expiry']},
  )
}
