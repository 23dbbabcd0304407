import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'
import {custodyFold, personRef} from '../../custody/index.ts'
import {profileOf} from '../../keys/index.ts'
import {classes, explain, operations, policyFold, type OperationName} from '../../policy/index.ts'
import {called} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {profileFlag} from '../../ui/flags.ts'

export default class PolicyExplain extends KeyriteCommand {
  static override summary = 'Say who may approve an operation, who may not, and why.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> key.create --class jwt-signing --profile hsm',
    '<%= config.bin %> <%= command.id %> key.destroy payments-jwt',
  ]
  static override args = {
    operation: Args.string({
      description: 'such as key.create; any other word lists them all',
      required: true,
      parse: async (text) => operationNamed(text),
    }),
    key: Args.string({description: 'a key: its class and profile are taken'}),
  }
  static override flags = {
    class: Flags.option({options: classes, summary: 'the class of key', helpValue: 'CLASS'})(),
    profile: profileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(PolicyExplain)
    const {ledger} = this.app
    const key = args.key === undefined ? undefined : findKey(ledger, args.key)
    const where = flags.profile ?? key?.profile
    const profile = where === undefined ? null : profileOf(ledger.view, where)
    const matter = {
      operation: operationNamed(args.operation),
      class: flags.class ?? key?.spec.class ?? null,
      kind: profile?.kind ?? null,
    }
    const {roster} = ledger.of(custodyFold)
    const {rule, words, may, mayNot} = explain(
      ledger.of(policyFold).policy,
      roster,
      matter,
      profile?.environment ?? null,
    )
    const document = {
      ...matter,
      environment: profile?.environment ?? null,
      rule: rule.id,
      needs: {quorum: rule.people, roles: rule.roles},
      words,
      may: may.map(({id}) => personRef(roster, id)),
      mayNot: mayNot.map(({person, because}) => ({person: personRef(roster, person.id), because})),
    }
    return this.show({schema: 'keyrite.explanation/1', ...document}, [
      ...this.print.facts([
        ['Operation', matter.operation],
        ['Class', matter.class ?? 'any: say --class CLASS to be exact'],
        [
          'Profile',
          profile === null
            ? 'any: say --profile NAME to be exact'
            : `${profile.name} (${profile.kind}, ${profile.environment})`,
        ],
        ['Rule', rule.id],
        ['Needs', words],
        ['May approve', may.map(called)],
      ]),
      ...(mayNot.length === 0 ? [] : ['']),
      ...this.print.facts(mayNot.map(({person, because}) => [`Not ${called(person)}`, because])),
    ])
  }
}

function operationNamed(text: string): OperationName {
  const found = operations.find((one) => one === text)
  if (found !== undefined) return found
  const near = nearest(text, operations, 3)
  throw new KeyriteError('USAGE', `cannot explain "${text}": there is no such operation`, {
    hints:
      near.length > 0
        ? near.map((one) => `keyrite policy explain ${one}`)
        : [`one of ${operations.join(', ')}`],
  })
}
