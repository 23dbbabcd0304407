import {keyDocument, keysFold, profileOf} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileFlag} from '../../ui/flags.ts'

export default class KeyList extends KeyriteCommand {
  static override summary = 'List the keys, with where each lies and what state it is in.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm --json',
  ]
  static override flags = {profile: profileFlag}

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(KeyList)
    const {ledger} = this.app
    if (flags.profile !== undefined) profileOf(ledger.view, flags.profile)
    const keys = [...ledger.of(keysFold).keys.values()]
      .filter(({profile}) => flags.profile === undefined || profile === flags.profile)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((key) => keyDocument(ledger, key))
    const rows = keys.map((key) => [
      key.name,
      `${key.profile} (${key.environment ?? 'removed'})`,
      key.algorithm,
      key.class,
      key.indeterminate.length === 0 ? key.state : `${key.state}, indeterminate`,
    ])
    return this.show(
      {schema: 'keyrite.keys/1', keys},
      this.print.table(['Key', 'Profile', 'Algorithm', 'Class', 'State'], rows, 'There are no keys here.'),
    )
  }
}
