import {templateJsonSchema} from '../../ceremony/json-schema.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonySchema extends KeyriteCommand {
  static override summary = 'Print the form of a ceremony template as JSON Schema, for editors.'
  static override description =
    'An editor with a YAML language server checks and completes a file that begins with "# yaml-language-server: $schema=ceremony.schema.json". What the whole makes of it, "ceremony lint" says.'
  static override examples = ['<%= config.bin %> <%= command.id %> > ceremony.schema.json']
  protected override readonly withApp = false

  async execute(): Promise<Shown> {
    await this.parse(CeremonySchema)
    const text = templateJsonSchema()
    return this.show({schema: 'keyrite.schema/1', of: 'ceremony/1', document: text}, [
      JSON.stringify(text, null, 2),
    ])
  }
}
