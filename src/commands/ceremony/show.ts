import {Args} from '@oclif/core'
import {documentOf, findCeremony} from '../../ui/ceremony.ts'
import {ceremonyLines} from '../../ui/show-ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyShow extends KeyriteCommand {
  static override summary = 'Show a ceremony: where it stands, who takes part, what is missing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d',
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --json',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(CeremonyShow)
    const document = documentOf(this.app, findCeremony(this.app, args.ceremony))
    return this.show({schema: 'keyrite.ceremony/1', ...document}, ceremonyLines(this.print, document))
  }
}
