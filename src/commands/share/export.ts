import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {findSet, headOf, wrappedOf, wrappedText} from '../../shares/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {setArg} from '../../ui/shares/flags.ts'

export default class ShareExport extends KeyriteCommand {
  static override summary = 'Give out the wrapped secret of a set, which opens nothing without its shares.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> escrow-1 --out wrapped.txt',
    '<%= config.bin %> <%= command.id %> escrow-1 > wrapped.txt',
  ]
  static override args = {set: setArg}
  static override flags = {
    out: Flags.string({summary: 'a file that is not there yet, instead of the screen', helpValue: 'FILE'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ShareExport)
    if (flags.out !== undefined) demandNoFile(flags.out)
    const {ledger} = this.app
    const set = findSet(ledger, args.set)
    const text = wrappedText(wrappedOf(ledger.view, set), headOf(ledger, set, null))
    if (flags.out !== undefined) writeNew(flags.out, text, 0o644)
    return this.show(
      {
        schema: 'keyrite.wrapped/1',
        ...{set: set.set, name: set.name, kcv: set.kcv, wrapped: set.wrapped},
        ...{file: flags.out ?? null, text: text.toString('latin1'), sha256: sha256Hex(text)},
      },
      flags.out === undefined
        ? text.toString('latin1').trimEnd().split('\n')
        : [
            `The wrapped secret of set "${set.name}" is in ${flags.out}.`,
            'With the shares it is recovered by keyrite share combine, or without keyrite: docs/recover-without-keyrite.md',
          ],
    )
  }
}
