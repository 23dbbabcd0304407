import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {emergencyCard} from '../../incidents/index.ts'
import {textOf} from '../../paper/text.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {policyFold, unreached} from '../../policy/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {paperFlag} from '../../ui/paper.ts'
import {formOf, paperBytes} from '../../ui/write-paper.ts'

export default class IncidentCard extends KeyriteCommand {
  static override summary =
    'Write the card for the night, one page to print: the command, whom to call, what to do when a device fails.'
  static override description =
    'It follows from people, policy (its field contacts) and profiles alone: until one of these changes it is the same bytes. Without --out it is shown as text.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --out emergency-card.pdf',
    '<%= config.bin %> <%= command.id %>',
  ]
  static override flags = {
    out: Flags.string({
      summary: 'the file to write, ending in .html, .pdf or .txt; it must not exist',
      helpValue: 'FILE',
    }),
    paper: paperFlag,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(IncidentCard)
    const {out} = flags
    const form = out === undefined ? '.txt' : formOf(out, 'a card', ['.html', '.pdf', '.txt'])
    if (out !== undefined) demandNoFile(out)
    const {ledger} = this.app
    const doc = emergencyCard(ledger)
    const {policy} = ledger.of(policyFold)
    const missing = unreached(policy)
    const bytes = await paperBytes(form, doc, flags.paper as Paper)
    if (out !== undefined) writeNew(out, bytes)
    const document = {
      schema: 'keyrite.card/1' as const,
      path: out ?? null,
      sha256: sha256Hex(bytes),
      contacts: policy.contacts ?? [],
      missing,
    }
    if (out === undefined) return this.show(document, textOf(doc, this.print.width).trimEnd().split('\n'))
    return this.show(document, [
      ...this.print.facts([
        ['Card', out],
        ['SHA-256', sha256Hex(bytes)],
        ['Nobody reaches', missing.length === 0 ? null : missing.join(', ')],
      ]),
      '',
      missing.length === 0
        ? 'Next: print it, and lay it where somebody finds it who cannot log in.'
        : 'Next: name them in the policy, field contacts: keyrite policy show --yaml > policy.yaml',
    ])
  }
}
