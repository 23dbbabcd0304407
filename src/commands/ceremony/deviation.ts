import {Args, Flags} from '@oclif/core'
import {recordDeviation} from '../../ceremony/deviation.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {ceremonyApp, documentOf, exitOfCeremony, findCeremony} from '../../ui/ceremony.ts'
import {ceremonyLines} from '../../ui/show-ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signWithFlag} from '../../ui/flags.ts'
import {takeLate} from '../../ui/late-signatures.ts'

export default class CeremonyDeviation extends KeyriteCommand {
  static override summary =
    'Record that something was done otherwise than the script has it: what, why, who decided, who agreed.'
  static override description =
    'During a ceremony "deviation" can be typed at any question. After the sign-off this opens another round: everybody is asked to sign again (exit 8 until they have), and earlier signatures count as of theirs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --step seal --what "another bag was used" --why "the first was torn" --decided-by alice --agreed-by grace --agreed-by heidi',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }
  static override flags = {
    step: Flags.string({summary: 'the id of the step that it is about', required: true}),
    what: Flags.string({summary: 'what was done otherwise (private)', required: true}),
    why: Flags.string({summary: 'why (private)', required: true}),
    'decided-by': Flags.string({summary: 'who decided it', helpValue: 'PERSON', required: true}),
    'agreed-by': Flags.string({
      summary: 'who agreed; may be given several times',
      helpValue: 'PERSON',
      multiple: true,
      required: true,
    }),
    'sign-with': signWithFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyDeviation)
    const {app} = this
    app.ledger.demandWriter()
    const {id, signOff} = findCeremony(app, args.ceremony)
    const {roster} = app.ledger.of(custodyFold)
    const {name} = await recordDeviation(
      {app: ceremonyApp(app), id},
      {
        step: flags.step,
        what: flags.what,
        why: flags.why,
        decidedBy: findPerson(roster, flags['decided-by']).id,
        agreedBy: flags['agreed-by'].map((typed) => findPerson(roster, typed).id),
      },
    )
    this.say(`Deviation ${name} is recorded, at step ${flags.step}.`)
    if (signOff !== null) {
      this.say(`It came after the sign-off: round ${signOff.round + 1} is opened, and everybody signs again.`)
      await takeLate(app, id, {
        signWith: flags['sign-with'],
        say: (line) => {
          this.say(line)
        },
      })
    }
    const document = documentOf(app, findCeremony(app, id))
    const exit = signOff === null ? 0 : exitOfCeremony(document.status)
    return this.show({schema: 'keyrite.ceremony/1', exit, ...document}, ceremonyLines(this.print, document))
  }
}
