import {Flags} from '@oclif/core'
import {readPublic} from '../../base/files.ts'
import {contextOf, walk} from '../../ceremony/engine.ts'
import {openCeremony} from '../../ceremony/open.ts'
import {largest, parseTemplate} from '../../ceremony/template.ts'
import {custodyFold} from '../../custody/index.ts'
import {CeremonyCommand} from '../../ui/ceremony-command.ts'
import type {Shown} from '../../ui/command.ts'
import {pinFileFlag, signWithFlag} from '../../ui/flags.ts'
import {fromFlags} from '../../ui/participants.ts'
import {setFlag, templateArg, templateFile} from '../../ui/ceremony-template.ts'
import {askPeople, openingValues, withAnswers} from '../../ui/ceremony-opening.ts'
import {ceremonyApp, readAnswers} from '../../ui/ceremony.ts'

export default class CeremonyRun extends CeremonyCommand {
  static override summary =
    'Run a ceremony from its template: step by step, each one recorded when it happens.'
  static override description =
    'Ctrl-C stops it where it is; "ceremony resume" goes on. Exit 8: signatures are missing. Exit 9: it stopped.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> jwt.yaml --set key-name=payments-jwt --participant operator=frank --participant custodian=alice,bob,carol',
    '<%= config.bin %> <%= command.id %> jwt-signing-rsa-4096 --answers answers.yaml',
  ]
  static override args = templateArg
  static override flags = {
    set: setFlag,
    participant: Flags.string({
      summary: 'who has a role',
      helpValue: 'ROLE=PERSON,PERSON',
      multiple: true,
      default: [],
    }),
    answers: Flags.string({
      summary: 'answer every prompt from this file (never in production)',
      helpValue: 'FILE',
    }),
    'sign-with': signWithFlag,
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyRun)
    const path = templateFile(args.template)
    const loaded = parseTemplate(readPublic(path, largest), path)
    const answers = readAnswers(flags.answers)
    const {app} = this
    app.ledger.demandWriter()
    this.demandRoom(answers)
    const {roster} = app.ledger.of(custodyFold)
    const values = await openingValues(app.world.ask, roster, loaded, flags.set, answers)
    const participants = {...answers?.participants, ...fromFlags(flags.participant)}
    const listed = Object.entries(participants).map(
      ([role, people]) => [role, typeof people === 'string' ? people.split(',') : people] as const,
    )
    const named = Object.fromEntries(listed)
    const all = answers === null ? await askPeople(app.world.ask, roster, loaded.template, named) : named
    const opening = {loaded, values, participants: all, answersFile: answers !== null}
    const id = await openCeremony(ceremonyApp(app), opening).catch((error: unknown) => {
      throw answers === null ? withAnswers(error, args.template, opening, flags) : error
    })
    this.say(`Ceremony ${id} is open.`)
    return this.carryOn(id, {answers, signWith: flags['sign-with']}, (room) =>
      walk(contextOf(ceremonyApp(app), room, id)),
    )
  }
}
