import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {minutesFile} from '../../ceremony/minutes/index.ts'
import {writeNew} from '../../base/files.ts'
import {operations} from '../../app.ts'
import {findCeremony} from '../../ui/ceremony.ts'
import {paperFlag} from '../../ui/paper.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyMinutes extends KeyriteCommand {
  static override summary = 'Write the minutes of a ceremony, for reading and for paper.'
  static override description =
    'They follow from the ledger alone: the same ceremony gives the same minutes. The name’s ending decides the form: .html, .pdf or .txt.'
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
    const {ledger} = this.app
    const ceremony = findCeremony(this.app, args.ceremony)
    const paper = flags.paper as Paper
    const bytes = await minutesFile(flags.out, {ledger, operations, ceremony, paper})
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
