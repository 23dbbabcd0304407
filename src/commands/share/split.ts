import {Flags} from '@oclif/core'
import type {Shown} from '../../ui/command.ts'
import {holderFlags, SplitCommand, splitFlags} from '../../ui/shares/split-command.ts'

export default class ShareSplit extends SplitCommand {
  static override summary = 'Split a secret among people, so that some of them together recover it.'
  static override description =
    'People approve who gets a share and by which way; then it is split, what each share must be is recorded, and only then are shares given out. A share is sealed to the age recipient that the roster has for its holder; the file opens with age. To a plugin it is sealed by the program age, which is tried before anybody is asked.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --secret-file root.key --threshold 3 --holder alice --holder bob --holder carol --holder dave --holder erin --out shares --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
    '<%= config.bin %> <%= command.id %> --key orders-kek --threshold 2 --holder alice --holder bob=passphrase --holder carol=screen --out shares --dry-run',
  ]
  static override flags = {
    ...holderFlags,
    name: Flags.string({
      summary: "what the set is called (default: the key's name, or escrow-N)",
      helpValue: 'NAME',
    }),
    ...splitFlags,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(ShareSplit)
    await this.leftBefore(flags.name ?? flags.key ?? null, flags['dry-run'])
    this.demandPlace(flags)
    return this.split(
      {
        name: flags.name ?? null,
        key: flags.key ?? null,
        threshold: Number(flags.threshold),
        holders: this.holders(flags.holder, flags),
        replaces: null,
      },
      flags,
    )
  }
}
