import {Args, Flags} from '@oclif/core'
import {custodyFold} from '../../custody/index.ts'
import {findSet, type HolderWish} from '../../shares/index.ts'
import type {Shown} from '../../ui/command.ts'
import {wholeNumber} from '../../ui/flags.ts'
import {SplitCommand, splitFlags} from '../../ui/shares/split-command.ts'

export default class ShareReseal extends SplitCommand {
  static override summary = 'Split a secret anew, in place of a set: a share was lost, or its holder left.'
  static override description =
    'A lost share is never made again. The secret is brought once more (recover it first, if need be), and gets another key and other shares. The shares of the old set still open what they opened: destroy them, and change the secret if you cannot.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> escrow-1 --secret-file root.key --out shares-2',
    '<%= config.bin %> <%= command.id %> escrow-1 --secret-file - --holder alice --holder bob --holder frank --threshold 2 --out shares-2',
  ]
  static override args = {
    set: Args.string({description: 'the name of a set, or the first letters of its id', required: true}),
  }
  static override flags = {
    threshold: Flags.string({
      summary: 'how many shares recover it (default: as many as before)',
      helpValue: 'K',
      parse: async (text) => String(wholeNumber(text, 'a threshold', 2)),
    }),
    holder: Flags.string({
      summary: 'who gets a share (default: whoever had one)',
      helpValue: 'PERSON[=HOW]',
      multiple: true,
    }),
    ...splitFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ShareReseal)
    this.demandPlace(flags)
    const old = findSet(this.app.ledger, args.set)
    const {roster} = this.app.ledger.of(custodyFold)
    const same = (): readonly HolderWish[] =>
      old.holders.flatMap(({person: id, delivery}) => {
        const person = roster.get(id)
        const otherwise = delivery === 'passphrase' ? delivery : 'screen'
        return person === undefined ? [] : [{person, otherwise} as const]
      })
    return this.split(
      {
        name: old.name,
        key: flags.key ?? null,
        threshold: flags.threshold === undefined ? old.threshold : Number(flags.threshold),
        holders: flags.holder === undefined ? same() : this.holders(flags.holder, flags),
        replaces: old,
      },
      flags,
    )
  }
}
