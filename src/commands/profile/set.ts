import {Args, Flags} from '@oclif/core'
import {placeSettingsOf, planWhole} from '../../backups/index.ts'
import {profileOf} from '../../keys/index.ts'
import {actAlone, peopleFor, planProver} from '../../ui/add-profile.ts'
import {demandSetting, settingIn} from '../../ui/place-setting.ts'
import {AskingCommand, type ChangeFlags} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {profileDocument, profileLines} from '../../ui/show-profile.ts'

export default class ProfileSet extends AskingCommand {
  static override summary =
    'Say who tries the keys of a profile that is there (another profile of the same place, or itself), or set a setting of the place.'
  static override description =
    'The place answers first, and the policy says who must agree, as for adding it. Nothing else of a profile changes: what answers with another identity is another profile. A setting is of the place itself: a Managed HSM of Azure has some, which profile check lists, each a yes or a no.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> kms --prover kms-use',
    '<%= config.bin %> <%= command.id %> kms --no-prover',
    '<%= config.bin %> <%= command.id %> azure-hsm --setting AllowKeyManagementOperationsThroughARM=false --dry-run',
  ]
  static override args = {name: Args.string({description: "the profile's name", required: true})}
  static override flags = {
    prover: Flags.string({
      summary:
        'another profile of the same place, whose identity may use keys and not administer: it tries them',
      helpValue: 'PROFILE',
      exactlyOne: ['prover', 'no-prover', 'setting'],
    }),
    setting: Flags.string({
      summary: 'a setting of the place itself, a yes or a no',
      helpValue: 'NAME=true|false',
    }),
    'no-prover': Flags.boolean({summary: 'it tries its keys itself'}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileSet)
    const {app} = this
    if (flags.setting !== undefined)
      return this.#setting(profileOf(app.ledger.view, args.name).name, flags.setting, flags)
    const plan = planProver(app, profileOf(app.ledger.view, args.name), flags.prover ?? null)
    const {kind} = profileOf(app.ledger.view, args.name)
    if (flags['dry-run'] || peopleFor(app, kind) > 0)
      return this.asked({plan, names: {}}, flags, () => this.#shown(args.name))
    app.ledger.demandWriter()
    await actAlone(app, plan, await this.actor())
    return this.#shown(args.name)
  }

  async #setting(name: string, wish: string, flags: ChangeFlags): Promise<Shown> {
    const {app} = this
    const {setting, value} = settingIn(wish)
    const all = await placeSettingsOf(await app.provider(name)).list()
    const was = demandSetting(all, setting).value
    const planned = planWhole(app.ledger.view, 'setting', name, {setting, value})
    this.say(`${setting} of profile "${name}" is ${String(was)} now.`)
    return this.asked(planned, flags, () =>
      this.show({schema: 'keyrite.setting/1', profile: name, setting, value}, [
        `${setting} of profile "${name}" is ${String(value)}, as its service says.`,
      ]),
    )
  }

  #shown(name: string): Shown {
    const {ledger, world} = this.app
    const profile = profileDocument(ledger, world.home, profileOf(ledger.view, name))
    return this.show({schema: 'keyrite.profile/1', ...profile}, profileLines(this.print, profile))
  }
}
