import {Args, Flags} from '@oclif/core'
import {hex, sha256Hex} from '../../base/bytes.ts'
import {writeNew} from '../../base/files.ts'
import {proveEntry, vkeyAt} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {wholeNumber} from '../../ui/flags.ts'

export default class LedgerProve extends KeyriteCommand {
  static override summary =
    'Prove one entry: that it is in the ledger, as a text that stands alone (C2SP tlog-proof).'
  static override description =
    'The proof leads from the entry to the newest signed checkpoint, and was verified before it is written. Whoever checks it needs the bytes of the entry and the verifier key, and nothing else of the ledger.'
  static override examples = ['<%= config.bin %> <%= command.id %> 41 --out entry-41.proof']
  static override args = {
    entry: Args.string({
      description: 'the entry, counted from 0',
      required: true,
      parse: async (text) => String(wholeNumber(text, 'an entry', 0)),
    }),
  }
  static override flags = {
    out: Flags.string({summary: 'a file that is not there yet', helpValue: 'FILE', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(LedgerProve)
    const {store, size, view} = this.app.ledger
    const seq = Number(args.entry)
    const {text, leaf, checkpoint, hashes} = proveEntry(store, view.facts, size, seq)
    writeNew(flags.out, Buffer.from(text))
    const {name, fingerprint} = view.facts
    const vkey = vkeyAt(view.facts, checkpoint.size)
    const document = {
      file: flags.out,
      sha256: sha256Hex(text),
      entry: seq,
      leaf: hex(leaf),
      hashes,
      size: checkpoint.size,
      root: hex(checkpoint.root),
      ledger: name,
      fingerprint,
      vkey,
    }
    return this.show({schema: 'keyrite.proof/1', ...document}, [
      `The proof that entry ${seq} is in the ledger of ${checkpoint.size} entries is in ${flags.out}.`,
      `Give it away with the entry’s bytes (without the line end): keyrite ledger show ${seq} --raw`,
      '',
      ...this.print.facts([
        ['Ledger', name],
        ['Leaf', document.leaf],
        ['Root', document.root],
        ['Verifier key', vkey],
      ]),
    ])
  }
}
