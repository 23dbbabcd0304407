import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {writeNew} from '../../base/files.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class LedgerExport extends KeyriteCommand {
  static override summary = 'Write out every entry, in the exact bytes that are hashed, one a line.'
  static override description = 'Private values stay commitments: what is exported holds no names.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> > ledger.jsonl',
    '<%= config.bin %> <%= command.id %> --format jsonl --out ledger.jsonl --json',
  ]
  static override flags = {
    format: Flags.option({options: ['jsonl'] as const, summary: 'the form', default: 'jsonl'})(),
    out: Flags.string({summary: 'a file that is not there yet (default: stdout)', helpValue: 'FILE'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerExport)
    if (flags.out === undefined && this.jsonEnabled())
      throw new KeyriteError('USAGE', 'cannot put the entries and a document on one stdout', {
        hints: ['--out FILE', 'keyrite ledger show --raw --json'],
      })
    const {store, size} = this.app.ledger
    const lines = store.rows(0, size).map(({bytes}) => Buffer.from(bytes).toString('utf8'))
    if (flags.out === undefined) return this.show({schema: 'keyrite.export/1'}, lines)
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    writeNew(flags.out, bytes)
    const document = {format: flags.format, entries: size, file: flags.out, sha256: sha256Hex(bytes)}
    return this.show({schema: 'keyrite.export/1', ...document}, [`${size} entries are in ${flags.out}.`])
  }
}
