import {custodyFold} from '../../custody/index.ts'
import {policyFold, ruleInWords} from '../../policy/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class PolicyShow extends KeyriteCommand {
  static override summary =
    'Show the policy: for each operation, how many people of which roles must approve.'
  static override description = 'The first rule that fits is the one that applies.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description: 'As a file, to be changed, linted and adopted:',
      command: '<%= config.bin %> <%= command.id %> --json | jq .policy > policy.json',
    },
  ]

  async execute(): Promise<Shown> {
    await this.parse(PolicyShow)
    const {ledger} = this.app
    const {policy, sha256, seq} = ledger.of(policyFold)
    const {roster} = ledger.of(custodyFold)
    const rows = policy.rules.map((rule) => [
      rule.id,
      ruleInWords(rule, roster),
      `${rule.operations.join(', ')}${rule.classes === null ? '' : ` of ${rule.classes.join(', ')}`}${rule.kinds === null ? '' : ` (${rule.kinds.join(', ')})`}`,
    ])
    return this.show({schema: 'keyrite.policy/1', name: policy.name, sha256, entry: seq, policy}, [
      ...this.print.facts([
        ['Policy', policy.name],
        ['SHA-256', sha256],
        ['Set by', `entry ${seq}`],
        ['Witnesses', policy.minimums.witnesses],
        ['Requests wait', policy.times.request],
        ['Room idle', policy.times.idle],
      ]),
      '',
      ...this.print.table(['Rule', 'Needs', 'For'], rows, ''),
    ])
  }
}
