import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {nearest} from '../../base/nearest.ts'
import {custodyFold, findPerson, personRef} from '../../custody/index.ts'
import {profileOf} from '../../keys/index.ts'
import {
  classes,
  contactInWords,
  contactsFor,
  explain,
  operations,
  policyFold,
  rolesAsked,
  ruleInWords,
  scheduleInWords,
  scheduleOf,
  type Explanation,
  type Matter,
  type OperationName,
} from '../../policy/index.ts'
import type {ProfileFacts} from '../../profiles/index.ts'
import {called} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {profileFlag} from '../../ui/flags.ts'
import {nextCommands} from '../../ui/next-command.ts'
import {weakLines, weakness} from '../../ui/weak.ts'

export default class PolicyExplain extends KeyriteCommand {
  static override summary = 'Say who may approve an operation, who may not and why, and what to type.'
  static override description =
    'Without an operation it lists them all. With --as, whoever that is asks for it: in production the author is not counted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> key.create --class jwt-signing --profile hsm',
    '<%= config.bin %> <%= command.id %> key.destroy payments-jwt',
    '<%= config.bin %> <%= command.id %> custodian.change --about bob@example.com',
  ]
  static override args = {
    operation: Args.string({
      description: 'such as key.create; none lists them all',
      parse: async (text) => operationNamed(text),
    }),
    key: Args.string({description: 'a key: its class and profile are taken'}),
  }
  static override flags = {
    class: Flags.option({options: classes, summary: 'the class of key', helpValue: 'CLASS'})(),
    about: Flags.string({
      summary: 'whom a change of people is about: they do not answer it',
      helpValue: 'PERSON',
    }),
    profile: profileFlag,
  }

  protected override readonly attempts = false

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(PolicyExplain)
    if (args.operation === undefined) return this.#list()
    const {ledger} = this.app
    const {roster} = ledger.of(custodyFold)
    const key = args.key === undefined ? undefined : findKey(ledger, args.key)
    const where = flags.profile ?? key?.profile
    const profile = where === undefined ? null : profileOf(ledger.view, where)
    const matter = {
      operation: operationNamed(args.operation),
      class: flags.class ?? key?.spec.class ?? null,
      kind: profile?.kind ?? null,
    }
    const about = flags.about === undefined ? null : findPerson(roster, flags.about)
    const named = flags.as ?? this.outside.env['KEYRITE_AS'] ?? ''
    const author = named === '' ? null : findPerson(roster, named)
    const {policy} = ledger.of(policyFold)
    const who = {about: about?.id ?? null, author: author?.id ?? null}
    const explanation = explain(policy, roster, matter, profile?.environment ?? null, who)
    const known = {
      key: key?.name ?? null,
      profile: profile?.name ?? null,
      class: matter.class,
      person: about?.address ?? about?.id ?? null,
    }
    const next = nextCommands(matter.operation, known, (words) => this.#exists(words))
    return this.#shown(matter, profile, explanation, next)
  }

  #exists(words: string): boolean {
    return this.config.findCommand(words.replaceAll(' ', ':')) !== undefined
  }

  #shown(
    matter: Matter,
    profile: ProfileFacts | null,
    {rule, words, may, mayNot}: Explanation,
    next: readonly string[],
  ): Shown {
    const {ledger} = this.app
    const {roster} = ledger.of(custodyFold)
    const schedule =
      matter.operation === 'key.rotate' && matter.class !== null
        ? scheduleOf(ledger.of(policyFold).policy, matter.class)
        : null
    // What is asked at night is asked by telephone.
    const atNight = /^incident\.|^key\.unrevoke$/.test(matter.operation)
    const contacts = atNight ? contactsFor(ledger.of(policyFold).policy, rolesAsked(rule)) : []
    const document = {
      ...matter,
      environment: profile?.environment ?? null,
      rule: rule.id,
      needs: {quorum: rule.people, roles: rule.roles},
      words,
      may: may.map(({id}) => personRef(roster, id)),
      mayNot: mayNot.map(({person, because}) => ({person: personRef(roster, person.id), because})),
      schedule,
      contacts,
      weak: weakness(ledger),
      next,
    }
    const place =
      profile === null
        ? 'any: say --profile NAME to be exact'
        : `${profile.name} (${profile.kind}, ${profile.environment})`
    const bare = /^(?:custodian|policy|ledger)\./.test(matter.operation)
    return this.show({schema: 'keyrite.explanation/1', ...document}, [
      ...this.print.facts([
        ['Operation', matter.operation],
        ['Class', bare ? null : (matter.class ?? 'any: say --class CLASS to be exact')],
        ['Profile', bare ? null : place],
        ['Rule', rule.id],
        ['Needs', words],
        ['Schedule', schedule === null ? null : scheduleInWords(schedule)],
        ['May approve', may.map(called)],
        ['Call', contacts.map(contactInWords)],
      ]),
      ...(mayNot.length === 0 ? [] : ['']),
      ...this.print.facts(mayNot.map(({person, because}) => [`Not ${called(person)}`, because])),
      ...weakLines(ledger),
      '',
      ...(next.length === 0
        ? ['This keyrite has no command for it yet.']
        : next.map((line) => `Next: ${line}`)),
      ...(next.length === 0 || rule.people === 0
        ? []
        : [
            'It opens a request. People sign it with --sign-with PERSON=KEY, or elsewhere: keyrite request export ID --for PERSON --out DIR',
          ]),
    ])
  }

  /** Every operation, with what the policy asks for it where no class or kind of profile makes a difference. */
  #list(): Shown {
    const {ledger} = this.app
    const {policy} = ledger.of(policyFold)
    const {roster} = ledger.of(custodyFold)
    const list = operations.map((operation) => {
      const rules = policy.rules.filter((rule) => rule.operations.includes(operation))
      return {operation, rules: rules.map((rule) => ({id: rule.id, needs: ruleInWords(rule, roster)}))}
    })
    const rows = list.map(({operation, rules}) => [
      operation,
      rules.map(({id, needs}) => `${needs}: ${id}`).join('; ') || 'no rule: refused',
    ])
    return this.show({schema: 'keyrite.operations/1', operations: list, weak: weakness(ledger)}, [
      ...this.print.table(['Operation', 'Needs, by rule'], rows, ''),
      ...weakLines(ledger),
      '',
      'Next: keyrite policy explain OPERATION',
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
        : ['keyrite policy explain, for a list', `one of ${operations.join(', ')}`],
  })
}
