import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {counting, lint, profilesNamed, type Cast} from '../../ceremony/lint.ts'
import type {Offers} from '../../ceremony/lint/capability.ts'
import {largest, parseTemplate} from '../../ceremony/template.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {demandAble, profilesFold} from '../../profiles/index.ts'
import type {Capabilities} from '../../providers/ports.ts'
import {setFlag, templateArg, templateFile, templateValues} from '../../ui/ceremony-template.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag, profileFlag} from '../../ui/flags.ts'
import {counted} from '../../ui/print.ts'
import {fromFlags} from '../../ui/participants.ts'

export default class CeremonyLint extends KeyriteCommand {
  static override summary =
    'Judge a ceremony template before the day: what could not be done, or must not be.'
  static override description =
    'Where this home has a ledger, the template is held against its policy, people, keys and profiles; and against what every profile can do that keys are to be made in (--profile, --set). Exits 10 when there are findings, and 2 where the file is no template.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml',
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml --profile hsm --set key-name=payments-jwt',
  ]
  static override args = templateArg
  static override flags = {
    profile: profileFlag,
    set: setFlag,
    participant: Flags.string({
      summary: 'who has a role: then it is judged whether they could approve what they are asked for',
      helpValue: 'ROLE=PERSON,PERSON',
      multiple: true,
      default: [],
    }),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyLint)
    const path = templateFile(args.template)
    const loaded = parseTemplate(readPublic(path, largest), path)
    const values = templateValues(loaded, flags.set, flags.profile)
    const view = this.#view()
    const offers = await this.#offers(view, profilesNamed(loaded, values))
    const findings = lint(
      ...([loaded, values, view, offers, this.app.world.clock.now()] as const),
      castOf(view, flags.participant),
    )
    const count = counting(findings).length
    const passed = findings.length - count
    const ok = count === 0
    const rows = findings.map(({rule, line, step, message, waived}) => [
      line,
      step ?? '',
      rule,
      waived === null
        ? message
        : `${message} -- waived by ${waived.by} until ${waived.until}: ${waived.reason}`,
    ])
    return this.show({schema: 'keyrite.findings/1', exit: ok ? 0 : 10, ok, findings}, [
      ...this.print.table(['Line', 'Step', 'Rule', 'Finding'], rows, 'No findings.'),
      ...(findings.length === 0
        ? []
        : ['', `${counted(count, 'finding')}${passed === 0 ? '' : `, ${passed} waived`}.`]),
    ])
  }

  /** What the ledger knows; null where there is none. */
  #view(): Pick<View, 'of'> | null {
    try {
      return this.app.ledger.view
    } catch (error) {
      if (!(error instanceof KeyriteError) || error.code !== 'LEDGER_NOT_FOUND') throw error
      this.say(
        'There is no ledger here: the default policy is the measure; people, keys and profiles are not looked at.',
      )
      return null
    }
  }

  /** Asks every profile that is there and can be opened, with somebody at a terminal or without. */
  async #offers(view: Pick<View, 'of'> | null, names: readonly string[]): Promise<Offers> {
    const offers = new Map<string, Capabilities>()
    for (const name of names) {
      if (view?.of(profilesFold).profiles.has(name) !== true) continue
      try {
        const provider = await this.app.provider(name)
        offers.set(name, await provider.evidence.capabilities())
        await demandAble(name, provider)
      } catch (error) {
        if (!(error instanceof KeyriteError) || error.code !== 'NO_TERMINAL') throw error
        this.say(`Profile "${name}" was not asked what it can do: it needs its PIN (--pin-file FILE).`)
      }
    }
    return offers
  }
}

/** Who has which role; null where nobody is named. @throws KeyriteError `PERSON_NOT_FOUND`, `USAGE`. */
function castOf(view: Pick<View, 'of'> | null, participants: readonly string[]): Cast | null {
  if (participants.length === 0) return null
  if (view === null)
    throw new KeyriteError('USAGE', 'cannot say who has a role: there is no ledger here, and no roster')
  const {roster} = view.of(custodyFold)
  return new Map(
    Object.entries(fromFlags(participants)).map(([role, people]) => [
      role,
      people.map((typed) => findPerson(roster, typed)),
    ]),
  )
}
