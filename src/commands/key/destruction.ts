import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {destructionCertificate, keyVersion} from '../../keys/index.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {keyArg} from '../../ui/key-move.ts'
import {paperFlag} from '../../ui/paper.ts'
import {formOf, paperBytes} from '../../ui/write-paper.ts'

export default class KeyDestruction extends KeyriteCommand {
  static override summary =
    'Write the certificate of a key’s destruction: what was tried, what it does not reach, and the signatures of those who approved it.'
  static override description =
    'It follows from the ledger alone. The name’s ending decides the form: .html, .pdf or .txt. Each signature stands in it whole, with the command of ssh-keygen that checks it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --out payments-2024-destroyed.pdf',
  ]
  static override args = keyArg
  static override flags = {
    out: Flags.string({
      summary: 'the file to write, ending in .html, .pdf or .txt; it must not exist',
      helpValue: 'FILE',
      required: true,
    }),
    version: Flags.integer({summary: 'which version; the primary one unless told', helpValue: 'N', min: 1}),
    paper: paperFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyDestruction)
    const form = formOf(flags.out, 'a certificate', ['.html', '.pdf', '.txt'])
    demandNoFile(flags.out)
    const {ledger} = this.app
    const {name, primary} = findKey(ledger, args.key)
    const {key, version} = keyVersion({ledger}, name, flags.version ?? primary)
    const doc = destructionCertificate(ledger.view, key, version)
    const bytes = await paperBytes(form, doc, flags.paper as Paper)
    writeNew(flags.out, bytes)
    return this.show(
      {
        schema: 'keyrite.destruction/1',
        exit: 0,
        key: name,
        version: version.version,
        path: flags.out,
        sha256: sha256Hex(bytes),
      },
      this.print.facts([
        ['Certificate', flags.out],
        ['Key', `${name}, version ${version.version}`],
        ['SHA-256', sha256Hex(bytes)],
      ]),
    )
  }
}
