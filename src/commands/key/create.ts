import {Args, Flags} from '@oclif/core'
import {classes} from '../../policy/index.ts'
import {algorithms, purposes, schemes} from '../../providers/algorithms.ts'
import {classifications, planCreate} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {dateFlag} from '../../ui/key-flags.ts'

export default class KeyCreate extends KeyChange {
  static override summary =
    'Make a key: plan it, have it approved, make it, and record what the provider made.'
  static override description =
    'Without enough signatures the request stays open (exit 8), and nothing is done at the provider.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --profile hsm --algorithm rsa-4096 --purpose sign --class jwt-signing --owner alice@example.com',
    '<%= config.bin %> <%= command.id %> orders-dek --profile local --algorithm aes-256 --purpose encrypt --class dek --owner "Orders team" --sign-with alice=alice.key --sign-with bob=bob.pub --sign-with carol=carol.key',
  ]
  static override args = {
    name: Args.string({description: 'a name for its purpose: a-z, 0-9 and -', required: true}),
  }
  static override flags = {
    profile: Flags.string({summary: 'where it will live', helpValue: 'NAME', required: true}),
    algorithm: Flags.option({summary: 'what it is made of', options: algorithms, required: true})(),
    scheme: Flags.option({summary: 'how it is used; a default for each class', options: schemes})(),
    purpose: Flags.option({summary: 'the one thing it is for', options: purposes, required: true})(),
    class: Flags.option({
      summary: 'its class, which decides who must approve',
      options: classes,
      required: true,
    })(),
    classification: Flags.option({
      summary: 'what it protects',
      options: classifications,
      default: 'confidential' as const,
    })(),
    owner: Flags.string({
      summary: 'who answers for it: a person of the roster, or a name',
      helpValue: 'O',
      required: true,
    }),
    consumer: Flags.string({
      summary: 'who uses it, and how to reach them',
      helpValue: 'NAME[=CONTACT]',
      multiple: true,
      default: [],
    }),
    parent: Flags.string({summary: 'the key above it', helpValue: 'KEY'}),
    expires: dateFlag('the day from which it is not to be used'),
    alias: Flags.string({summary: 'a name by which others reach it at its service', helpValue: 'A'}),
    'replica-region': Flags.string({
      summary: 'another region in which it shall lie',
      helpValue: 'R',
      multiple: true,
      default: [],
    }),
    activate: Flags.boolean({summary: 'approve its activation in the same plan; it is proved first'}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCreate)
    this.concerns = args.name
    const {activate, algorithm, classification, consumer, expires, owner, parent, profile, purpose} = flags
    const planned = planCreate(this.app.ledger.view, {
      name: args.name,
      profile,
      algorithm,
      scheme: flags.scheme ?? null,
      purpose,
      class: flags.class,
      classification,
      owner,
      consumers: consumer,
      parent: parent ?? null,
      expires: expires ?? null,
      activate,
      alias: flags.alias ?? null,
      regions: flags['replica-region'],
    })
    return this.change(args.name, planned, flags)
  }
}
