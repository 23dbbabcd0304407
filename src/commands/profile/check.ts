import {Args} from '@oclif/core'
import {profileOf} from '../../keys/index.ts'
import {checkProfile} from '../../ui/check-profile.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {checkLines} from '../../ui/show-checks.ts'

export default class ProfileCheck extends KeyriteCommand {
  static override summary =
    'Open a profile and check it: reachable, the same identity, not rolled back, able to work.'
  static override description =
    'Exits as the failure does: 6 tampered, 7 provider failed, 8 another place, 11 credentials refused.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm',
    '<%= config.bin %> <%= command.id %> hsm --pin-file /run/user/1000/pin --json',
  ]
  static override args = {name: Args.string({description: "the profile's name", required: true})}
  static override flags = {'pin-file': pinFileFlag}

  protected override readonly looks = true

  async execute(): Promise<Shown> {
    const {args} = await this.parse(ProfileCheck)
    const profile = profileOf(this.app.ledger.view, args.name)
    const {identity, checks, exit, failure} = await checkProfile(this.app, profile)
    if (failure !== null) await this.leaveTrace(failure)
    const document = {ok: exit === 0, name: profile.name, environment: profile.environment, identity, checks}
    return this.show({schema: 'keyrite.check/1', exit, ...document}, checkLines(this.print, checks))
  }
}
