import {Args} from '@oclif/core'
import {profileOf} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileDocument, profileLines} from '../../ui/show-profile.ts'

export default class ProfileShow extends KeyriteCommand {
  static override summary = 'Show a profile: what it is, the identity that was approved, and the keys there.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm',
    '<%= config.bin %> <%= command.id %> hsm --json',
  ]
  static override args = {name: Args.string({description: "the profile's name", required: true})}

  async execute(): Promise<Shown> {
    const {args} = await this.parse(ProfileShow)
    const {ledger, world} = this.app
    const profile = profileDocument(ledger, world.home, profileOf(ledger.view, args.name))
    return this.show({schema: 'keyrite.profile/1', ...profile}, profileLines(this.print, profile))
  }
}
