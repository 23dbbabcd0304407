import {Args, Flags} from '@oclif/core'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {compareWith, type Compared} from '../../ui/compare.ts'

const shownEntries = 20

export default class LedgerCompare extends KeyriteCommand {
  static override summary =
    'Hold another copy of this ledger against it: same, older, ahead, or where they fork.'
  static override description = `OTHER is a home, its ledger.db, what hand-over wrote, or what "ledger export" wrote (tiles, or lines of entries). Both branches of a fork are shown, and which key signed which.
Where this machine writes, what a fork holds beyond is kept as one entry: it has no effect, and its provider keys are to be looked for. After a take-over without release that ends the mark of a fork risk. Where this machine is the one that the ledger was taken from, it does not write again.
Exits 6 for a fork that no entry explains, 10 for one that is kept here, or where OTHER is ahead.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> /media/stick/old-home',
    '<%= config.bin %> <%= command.id %> ledger-tiles --dry-run --json',
  ]
  static override args = {
    other: Args.string({description: 'the other copy', required: true}),
  }
  static override flags = {'dry-run': Flags.boolean({summary: 'record nothing here'})}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(LedgerCompare)
    const compared = await compareWith(this.app, args.other, {
      record: !flags['dry-run'],
      actor: () => this.actor(),
    })
    const {comparison, recorded, exit, problems, readsOnly} = compared
    const {relation, at, here, other} = comparison
    const document = {exit, relation, at, here, other, recorded, readsOnly, problems}
    return this.show({schema: 'keyrite.comparison/1', ...document}, this.#lines(compared))
  }

  #lines({comparison, recorded, problems, readsOnly}: Compared): string[] {
    const {at, here, other} = comparison
    const rows = (beyond: typeof here.beyond): (string | number)[][] =>
      beyond.slice(0, shownEntries).map(({seq, time, type}) => [seq, time, type])
    const heads = ['Entry', 'Time', 'Type']
    const part = (title: string, beyond: typeof here.beyond): string[] =>
      beyond.length === 0
        ? []
        : [
            '',
            title,
            ...this.print.table(heads, rows(beyond), ''),
            ...(beyond.length > shownEntries
              ? [`… and ${beyond.length - shownEntries} more: --json has all`]
              : []),
          ]
    return [
      inWords(comparison),
      ...part(`Only here, up to ${here.size} entries, signed by ${here.vkey}:`, here.beyond),
      ...part(
        other.vkey === null
          ? `Only there, up to ${other.size} entries, under no signature of a known writer:`
          : `Only there, up to ${other.size} entries, signed by ${other.vkey}:`,
        other.beyond,
      ),
      ...problems.map(
        ({message, rule, seq}) => `There: ${message} (${rule}${seq === null ? '' : `, entry ${seq}`})`,
      ),
      ...(recorded === null
        ? []
        : ['', `Kept here as entry ${recorded}. Nothing in it has an effect on this ledger.`]),
      ...(readsOnly
        ? [
            '',
            `The ledger goes on there. From now on this home only reads its ${at} entries in common and its own branch.`,
          ]
        : []),
    ]
  }
}

function inWords({relation, at, here, other}: Compared['comparison']): string {
  switch (relation) {
    case 'same':
      return `The same: both hold ${here.size} entries.`
    case 'prefix':
      return `OTHER is older: its ${other.size} entries are the first of the ${here.size} here.`
    case 'ahead':
      return `OTHER is ahead: the ${here.size} entries here are the first of its ${other.size}.`
    case 'fork':
      return `They FORK at entry ${at}: ${at} entries are in common, ${here.size - at} are only here, ${other.size - at} only there.`
  }
}
