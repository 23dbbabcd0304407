import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {roles} from '../../custody/index.ts'
import {planEnroll} from '../../requests/index.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {keyFlags, PeopleChange, readAttestation, readKeyLine} from '../../ui/people-change.ts'

export default class CustodianEnroll extends PeopleChange {
  static override summary = 'Enrol a person: the roster quorum approves, and they sign with their key.'
  static override description =
    'A --sign-with of the new person shows that they hold the key; elsewhere they do so with request export ID --for PERSON. A key counts as attested only where --attestation leads to a maker whom the policy names (attestation_roots).'
  static override examples = [
    '<%= config.bin %> <%= command.id %> erin@example.com --name "Erin Example" --key erin.pub --role custodian --dry-run',
    '<%= config.bin %> <%= command.id %> erin@example.com --key erin.pub --role custodian --sign-with erin@example.com=erin.key --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = {
    person: Args.string({description: 'their address', required: true}),
  }
  static override flags = {
    ...keyFlags,
    name: Flags.string({summary: 'what they are called (default: the address)', helpValue: 'NAME'}),
    role: Flags.option({
      summary: 'what they are; any number',
      options: roles,
      helpValue: 'ROLE',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
    })(),
    recipient: Flags.string({summary: 'where shares for them are encrypted to', helpValue: 'age1…'}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CustodianEnroll)
    const {person: address} = args
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw new KeyriteError('USAGE', `expected an address such as erin@example.com, got "${address}"`)
    const wish = {
      address,
      name: flags.name ?? address,
      key: readKeyLine(flags.key),
      attestation: readAttestation(flags),
      recipient: flags.recipient ?? null,
      roles: flags.role,
    }
    return this.change(planEnroll(this.app.ledger, wish, this.app.world.random), flags)
  }
}
