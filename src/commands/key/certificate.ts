import {Args, Flags} from '@oclif/core'
import {fromHex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {wordLines} from '../../base/words.ts'
import {
  approvedSpec,
  certificatePem,
  certificatesFold,
  certificatesOf,
  specInWords,
} from '../../certificates/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {wholeNumber} from '../../ui/flags.ts'

export default class KeyCertificate extends KeyriteCommand {
  static override summary = 'Print the certificate of a key, or its request for one, as PEM.'
  static override description =
    'It is the one that was made last, in a ceremony, unless --entry names another. What it says follows from what was approved, and its signature was verified when the ledger was read.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> root-ca',
    '<%= config.bin %> <%= command.id %> root-ca --out root-ca.pem',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    out: Flags.string({summary: 'a file that is not there yet, instead of the screen', helpValue: 'FILE'}),
    entry: Flags.string({
      summary: 'the one that this entry recorded (default: the last)',
      helpValue: 'SEQ',
      parse: async (text) => String(wholeNumber(text, 'an entry', 0)),
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCertificate)
    if (flags.out !== undefined) demandNoFile(flags.out)
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    const all = certificatesOf(ledger.of(certificatesFold), key.name)
    const one = flags.entry === undefined ? all.at(-1) : all.find(({seq}) => seq === Number(flags.entry))
    if (one === undefined)
      throw new KeyriteError('NOT_FOUND', `cannot find a certificate of key "${key.name}"`, {
        hints: [
          all.length === 0
            ? 'keyrite ceremony new root-ca --out FILE, for a ceremony that makes one'
            : `--entry ${all.map(({seq}) => seq).join(' or ')}`,
        ],
      })
    const text = certificatePem(one.form, ledger.view.blob(one.sha256))
    if (flags.out !== undefined) writeNew(flags.out, Buffer.from(text), 0o644)
    const spec = approvedSpec(ledger.view, one.approved)
    const {seq, form, version, sha256, serial, at, ceremony} = one
    const document = {key: key.name, version, form, entry: seq, sha256, serial, madeAt: at, ceremony, text}
    return this.show(
      {
        schema: 'keyrite.certificate/1',
        ...document,
        file: flags.out ?? null,
        says: spec,
        all: all.map((other) => ({
          entry: other.seq,
          form: other.form,
          sha256: other.sha256,
          madeAt: other.at,
        })),
      },
      flags.out === undefined
        ? text.trimEnd().split('\n')
        : [
            `The ${form === 'request' ? 'request' : 'certificate'} of key "${key.name}" is in ${flags.out}.`,
            ...specInWords(spec),
            ...this.print.facts([
              ['Serial', serial],
              ['Fingerprint', sha256],
              ['Made', `${at}, entry ${seq}`],
            ]),
            ...wordLines(fromHex(sha256)),
          ],
    )
  }
}
