import {Args, Flags} from '@oclif/core'
import {parseSpec, planCreate} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {wishFlags, wishOf} from '../../ui/key-wish.ts'

export default class KeyCreate extends KeyChange {
  static override summary =
    'Make a key: plan it, have it approved, make it, and record what the provider made.'
  static override description =
    'Without enough signatures the request stays open (exit 8), and nothing is done at the provider.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --profile hsm --algorithm rsa-4096 --purpose sign --class jwt-signing --owner alice@example.com',
    '<%= config.bin %> <%= command.id %> orders-dek --profile local --algorithm aes-256 --purpose encrypt --class dek --owner "Orders team" --sign-with alice=alice.key --sign-with bob=bob.pub --sign-with carol=carol.key',
    '<%= config.bin %> <%= command.id %> orders-dek --profile xks --external-key orders-2026 --algorithm aes-256 --purpose encrypt --class dek --owner "Orders team"',
  ]
  static override args = {
    name: Args.string({description: 'a name for its purpose: a-z, 0-9 and -', required: true}),
  }
  static override flags = {
    ...wishFlags,
    alias: Flags.string({summary: 'a name by which others reach it at its service', helpValue: 'A'}),
    'replica-region': Flags.string({
      summary: 'another region in which it shall lie',
      helpValue: 'R',
      multiple: true,
      default: [],
    }),
    'external-key': Flags.string({
      summary: 'what the key manager outside AWS calls it: in an external key store (XKS)',
      helpValue: 'ID',
    }),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCreate)
    this.concerns = args.name
    const {view, time} = this.app.ledger
    const {alias = null, 'replica-region': regions, 'external-key': externalKey = null} = flags
    const planned = planCreate(view, {...wishOf(args.name, flags), alias, regions, externalKey}, time)
    await this.demandOffered(parseSpec(planned.plan.change), planned.plan, 'make')
    return this.change(args.name, planned, flags)
  }
}
