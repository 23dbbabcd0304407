import {Flags} from '@oclif/core'
import {classifications, planSet} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {dateFlag} from '../../ui/key-flags.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class KeySet extends KeyChange {
  static override summary =
    'Set what is known of a key: who answers for it and uses it, what it protects, from and until when, under which key.'
  static override description =
    'What is not given stays. Class, purpose, algorithm and profile of a key never change. Nothing is done at its provider, but where its service keeps dates (azure): that is told them first, and tried.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --owner "Payments Team" --consumer "Shop=shop@example.com" --consumer Billing',
    '<%= config.bin %> <%= command.id %> patients-dek --classification restricted --label hipaa --expires 2029-12-31',
    '<%= config.bin %> <%= command.id %> vault-dek --not-before 2027-01-01 --expires 2028-12-31',
    '<%= config.bin %> <%= command.id %> patients-dek --no-expires --no-labels --no-parent',
  ]
  static override args = keyArg
  static override flags = {
    ...changeFlags,
    owner: Flags.string({summary: 'who answers for it: a person of the roster, or a name', helpValue: 'O'}),
    consumer: Flags.string({
      summary: 'who uses it, and how to reach them; these, and nobody else',
      helpValue: 'NAME[=CONTACT]',
      multiple: true,
      exclusive: ['no-consumers'],
    }),
    'no-consumers': Flags.boolean({summary: 'nobody uses it any more'}),
    classification: Flags.option({summary: 'what it protects', options: classifications})(),
    expires: dateFlag('the day from which it is not to be used'),
    'not-before': dateFlag('the day before which it is not to be used: where its service keeps that (azure)'),
    'no-expires': Flags.boolean({summary: 'it does not expire', exclusive: ['expires']}),
    parent: Flags.string({summary: 'the key above it', helpValue: 'KEY'}),
    'no-parent': Flags.boolean({summary: 'no key is above it', exclusive: ['parent']}),
    label: Flags.string({
      summary: 'a word by which rules of retention know it, such as hipaa; these, and no others',
      helpValue: 'L',
      multiple: true,
      exclusive: ['no-labels'],
    }),
    'no-labels': Flags.boolean({summary: 'no labels'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeySet)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    const planned = planSet(ledger.view, name, {
      owner: flags.owner,
      consumers: flags['no-consumers'] ? [] : flags.consumer,
      classification: flags.classification,
      expires: flags['no-expires'] ? null : flags.expires,
      notBefore: flags['not-before'],
      parent: flags['no-parent'] ? null : flags.parent,
      labels: flags['no-labels'] ? [] : flags.label,
    })
    return this.change(name, planned, flags)
  }
}
