import {join} from 'node:path'
import {Flags} from '@oclif/core'
import {hex, sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic, writeNew} from '../../base/files.ts'
import {writeNewFolder} from '../../base/new-folder.ts'
import {parseCheckpoint, tileFiles, vkeyAt} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class LedgerExport extends KeyriteCommand {
  static override summary = 'Write out every entry, in the exact bytes that are hashed.'
  static override description = `Private values stay commitments: what is exported holds no names.
jsonl: one entry a line. tiles: a folder as C2SP tlog-tiles has it (checkpoint, hashes, bundles of entries), which other people's tools read.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> > ledger.jsonl',
    '<%= config.bin %> <%= command.id %> --format jsonl --out ledger.jsonl --json',
    '<%= config.bin %> <%= command.id %> --format tiles --out ledger-tiles',
  ]
  static override flags = {
    format: Flags.option({options: ['jsonl', 'tiles'] as const, summary: 'the form', default: 'jsonl'})(),
    out: Flags.string({
      summary: 'a file, or for tiles a folder, that is not there yet (default: stdout)',
      helpValue: 'PATH',
    }),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerExport)
    if (flags.format === 'tiles') return this.#tiles(flags.out)
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

  #tiles(out: string | undefined): Shown {
    if (out === undefined)
      throw new KeyriteError('USAGE', 'cannot put a folder on stdout: tiles are many files', {
        hints: ['--out DIR'],
      })
    const {store, size, view} = this.app.ledger
    writeNewFolder(out, 'the tiles', tileFiles(store, size))
    const checkpoint = readPublic(join(out, 'checkpoint'), 65_536)
    const vkey = vkeyAt(view.facts, size)
    const document = {
      format: 'tiles',
      entries: size,
      folder: out,
      ledger: view.facts.name,
      vkey,
      root: hex(parseCheckpoint(checkpoint.toString('utf8')).root),
    }
    return this.show({schema: 'keyrite.export/1', ...document}, [
      `${size} entries are in ${out}, as tiles under a signed checkpoint.`,
      ...this.print.facts([['Verifier key', vkey]]),
    ])
  }
}
