import {Flags} from '@oclif/core'
import {planReplaceKey} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {personArg} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {keyFlags, PeopleChange, readAttestation, readKeyLine} from '../../ui/people-change.ts'

export default class CustodianReplaceKey extends PeopleChange {
  static override summary =
    "Replace a person's key: the roster quorum approves, and they sign with the new one."
  static override description =
    'Their old keys stop counting at once, on open requests too; --keep leaves one beside the new one. A key that was ever enrolled is not taken again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave --key dave-new.pub --dry-run',
    '<%= config.bin %> <%= command.id %> dave --key dave-new.pub --sign-with dave=dave-new --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = personArg
  static override flags = {
    ...keyFlags,
    keep: Flags.string({
      summary: 'a key of theirs that goes on counting, by fingerprint; any number',
      helpValue: 'SHA256:…',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianReplaceKey)
    const wish = {key: readKeyLine(flags.key), attestation: readAttestation(flags), keep: flags.keep}
    return this.change(planReplaceKey(this.app.ledger, this.person(args.person), wish), flags)
  }
}
