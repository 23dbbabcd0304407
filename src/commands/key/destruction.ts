import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {demandFree, writeNewFolder} from '../../base/new-folder.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {destructionCertificate, keyVersion, signedFiles} from '../../keys/index.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {keyArg} from '../../ui/key-move.ts'
import {paperFlag} from '../../ui/paper.ts'
import {formOf, paperBytes} from '../../ui/write-paper.ts'

export default class KeyDestruction extends KeyriteCommand {
  static override summary =
    'Write the certificate of a key’s destruction: what was tried, what it does not reach, and the signatures of those who approved it, over the plan and over what was done.'
  static override description =
    'It follows from the ledger alone. The name’s ending decides the form: .html, .pdf or .txt. Each signature stands in it whole, with the command of ssh-keygen that checks it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --out payments-2024-destroyed.pdf',
    '<%= config.bin %> <%= command.id %> payments-2024 --signed payments-2024-signed',
  ]
  static override args = keyArg
  static override flags = {
    out: Flags.string({
      summary: 'the file to write, ending in .html, .pdf or .txt; it must not exist',
      helpValue: 'FILE',
    }),
    signed: Flags.string({
      summary: 'a new folder for what was signed of the outcome, as files for sha256sum and ssh-keygen',
      helpValue: 'DIR',
    }),
    version: Flags.integer({summary: 'which version; the primary one unless told', helpValue: 'N', min: 1}),
    paper: paperFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyDestruction)
    const {out, signed} = flags
    if (out === undefined && signed === undefined)
      throw new KeyriteError('USAGE', 'cannot tell what to write: name a file, or a folder', {
        hints: ['--out FILE.pdf', '--signed DIR'],
      })
    const form = out === undefined ? null : formOf(out, 'a certificate', ['.html', '.pdf', '.txt'])
    if (out !== undefined) demandNoFile(out)
    if (signed !== undefined) demandFree(signed, 'what was signed')
    const {ledger} = this.app
    const {name, primary} = findKey(ledger, args.key)
    const {key, version} = keyVersion({ledger}, name, flags.version ?? primary)
    const doc = destructionCertificate(ledger.view, key, version)
    if (signed !== undefined)
      writeNewFolder(signed, 'what was signed', signedFiles(ledger.view, name, version.version))
    const bytes = form === null ? null : await paperBytes(form, doc, flags.paper as Paper)
    if (bytes !== null) writeNew(out ?? '', bytes)
    const sha256 = bytes === null ? null : sha256Hex(bytes)
    return this.show(
      {
        schema: 'keyrite.destruction/1',
        exit: 0,
        key: name,
        version: version.version,
        path: out ?? null,
        sha256,
        signed: signed ?? null,
      },
      this.print.facts([
        ['Certificate', out],
        ['Key', `${name}, version ${version.version}`],
        ['SHA-256', sha256],
        ['What was signed', signed === undefined ? null : `${signed}, see CHECK.md in it`],
      ]),
    )
  }
}
