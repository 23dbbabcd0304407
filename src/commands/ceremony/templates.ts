import {shippedTemplates} from '../../ceremony/shipped.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyTemplates extends KeyriteCommand {
  static override summary = 'List the ceremony templates that come with keyrite.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async execute(): Promise<Shown> {
    await this.parse(CeremonyTemplates)
    const templates = shippedTemplates().map(({path, sha256, template, steps}) => ({
      id: template.id,
      title: template.title,
      purpose: template.purpose,
      file: path,
      sha256,
      steps: steps.length,
      minutes: steps.reduce((sum, {minutes}) => sum + minutes, 0),
      parameters: [...template.parameters].map(([name, {type, text, default: value}]) => ({
        name,
        type,
        text,
        default: value ?? null,
      })),
      roles: [...template.roles].map(([name, {count, minimum}]) => ({
        name,
        count: count ?? null,
        minimum: minimum ?? null,
      })),
    }))
    return this.show({schema: 'keyrite.templates/1', templates}, [
      ...this.print.table(
        ['Template', 'Minutes', 'Title'],
        templates.map(({id, minutes, title}) => [id, String(minutes), title]),
        'No templates.',
      ),
      '',
      'Next: keyrite ceremony new TEMPLATE --out FILE',
    ])
  }
}
