import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, personRef} from '../../custody/index.ts'
import {
  demandRecovers,
  findSet,
  isSettled,
  missingIn,
  openDrill,
  openDrillOf,
  settleDrill,
  statusOfSet,
  type Drill,
} from '../../shares/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {dateFlag} from '../../ui/key-flags.ts'
import {setArg} from '../../ui/shares/flags.ts'

export default class ShareDrill extends KeyriteCommand {
  static override summary =
    'Have everybody show that they hold their share, over days, without putting anything together.'
  static override description =
    'The first time it opens the drill, and sets when the next one is due; from then on it says who is missing. Each holder answers with share receive. Exit 10 once the day has passed and somebody is missing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> escrow-1',
    '<%= config.bin %> <%= command.id %> escrow-1 --until 2027-01-15 --next 2027-04-01',
  ]
  static override args = {set: setArg}
  static override flags = {
    until: dateFlag('by when everybody answers (default: in 14 days)'),
    next: dateFlag('when the next drill is due (default: in 91 days)'),
    'dry-run': Flags.boolean({summary: 'say what would be opened, and stop'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ShareDrill)
    const {ledger} = this.app
    const set = demandRecovers(findSet(ledger, args.set))
    if (statusOfSet(set) === 'unfinished')
      throw new KeyriteError(
        'SET_STATE',
        `cannot drill set "${set.name}": not all of its shares were given out`,
        {
          hints: [`keyrite share reseal ${set.name}`],
        },
      )
    const standing = openDrill(ledger, set)
    if (flags['dry-run'] || (standing !== undefined && isSettled(ledger, standing)))
      return this.shown(set.set, standing)
    ledger.demandWriter()
    const {id} = await this.actor()
    // Killed after it was opened, and before the next was owed: that is made up for.
    if (standing !== undefined) {
      await settleDrill(ledger, set, standing, id)
      return this.shown(set.set, standing)
    }
    const {until, next} = flags
    const actor = {person: id, evidence: 'stated'} as const
    return this.shown(set.set, await openDrillOf(ledger, set, {until, next, actor, ceremony: null}))
  }

  private shown(id: string, drill: Drill | undefined): Shown {
    const {ledger} = this.app
    const set = findSet(ledger, id)
    const {roster} = ledger.of(custodyFold)
    const missing = drill === undefined ? set.holders : missingIn(drill, set)
    const names = missing.map(({person}) => personRef(roster, person))
    const overdue = drill !== undefined && ledger.time.toISOString() > drill.until
    return this.show(
      {
        schema: 'keyrite.drill/1',
        exit: overdue ? 10 : 0,
        ...{
          set: set.set,
          name: set.name,
          entry: drill?.seq ?? null,
          until: drill?.until ?? null,
          next: drill?.next ?? null,
        },
        ...{overdue, missing: names},
        answered: Object.entries(drill?.receipts ?? {}).map(([id, entry]) => ({
          person: personRef(roster, id),
          entry,
        })),
      },
      [
        ...this.print.facts([
          ['Set', `${set.name} (${set.set.slice(0, 8)})`],
          ['Until', drill?.until ?? 'not opened yet'],
          ['Answered', `${set.holders.length - missing.length} of ${set.holders.length}`],
          ['Missing', names.map(({id, name}) => name ?? id).join(', ') || 'nobody'],
          ['Next drill', drill?.next ?? null],
        ]),
        ...(overdue ? ['It is overdue: the day has passed, and somebody is missing.'] : []),
        `Next: keyrite share receive ${set.name} FILE --sign-with PERSON=KEY`,
      ],
    )
  }
}
