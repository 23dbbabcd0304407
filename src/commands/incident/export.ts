import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {visibleJson} from '../../base/visible.ts'
import {entriesOf, findIncident, incidentRecord, wholeRecord} from '../../incidents/index.ts'
import {htmlOf} from '../../paper/html.ts'
import {markdownOf} from '../../paper/markdown.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {entryDocument} from '../../ui/show-entry.ts'

export default class IncidentExport extends KeyriteCommand {
  static override summary =
    'Write the whole record of an incident: timeline, times, impact, duties, clocks, evidence, and its entries.'
  static override description =
    'It holds names, notes and tickets: pass it only to those who may read these. It follows from the ledger alone; nothing is recorded. Without --out it goes to the screen.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41 --out i41.md',
    '<%= config.bin %> <%= command.id %> i41 --format json --out i41.json',
    '<%= config.bin %> <%= command.id %> i41 --format html --out i41.html',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that an open one is about', required: true}),
  }
  static override flags = {
    format: Flags.option({
      summary: 'the form of the record (md is markdown)',
      options: ['markdown', 'md', 'json', 'html'] as const,
      default: 'markdown',
    })(),
    out: Flags.string({summary: 'a file that is not there yet, instead of the screen', helpValue: 'FILE'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentExport)
    const {format, out} = flags
    if (out !== undefined) demandNoFile(out)
    const {ledger} = this.app
    const incident = findIncident(ledger, args.incident)
    const record = incidentRecord(ledger, incident)
    const entries = entriesOf(ledger, incident).map((entry) => ({...entryDocument(ledger, entry)}))
    const whole = {schema: 'keyrite.incident-record/1' as const, ...record, entries}
    const doc = wholeRecord(ledger, record, entries)
    const text =
      format === 'json' ? `${visibleJson(whole)}\n` : format === 'html' ? htmlOf(doc) : markdownOf(doc)
    if (out === undefined) return this.show({...whole, path: null}, text.trimEnd().split('\n'))
    const bytes = Buffer.from(text)
    writeNew(out, bytes)
    return this.show({...whole, path: out, sha256: sha256Hex(bytes)}, [
      ...this.print.facts([
        ['Record', out],
        ['Incident', `${incident.id}, key ${incident.key}`],
        ['Entries', entries.length],
        ['SHA-256', sha256Hex(bytes)],
      ]),
      '',
      'It holds names, notes and tickets: pass it only to those who may read these.',
    ])
  }
}
