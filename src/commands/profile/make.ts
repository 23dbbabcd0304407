import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import {environments, makingOf, openPlace, placesFold} from '../../profiles/index.ts'
import {providerKinds} from '../../providers/registry.ts'
import {planMake} from '../../requests/index.ts'
import {demandWelcome, profileNamed, rememberPlace} from '../../ui/add-profile.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {placeFlags, placeFlagsIn, settingsFrom} from '../../ui/place-flags.ts'

export default class ProfileMake extends AskingCommand {
  static override summary = 'Make the place of a profile that is to be added: a key ring of Google Cloud KMS.'
  static override description =
    'Google deletes no key ring, ever: people approve it first, and its name is typed again. Then keyrite profile add with the same flags. Places of other kinds are made by their own means.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments --kind gcp --environment production --key-ring projects/acme-keys/locations/europe-west3/keyRings/payments --dry-run',
    '<%= config.bin %> <%= command.id %> payments --kind gcp --environment production --key-ring projects/acme-keys/locations/europe-west3/keyRings/payments --sign-with bob@example.com=bob.pub --confirm payments',
  ]
  static override args = {
    name: Args.string({description: 'what the profile is to be called', required: true}),
  }
  static override flags = {
    kind: Flags.string({
      summary: `what it is: ${Object.entries(providerKinds)
        .flatMap(([name, kind]) => ('makes' in kind ? [name] : []))
        .join(', ')}`,
      helpValue: 'KIND',
      required: true,
    }),
    environment: Flags.option({options: environments, summary: 'what its keys are for', required: true})(),
    ...placeFlags,
    confirm: Flags.string({summary: 'its name again, to skip the question', helpValue: 'NAME'}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileMake)
    const {ledger, world} = this.app
    const [name, {kind, environment}] = [profileNamed(args.name), flags]
    const making = makingOf(kind)
    const settings = settingsFrom(kind, name, placeFlagsIn(flags), world.home)
    ledger.demandWriter()
    demandWelcome(this.app, {name, environment})
    const maker = await making.open(settings)
    const plan = planMake(ledger.view, {name, kind, environment}, maker)
    if (
      (await maker.stands()) !== undefined &&
      openPlace(ledger.of(placesFold), jcs({...maker.place})) === undefined
    )
      throw new KeyriteError('EXISTS', `cannot make the place of profile "${name}": it is there already`, {
        hints: [
          `keyrite profile add ${name} --kind ${kind} --environment ${environment} … with the same flags`,
        ],
      })
    if (!flags['dry-run'])
      rememberPlace(this.app, {name, kind, environment, settings, prover: null, pinFile: undefined})
    const done = (): Shown =>
      this.show({schema: 'keyrite.place/1', name, kind, environment, place: maker.place}, [
        'It is made. This ledger has no profile of it yet.',
        `Next: keyrite profile add ${name} --kind ${kind} --environment ${environment} … with the same flags`,
      ])
    return this.asked({plan, names: {}}, flags, done, {final: {name, given: flags.confirm}})
  }
}
