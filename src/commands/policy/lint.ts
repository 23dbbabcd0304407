import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, type Roster} from '../../custody/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {lintFile} from '../../ui/lint-policy.ts'
import {counted} from '../../ui/print.ts'

export default class PolicyLint extends KeyriteCommand {
  static override summary = 'Look for what would not work, or is weak, in a policy file (YAML or JSON).'
  static override description =
    'Where this home has a ledger, the policy is also held against its roster. Exits 10 when there are findings.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> policy.yaml',
    '<%= config.bin %> <%= command.id %> policy.yaml --json',
  ]
  static override args = {file: Args.string({description: 'the policy file', required: true})}

  async execute(): Promise<Shown> {
    const {args} = await this.parse(PolicyLint)
    const findings = lintFile(args.file, this.#roster())
    const ok = findings.every(({waived}) => waived)
    const rows = findings.map(({rule, line, column, message}) => [`${line}:${column}`, rule, message])
    return this.show({schema: 'keyrite.findings/1', exit: ok ? 0 : 10, ok, findings}, [
      ...this.print.table(['Line', 'Rule', 'Finding'], rows, 'No findings.'),
      ...(ok ? [] : ['', `${counted(findings.length, 'finding')}.`]),
    ])
  }

  /** The people there are; null where there is no ledger. */
  #roster(): Roster | null {
    try {
      return this.app.ledger.of(custodyFold).roster
    } catch (error) {
      if (error instanceof KeyriteError && error.code === 'LEDGER_NOT_FOUND') return null
      throw error
    }
  }
}
