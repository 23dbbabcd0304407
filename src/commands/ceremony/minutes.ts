import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {minutesFile, rulesOf} from '../../ceremony/bundle/index.ts'
import {writeNew} from '../../base/files.ts'
import {folds, operations} from '../../app.ts'
import {findCeremony} from '../../ui/ceremony.ts'
import {paperFlag} from '../../ui/paper.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyMinutes extends KeyriteCommand {
  static override summary = 'Write the minutes of a ceremony, for reading and for paper.'
  static override description =
    'They follow from the ledger alone: the same ceremony gives the same minutes. The name’s ending decides the form: .html, .pdf or .txt. The HTML carries entries, signatures and private values, and checks itself for damage when a browser opens it, offline: pass it only to those who may read every name in it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --out minutes.html',
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --out minutes.pdf --paper letter',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }
  static override flags = {
    out: Flags.string({
      summary: 'the file to write, ending in .html, .pdf or .txt; it must not exist',
      helpValue: 'FILE',
      required: true,
    }),
    paper: paperFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyMinutes)
    const {ledger, world} = this.app
    const ceremony = findCeremony(this.app, args.ceremony)
    const paper = flags.paper as Paper
    const rules = await rulesOf({folds, operations}, paper)
    const bytes = minutesFile(flags.out, {ledger, rules, ceremony, tool: world.tool})
    writeNew(flags.out, bytes)
    return this.show(
      {schema: 'keyrite.minutes/1', ceremony: ceremony.id, path: flags.out, sha256: sha256Hex(bytes)},
      this.print.facts([
        ['Minutes', flags.out],
        ['Ceremony', ceremony.id],
        ['SHA-256', sha256Hex(bytes)],
      ]),
    )
  }
}
