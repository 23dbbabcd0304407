import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {findIncident, incidentRecord, postmortem} from '../../incidents/index.ts'
import {markdownOf} from '../../paper/markdown.ts'
import {textOf} from '../../paper/text.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {draftIsThere} from '../../ui/incident/draft.ts'
import {paperFlag} from '../../ui/paper.ts'
import {formOf, paperBytes} from '../../ui/write-paper.ts'

export default class IncidentPostmortem extends KeyriteCommand {
  static override summary =
    'Write the draft of the post-mortem: impact, timeline, times against limits, what is open, who owes what, evidence.'
  static override description =
    'What the ledger knows is filled in; what only people know is marked TO BE WRITTEN. With --out the draft is a file, and the duty to draft it (within 48 hours) is recorded as done, with the file’s name and SHA-256. It names people and tickets.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> i41',
    '<%= config.bin %> <%= command.id %> i41 --out post-mortem-i41.md',
    '<%= config.bin %> <%= command.id %> i41 --out post-mortem-i41.pdf --paper letter',
  ]
  static override args = {
    incident: Args.string({description: 'its id, or the key that an open one is about', required: true}),
  }
  static override flags = {
    out: Flags.string({
      summary: 'the file to write, ending in .md, .html, .pdf or .txt; it must not exist',
      helpValue: 'FILE',
    }),
    paper: paperFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(IncidentPostmortem)
    const {out} = flags
    const form = out === undefined ? '.md' : formOf(out, 'a post-mortem', ['.md', '.html', '.pdf', '.txt'])
    if (out !== undefined) demandNoFile(out)
    const {ledger} = this.app
    const incident = findIncident(ledger, args.incident)
    const record = incidentRecord(ledger, incident)
    const doc = postmortem(ledger, record)
    if (out === undefined) {
      // A person at a terminal reads lines that fit; a program gets what it would find in the file.
      const {isTTY} = this.outside.stdout
      const text = isTTY ? textOf(doc, this.print.width) : markdownOf(doc)
      if (isTTY)
        this.say(`To keep it: keyrite incident postmortem ${incident.id} --out post-mortem-${incident.id}.md`)
      return this.show(
        {schema: 'keyrite.postmortem/1', ...record, path: null, duty: null},
        text.trimEnd().split('\n'),
      )
    }
    const bytes = await paperBytes(form, doc, flags.paper as Paper)
    writeNew(out, bytes)
    const sha256 = sha256Hex(bytes)
    const {duty, words} = await draftIsThere(this.app, incident, {path: out, sha256}, () => this.actor())
    return this.show({schema: 'keyrite.postmortem/1', ...record, path: out, sha256, duty}, [
      ...this.print.facts([
        ['Post-mortem', out],
        ['Incident', `${incident.id}, key ${incident.key}`],
        ['SHA-256', sha256],
      ]),
      '',
      words,
      `Next: write what is marked TO BE WRITTEN in ${out}.`,
    ])
  }
}
