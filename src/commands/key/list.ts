import {Flags} from '@oclif/core'
import {visible, visibleJson} from '../../base/visible.ts'
import type {KeyDocument} from '../../keys/document.ts'
import {chosen, csvOf} from '../../keys/filter.ts'
import {overdueRows} from '../../incidents/overdue.ts'
import {listKeys} from '../../keys/list.ts'
import {keyStates} from '../../keys/lifecycle.ts'
import {Listing} from '../../ledger/listing.ts'
import {classes, classifications} from '../../policy/classes.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileFlag} from '../../ui/flags.ts'
import {weaknessListed} from '../../ui/weak-listed.ts'

/** The state of the primary version, with what there is to know of it at a glance. */
function stateText({state, indeterminate, holds, versions}: KeyDocument, now: string): string {
  const at = versions.find(({primary}) => primary)?.destroyAt ?? null
  return [
    at === null ? state : `${state} ${at <= now ? 'due since' : 'for'} ${at.slice(0, 10)}`,
    ...(holds.length === 0 ? [] : ['held']),
    ...(indeterminate.length === 0 ? [] : ['indeterminate']),
  ].join(', ')
}

export default class KeyList extends KeyriteCommand {
  static override summary = 'List the keys, with where each lies and what state it is in.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm --json',
    '<%= config.bin %> <%= command.id %> --state active --class dek --owner "Orders team"',
    '<%= config.bin %> <%= command.id %> --expired --format csv',
  ]
  static override flags = {
    profile: profileFlag,
    state: Flags.option({
      summary: 'only keys whose primary version is in this state',
      options: keyStates,
      multiple: true,
    })(),
    class: Flags.option({summary: 'only of this class', options: classes, multiple: true})(),
    classification: Flags.option({
      summary: 'only of this classification',
      options: classifications,
      multiple: true,
    })(),
    owner: Flags.string({summary: 'only of this owner: a name, or an id', helpValue: 'O'}),
    label: Flags.string({summary: 'only with this label', helpValue: 'L'}),
    held: Flags.boolean({summary: 'only what something stands against destroying'}),
    expired: Flags.boolean({summary: 'only what has passed its last day'}),
    adopted: Flags.boolean({summary: 'only what was taken over'}),
    indeterminate: Flags.boolean({summary: 'only what was begun and has no outcome yet'}),
    overdue: Flags.boolean({summary: 'only keys whose rotation is overdue'}),
    format: Flags.option({
      summary: 'how it is written',
      options: ['table', 'csv', 'json'] as const,
      default: 'table' as const,
    })(),
  }
  protected override readonly withApp = false

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(KeyList)
    const {
      keys: all,
      weak,
      rehearsal,
      late,
    } = Listing.read(this.world, (listing) => ({
      rehearsal: listing.rehearsal,
      keys: listKeys(listing, flags.profile),
      weak: weaknessListed(listing),
      late: overdueRows(listing.rows('incidents'), this.world.clock.now().toISOString()),
    }))
    this.rehearsal = rehearsal
    const overdue = flags.overdue ? (await import('../../ui/overdue.ts')).overdueKeys(this.world) : null
    const keys = chosen(all, {...flags, overdue}, this.world.clock.now())
    const document = {schema: 'keyrite.keys/1', exit: 0, keys, weak} as const
    if (flags.format === 'json') return this.overdue(this.show(document, [visibleJson(document)]), late)
    if (flags.format === 'csv') return this.overdue(this.show(document, csvOf(keys)), late)
    const rows = keys.map((key) => [
      key.name,
      `${key.profile} (${key.environment ?? 'removed'})`,
      key.algorithm,
      key.class,
      stateText(key, this.world.clock.now().toISOString()),
    ])
    const empty = all.length === 0 ? 'There are no keys here.' : `None of ${all.length} keys is so.`
    const shown = this.show(document, [
      ...this.print.table(['Key', 'Profile', 'Algorithm', 'Class', 'State'], rows, empty),
      ...(weak === null ? [] : ['', visible(weak)]),
    ])
    return this.overdue(shown, late)
  }
}
