import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {profileOf} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag} from '../../ui/flags.ts'

const most = 65_536

export default class ProfileRandom extends KeyriteCommand {
  static override summary = 'Have the HSM of a profile’s service make random bytes, into a new file.'
  static override description =
    'For Google Cloud KMS, whose HSM in the location of the key ring makes them; each answer is checked by its CRC-32C. Nothing is recorded. Google has seen them: what nobody else may know takes bytes of this machine beside them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> kms --bytes 32 --out seed.bin',
    '<%= config.bin %> <%= command.id %> kms --bytes 1024 --out noise.bin --json',
  ]
  static override args = {name: Args.string({description: "the profile's name", required: true})}
  static override flags = {
    bytes: Flags.integer({
      summary: `how many: 1 to ${most}`,
      helpValue: 'N',
      min: 1,
      max: most,
      required: true,
    }),
    out: Flags.string({summary: 'a new file (0600)', helpValue: 'FILE', required: true}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileRandom)
    demandNoFile(flags.out)
    const profile = profileOf(this.app.ledger.view, args.name)
    const {random} = await this.app.provider(profile.name)
    if (random === undefined)
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot get random bytes from profile "${profile.name}": a place of kind ${profile.kind} gives out none`,
      )
    const bytes = await random(flags.bytes)
    bytes.consume((lent) => {
      writeNew(flags.out, lent)
    })
    return this.show(
      {schema: 'keyrite.random/1', profile: profile.name, bytes: flags.bytes, file: flags.out},
      [`${flags.bytes} random bytes of profile "${profile.name}" are in ${flags.out}.`],
    )
  }
}
