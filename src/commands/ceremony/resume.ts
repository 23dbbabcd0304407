import {Args, Flags} from '@oclif/core'
import {contextOf, resume} from '../../ceremony/engine.ts'
import {instruments} from '../../base/instruments.ts'
import {guardProduction} from '../../ceremony/guards.ts'
import {policyFold} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {CeremonyCommand} from '../../ui/ceremony-command.ts'
import {ceremonyApp, findCeremony, readAnswers} from '../../ui/ceremony.ts'
import type {Shown} from '../../ui/command.ts'
import {pinFileFlag, signWithFlag} from '../../ui/flags.ts'

export default class CeremonyResume extends CeremonyCommand {
  static override summary =
    'Go on with a ceremony after a stop, a crash or a break, exactly where the ledger stands.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --answers answers.yaml',
  ]
  static override args = {
    ceremony: Args.string({
      description: 'its id, or the first 6 or more digits; the only open one if left out',
    }),
  }
  static override flags = {
    answers: Flags.string({
      summary: 'answer every prompt from this file (never in production)',
      helpValue: 'FILE',
    }),
    'sign-with': signWithFlag,
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyResume)
    const {app} = this
    app.ledger.demandWriter()
    const answers = readAnswers(flags.answers)
    this.demandRoom(answers)
    const {id, profile} = findCeremony(app, args.ceremony)
    const {profiles} = app.ledger.of(profilesFold)
    const {policy} = app.ledger.of(policyFold)
    guardProduction(
      profiles.get(profile ?? '') ?? null,
      policy,
      instruments(this.outside.env, process.execArgv),
      {answersFile: answers !== null},
    )
    return this.carryOn(id, {answers, signWith: flags['sign-with']}, (room) =>
      resume(contextOf(ceremonyApp(app), room, id)),
    )
  }
}
