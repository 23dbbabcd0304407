import {visible} from '../../base/visible.ts'
import type {KeyDocument} from '../../keys/document.ts'
import {listKeys} from '../../keys/list.ts'
import {Listing} from '../../ledger/listing.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileFlag} from '../../ui/flags.ts'
import {weaknessListed} from '../../ui/weak-listed.ts'

/** The state of the primary version, with what there is to know of it at a glance. */
function stateText({state, indeterminate, holds, versions}: KeyDocument): string {
  const at = versions.find(({primary}) => primary)?.destroyAt ?? null
  return [
    at === null ? state : `${state} for ${at.slice(0, 10)}`,
    ...(holds.length === 0 ? [] : ['held']),
    ...(indeterminate.length === 0 ? [] : ['indeterminate']),
  ].join(', ')
}

export default class KeyList extends KeyriteCommand {
  static override summary = 'List the keys, with where each lies and what state it is in.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm --json',
  ]
  static override flags = {profile: profileFlag}
  protected override readonly withApp = false

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(KeyList)
    const {keys, weak, rehearsal} = Listing.read(this.world, (listing) => ({
      rehearsal: listing.rehearsal,
      keys: listKeys(listing, flags.profile),
      weak: weaknessListed(listing),
    }))
    this.rehearsal = rehearsal
    const rows = keys.map((key) => [
      key.name,
      `${key.profile} (${key.environment ?? 'removed'})`,
      key.algorithm,
      key.class,
      stateText(key),
    ])
    return this.show({schema: 'keyrite.keys/1', keys, weak}, [
      ...this.print.table(['Key', 'Profile', 'Algorithm', 'Class', 'State'], rows, 'There are no keys here.'),
      ...(weak === null ? [] : ['', visible(weak)]),
    ])
  }
}
