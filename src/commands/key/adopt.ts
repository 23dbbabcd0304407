import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {classifications, keysBeside, keysFold, planAdopt, survey} from '../../keys/index.ts'
import {classes} from '../../policy/index.ts'
import {adoptionShown, adoptionUnderWay, surveyShown} from '../../ui/adopt.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {gatherAndApply} from '../../ui/gather.ts'
import {changeFlags} from '../../ui/key-change.ts'

export default class KeyAdopt extends AskingCommand {
  static override summary =
    'Take over keys that a provider has already: people approve them, and each in use is tried once.'
  static override description =
    'Nothing is changed at the provider. One that is killed goes on where it was: the same command again, or "request apply". Exit 10 where some were left out or not proved.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --profile kms --list',
    '<%= config.bin %> <%= command.id %> --profile kms 6f0e1c1a-5d3b-4a39-9a55-1c1f2bb0a1d3 --name orders-jwt --class jwt-signing --owner alice@example.com',
    '<%= config.bin %> <%= command.id %> --profile kms "orders/*" --class dek --owner "Orders team" --dry-run',
    '<%= config.bin %> <%= command.id %> --profile kms --all --class dek --owner "Platform team"',
  ]
  static override strict = false
  static override args = {
    id: Args.string({
      description: 'its id or name at the provider; * stands for anything; several can be given',
    }),
  }
  static override flags = {
    profile: Flags.string({summary: 'where they live', helpValue: 'NAME', required: true}),
    all: Flags.boolean({summary: 'all that are not in this ledger yet', exclusive: ['list', 'name']}),
    list: Flags.boolean({summary: 'show what could be taken over, and stop'}),
    name: Flags.string({
      summary: 'what the one key is to be called here; as it is called there unless told',
      helpValue: 'NAME',
    }),
    class: Flags.option({
      summary: 'their class, which decides who must approve',
      options: classes,
    })(),
    classification: Flags.option({
      summary: 'what they protect',
      options: classifications,
      default: 'confidential' as const,
    })(),
    owner: Flags.string({summary: 'who answers for them: a person of the roster, or a name', helpValue: 'O'}),
    consumer: Flags.string({
      summary: 'who uses them, and how to reach them',
      helpValue: 'NAME[=CONTACT]',
      multiple: true,
      default: [],
    }),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {argv, flags} = await this.parse(KeyAdopt)
    const which = argv.map(String)
    const {app} = this
    if (!flags.list && (flags.all ? which.length > 0 : which.length === 0))
      throw new KeyriteError('USAGE', 'cannot tell which keys are meant', {
        hints: ['ID…, or --all', `keyrite key adopt --profile ${flags.profile} --list`],
      })
    const {class: named, classification, consumer: consumers, owner, profile} = flags
    if (!flags.list && (named === undefined || owner === undefined))
      throw new KeyriteError('USAGE', 'cannot take over keys that nobody answers for, or of no class', {
        hints: [
          ...(named === undefined ? ['--class CLASS'] : []),
          ...(owner === undefined ? ['--owner O'] : []),
        ],
      })
    const begun = flags.list || flags['dry-run'] ? undefined : adoptionUnderWay(app, profile)
    if (begun !== undefined) {
      this.say(`${begun.id} was begun before, and comes first.`)
      const say = (line: string): void => {
        this.say(line)
      }
      return adoptionShown(
        app,
        await gatherAndApply(app, begun, {actor: await this.actor(), signWith: undefined, say}),
      )
    }
    const beside = keysBeside(app.ledger.view, profile)
    const found = await survey(
      await app.provider(profile),
      profile,
      app.ledger.of(keysFold),
      beside,
      (line) => {
        this.say(line)
      },
    )
    if (named === undefined || owner === undefined || flags.list)
      return surveyShown(this.print, profile, found)
    const wish = {profile, which, name: flags.name ?? null, class: named, classification, owner, consumers}
    return this.asked(planAdopt(app.ledger.view, wish, found), flags, (request) =>
      adoptionShown(app, request),
    )
  }
}
