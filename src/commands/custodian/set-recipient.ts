import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {planSetRecipient} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {PeopleChange} from '../../ui/people-change.ts'

export default class CustodianSetRecipient extends PeopleChange {
  static override summary = 'Change where shares for a person are encrypted to.'
  static override description =
    'The roster quorum approves it, and the person signs for it with a key of theirs: --sign-with of that person, or request export ID --for PERSON. A recipient of a plugin of age (age1NAME1…) is for a key on hardware: a split then takes the program age and that plugin.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> dave age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p --dry-run',
    '<%= config.bin %> <%= command.id %> dave --none --sign-with dave=dave.pub --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = {
    person: Args.string({description: 'a handle, an address or an id of the roster', required: true}),
    recipient: Args.string({description: 'an age recipient: age1…, or age1NAME1… of a plugin'}),
  }
  static override flags = {
    none: Flags.boolean({summary: 'have no recipient any more', default: false}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianSetRecipient)
    if ((args.recipient === undefined) !== flags.none)
      throw new KeyriteError('USAGE', 'expected a recipient (age1…), or --none')
    const planned = planSetRecipient(this.app.ledger, this.person(args.person), args.recipient ?? null)
    return this.change(planned, flags)
  }
}
