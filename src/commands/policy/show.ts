import {Args, Flags} from '@oclif/core'
import {stringify} from 'yaml'
import {sha256Hex} from '../../base/bytes.ts'
import {jcsBytes} from '../../base/jcs.ts'
import {custodyFold} from '../../custody/index.ts'
import {
  protectionInWords,
  classes,
  contactInWords,
  defaultPolicy,
  isSolo,
  policyFold,
  ruleInWords,
  askedInWords,
  scheduleOf,
  soloInWords,
  soloPolicy,
  type Policy,
  type Rule,
} from '../../policy/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

const brought: Readonly<Record<string, Policy>> = {default: defaultPolicy, solo: soloPolicy}

export default class PolicyShow extends KeyriteCommand {
  static override summary =
    'Show the policy: for each operation, how many people of which roles must approve.'
  static override description = 'The first rule that fits is the one that applies.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description: 'As a file, to be changed, linted and adopted:',
      command: '<%= config.bin %> <%= command.id %> --yaml > policy.yaml',
    },
    {
      description: 'One that keyrite brings, without a ledger:',
      command: '<%= config.bin %> <%= command.id %> default --yaml > policy.yaml',
    },
  ]
  static override args = {
    policy: Args.string({
      description: 'one that keyrite brings, instead of the one that stands',
      options: Object.keys(brought),
    }),
  }
  static override flags = {
    yaml: Flags.boolean({summary: 'print it as a file that "policy lint" and "policy adopt" read'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(PolicyShow)
    const given = args.policy === undefined ? undefined : brought[args.policy]
    const standing = given === undefined ? this.app.ledger.of(policyFold) : undefined
    const policy = given ?? standing?.policy ?? defaultPolicy
    const sha256 = standing?.sha256 ?? sha256Hex(jcsBytes(policy))
    const document = {name: policy.name, sha256, entry: standing?.seq ?? null, weak: isSolo(policy), policy}
    return this.show(
      {schema: 'keyrite.policy/1', ...document},
      flags.yaml ? yamlLines(policy) : this.#lines(policy, sha256, standing?.seq),
    )
  }

  #lines(policy: Policy, sha256: string, seq: number | undefined): readonly string[] {
    const roster = seq === undefined ? null : this.app.ledger.of(custodyFold).roster
    const rows = policy.rules.map((rule) => [
      rule.id,
      roster === null ? askedInWords(rule) : ruleInWords(rule, roster),
      forInWords(rule),
    ])
    return [
      ...this.print.facts([
        ['Policy', policy.name],
        ['Weak', isSolo(policy) ? soloInWords(policy) : null],
        ['SHA-256', sha256],
        ['Set by', seq === undefined ? 'nothing: keyrite brings it' : `entry ${seq}`],
        ['Witnesses', policy.minimums.witnesses],
        ['In hardware', policy.minimums.hardware?.join(', ') ?? null],
        ['Least protection', protectionInWords(policy)],
        ['Printers of shares', policy.printers === undefined ? null : policy.printers.join(', ') || 'none'],
        ['Requests wait', policy.times.request],
        ['Room idle', policy.times.idle],
      ]),
      '',
      ...this.print.table(['Rule', 'Needs', 'For'], rows, ''),
      '',
      ...this.print.table(
        ['Rotation of', 'Every', 'Overdue', 'Limit', 'Overlap', 'Mode'],
        classes.map((name) => {
          const {every, overdue, limit, verification, grace, mode} = scheduleOf(policy, name)
          return [name, every, overdue, limit, `${verification} + ${grace}`, mode]
        }),
        '',
      ),
      ...(policy.contacts ?? []).flatMap((one, at) => [
        ...(at === 0 ? [''] : []),
        ...this.print.facts([[`Contact ${at + 1}`, contactInWords(one)]]),
      ]),
      ...(policy.hooks ?? []).flatMap((hook, at) => [
        ...(at === 0 ? [''] : []),
        ...this.print.facts([
          [
            `Hook ${hook.name}`,
            `after ${hook.phase}, ${hook.classes?.join(', ') ?? 'every class'}: ${hook.program}`,
          ],
        ]),
      ]),
    ]
  }
}

function forInWords({operations, classes, kinds}: Rule): string {
  const of = classes === null ? '' : ` of ${classes.join(', ')}`
  return `${operations.join(', ')}${of}${kinds === null ? '' : ` (${kinds.join(', ')})`}`
}

function yamlLines(policy: Policy): readonly string[] {
  const text = stringify(policy, {aliasDuplicateObjects: false, lineWidth: 100})
  return ['# yaml-language-server: $schema=policy.schema.json', ...text.trimEnd().split('\n')]
}
