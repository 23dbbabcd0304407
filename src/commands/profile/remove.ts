import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {profileOf} from '../../keys/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {forgetProfile, peopleToRemove, planRemoval, removeProfile} from '../../ui/remove-profile.ts'
import {keysAt, profileDocument} from '../../ui/show-profile.ts'

export default class ProfileRemove extends AskingCommand {
  static override summary = 'Forget a profile in which no keys live. Nothing is changed at the provider.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> trial',
    '<%= config.bin %> <%= command.id %> trial --confirm trial',
  ]
  static override args = {name: Args.string({description: "the profile's name", required: true})}
  static override flags = {
    confirm: Flags.string({summary: 'the name again, to skip the question', helpValue: 'NAME'}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileRemove)
    const {ledger, world} = this.app
    const profile = profileOf(ledger.view, args.name)
    ledger.demandWriter()
    const keys = keysAt(ledger, profile.name)
    if (keys.length > 0)
      throw new KeyriteError(
        'PROFILE_IN_USE',
        `cannot remove profile "${profile.name}": ${keys.length === 1 ? `key "${keys.join('')}" lives` : `${keys.length} keys live`} there`,
        {
          hints: [`keyrite key list --profile ${profile.name}`],
        },
      )
    const document = profileDocument(ledger, world.home, profile)
    const done = (): Shown => this.#removed(document)
    if (flags['dry-run']) return this.asked({plan: planRemoval(this.app, profile), names: {}}, flags, done)
    const actor = await this.actor()
    const said = flags.confirm ?? (await this.#askName(profile.name, profile.environment))
    if (said !== profile.name)
      throw new KeyriteError(
        'NOT_CONFIRMED',
        `cannot remove profile "${profile.name}": "${said}" is another name; nothing was changed`,
        {hints: [`keyrite profile remove ${profile.name} --confirm ${profile.name}`]},
      )
    if (peopleToRemove(this.app, profile) > 0)
      return this.asked({plan: planRemoval(this.app, profile), names: {}}, flags, () => {
        forgetProfile(this.app, profile)
        return done()
      })
    await removeProfile(this.app, profile, actor)
    return done()
  }

  #removed(document: ReturnType<typeof profileDocument>): Shown {
    const lines = [`Profile "${document.name}" is removed. Its provider was not touched.`]
    return this.show({schema: 'keyrite.profile/1', ...document, removed: true}, lines)
  }

  #askName(name: string, environment: string): Promise<string> {
    return this.app.world.ask.text({
      message: `Type the name of the ${environment} profile to remove ("${name}")`,
      flag: `--confirm ${name}`,
    })
  }
}
