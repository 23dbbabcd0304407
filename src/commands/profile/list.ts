import {profilesFold} from '../../profiles/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileDocument} from '../../ui/show-profile.ts'

export default class ProfileList extends KeyriteCommand {
  static override summary = 'List the places where keys live.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async execute(): Promise<Shown> {
    await this.parse(ProfileList)
    const {ledger, world} = this.app
    const profiles = [...ledger.of(profilesFold).profiles.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((profile) => profileDocument(ledger, world.home, profile))
    const rows = profiles.map(({name, kind, environment, keys, settings}) => [
      name,
      kind,
      environment,
      keys.length,
      settings !== null,
    ])
    const empty = 'There are no profiles. Add one: keyrite profile add NAME --kind local --environment test'
    return this.show(
      {schema: 'keyrite.profiles/1', profiles},
      this.print.table(['Profile', 'Kind', 'Environment', 'Keys', 'Reached from here'], rows, empty),
    )
  }
}
