import {policyJsonSchema} from '../../policy/document.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class PolicySchema extends KeyriteCommand {
  static override summary = 'Print the form of a policy as JSON Schema, for editors.'
  static override description =
    'An editor with a YAML language server checks and completes a file that begins with "# yaml-language-server: $schema=policy.schema.json".'
  static override examples = ['<%= config.bin %> <%= command.id %> > policy.schema.json']
  protected override readonly withApp = false

  async execute(): Promise<Shown> {
    await this.parse(PolicySchema)
    const text = policyJsonSchema()
    return this.show({schema: 'keyrite.schema/1', of: 'keyrite.policy/1', document: text}, [
      JSON.stringify(text, null, 2),
    ])
  }
}
