import {Args} from '@oclif/core'
import {isSolo, policyFold, soloInWords} from '../../policy/index.ts'
import {planAdopt} from '../../requests/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {demandSafe} from '../../ui/lint-policy.ts'
import {readPolicyFile} from '../../ui/policy-file.ts'

export default class PolicyAdopt extends AskingCommand {
  static override summary = 'Adopt another policy: approved under the one that stands, rule by rule in words.'
  static override description =
    'What changes is shown, old -> new, with what lint finds. Requests that are not met by then are void and are asked anew; those that are met stay approved. A policy under which nobody could change policy or people any more is refused.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> policy.yaml --dry-run',
    '<%= config.bin %> <%= command.id %> policy.yaml --reason "two more custodians" --as alice --sign-with alice=alice.pub --sign-with bob=bob.pub --sign-with carol=carol.pub',
  ]
  static override args = {
    file: Args.string({description: 'the policy file, YAML or JSON', required: true}),
  }
  static override flags = askFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(PolicyAdopt)
    const {app} = this
    const {ledger} = app
    const {policy} = readPolicyFile(args.file)
    demandSafe(app, policy)
    const planned = {plan: planAdopt(ledger.view, policy), names: {}}
    return this.asked(planned, flags, () => {
      const {sha256, seq} = ledger.of(policyFold)
      return this.show({schema: 'keyrite.policy/1', name: policy.name, sha256, entry: seq, policy}, [
        `Policy "${policy.name}" stands, by entry ${seq}, SHA-256 ${sha256}.`,
        ...(isSolo(policy) ? [soloInWords(policy)] : []),
        'Requests that were not met are void: ask anew.',
      ])
    })
  }
}
