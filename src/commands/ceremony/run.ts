import {Flags} from '@oclif/core'
import {readPublic} from '../../base/files.ts'
import {contextOf, walk} from '../../ceremony/engine.ts'
import {openCeremony} from '../../ceremony/open.ts'
import {
  completeValues,
  demandNone,
  valuesFromObject,
  valuesFromSets,
  withoutValue,
} from '../../ceremony/parameters.ts'
import {largest, parseTemplate, type Loaded, type Values} from '../../ceremony/template.ts'
import type {Answers} from '../../ceremony/answers.ts'
import {CeremonyCommand} from '../../ui/ceremony-command.ts'
import type {Shown} from '../../ui/command.ts'
import {pinFileFlag, signWithFlag} from '../../ui/flags.ts'
import {fromFlags} from '../../ui/participants.ts'
import {setFlag, templateArg, templateFile} from '../../ui/ceremony-template.ts'
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
    const values = await this.#values(loaded, flags.set, answers)
    const participants = {...answers?.participants, ...fromFlags(flags.participant)}
    const listed = Object.entries(participants).map(
      ([role, people]) => [role, typeof people === 'string' ? people.split(',') : people] as const,
    )
    const missing = [...loaded.template.roles.keys()].filter((role) => !listed.some(([one]) => one === role))
    const asked = answers === null ? await this.#people(missing) : []
    const id = await openCeremony(ceremonyApp(app), {
      loaded,
      values,
      participants: Object.fromEntries([...listed, ...asked]),
      answersFile: answers !== null,
    })
    this.say(`Ceremony ${id} is open.`)
    return this.carryOn(id, {answers, signWith: flags['sign-with']}, (room) =>
      walk(contextOf(ceremonyApp(app), room, id)),
    )
  }

  /** Flags first, then the answers file, then defaults, then the terminal. */
  async #values(
    {template: {parameters}}: Loaded,
    sets: readonly string[],
    answers: Answers | null,
  ): Promise<Values> {
    const [given, filed] = [
      valuesFromSets(parameters, sets),
      valuesFromObject(parameters, answers?.parameters ?? {}),
    ]
    demandNone([...given.problems, ...filed.problems])
    let values: Values = new Map([...filed.values, ...given.values])
    for (const name of withoutValue(parameters, values)) {
      const {ask} = this.app.world
      const text = await ask.text({message: parameters.get(name)?.text ?? name, flag: `--set ${name}=VALUE`})
      const one = valuesFromSets(parameters, [`${name}=${text}`])
      demandNone(one.problems)
      values = new Map([...values, ...one.values])
    }
    return completeValues(parameters, values)
  }

  async #people(roles: readonly string[]): Promise<readonly (readonly [string, readonly string[]])[]> {
    const listed: (readonly [string, readonly string[]])[] = []
    for (const role of roles) {
      const text = await this.app.world.ask.text({
        message: `Who is ${role}? (several with commas)`,
        flag: `--participant ${role}=PERSON,PERSON`,
      })
      listed.push([
        role,
        text
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      ])
    }
    return listed
  }
}
