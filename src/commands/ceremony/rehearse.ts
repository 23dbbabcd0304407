import {Flags} from '@oclif/core'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import type {Answers} from '../../ceremony/answers.ts'
import {contextOf, walk} from '../../ceremony/engine.ts'
import {openCeremony} from '../../ceremony/open.ts'
import {demandNone, givenValues} from '../../ceremony/parameters.ts'
import {fill, largest, parseTemplate, type Loaded, type Values} from '../../ceremony/template.ts'
import {custodyFold, parsePublicKey} from '../../custody/index.ts'
import {inEarnest, readEarnest, type Earnest} from '../../rehearsal/earnest.ts'
import {writeCertificate, writeRecord, writeScript, writeTimes} from '../../rehearsal/papers.ts'
import {placesFor, type RehearsalPlaces} from '../../rehearsal/places.ts'
import {answersFor, prepare, stage, type Prepared, type Staged} from '../../rehearsal/rehearsal.ts'
import {everyYes, rehearsalRoom} from '../../rehearsal/room.ts'
import type {Stand} from '../../rehearsal/tokens.ts'
import {timePlanOf} from '../../rehearsal/times.ts'
import {CeremonyCommand} from '../../ui/ceremony-command.ts'
import {setFlag, templateArg, templateFile} from '../../ui/ceremony-template.ts'
import {askedValues} from '../../ui/ceremony-values.ts'
import {documentOf, findCeremony, readAnswers} from '../../ui/ceremony.ts'
import type {Shown} from '../../ui/command.ts'
import {signers, signWithFlag} from '../../ui/flags.ts'
import {signerAt} from '../../ui/gather.ts'
import {fromFlags} from '../../ui/participants.ts'
import {
  approving,
  called,
  demandStep,
  lists,
  ownersOf,
  partsByRole,
  withSigners,
} from '../../ui/rehearsing.ts'
import {nextStepOf, notMetIn, openingLines, rehearsedLines} from '../../ui/rehearse.ts'

export default class CeremonyRehearse extends CeremonyCommand {
  static override summary =
    'Rehearse a ceremony: the same template, on a software token or SoftHSM2, in a ledger of its own that counts nowhere else.'
  static override description =
    'Every line and page says REHEARSAL. People of the roster take the roles, and stand-ins those that are left; they sign with keys that are made for it and gone afterwards, or try their own. Keys live in tokens that are made for it, never in a real one. Everything goes to a folder beside the home (HOME-rehearsals), or to --dir; the home itself is not written to. A rehearsal that is broken off is not resumed: --from STEP begins again where it was.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml',
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml --participant custodian=alice,bob,carol --sign-with alice=~/.ssh/id_ed25519',
    '<%= config.bin %> <%= command.id %> jwt-signing-rsa-4096 --unattended --json',
    '<%= config.bin %> <%= command.id %> root-ca --on softhsm2 --unattended',
  ]
  static override args = templateArg
  static override flags = {
    set: setFlag,
    participant: Flags.string({
      summary: 'who has a role; without it people of the roster who have it, then stand-ins',
      helpValue: 'ROLE=PERSON,PERSON',
      multiple: true,
      default: [],
    }),
    answers: Flags.string({
      summary: 'answer every prompt from this file, as for "ceremony run"',
      helpValue: 'FILE',
    }),
    unattended: Flags.boolean({
      summary: 'ask nobody: every role a stand-in, every answer yes',
      default: false,
    }),
    'stand-ins': Flags.boolean({
      summary: 'stand-ins for everybody, though there is a ledger with people',
      default: false,
    }),
    on: Flags.string({
      summary: 'what stands in for the places where keys live: a software token of keyrite, or of SoftHSM2',
      options: ['local', 'softhsm2'],
      default: 'local',
    }),
    module: Flags.string({
      summary: 'with --on softhsm2: its libsofthsm2.so, where it does not lie where systems put it',
      helpValue: 'FILE',
    }),
    from: Flags.string({summary: 'stand-ins do all steps before this one', helpValue: 'STEP'}),
    dir: Flags.string({summary: 'where it all goes: a folder that is new or empty', helpValue: 'DIR'}),
    'sign-with': signWithFlag,
  }

  protected override rehearsal = true
  #staged: Staged | undefined

  /** Once there is one, everything is done in the ledger of the rehearsal. */
  protected override get app(): App {
    return this.#staged?.app ?? super.app
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyRehearse)
    const path = templateFile(args.template)
    const loaded = parseTemplate(readPublic(path, largest), path)
    const answers = this.#answers(readAnswers(flags.answers), flags)
    const stand = await this.#stand(flags)
    const earnest = flags.unattended || flags['stand-ins'] ? null : readEarnest(super.app)
    const typed = await this.#values(loaded, flags, answers)
    const participants = {...lists(answers?.participants ?? {}), ...fromFlags(flags.participant)}
    const keys = earnest === null ? await this.#keys(answers, flags['sign-with']) : new Map<string, string>()
    const prepared = prepare({loaded, typed, participants, keys, earnest, stand})
    demandStep(prepared, flags.from)
    const {home, clock} = super.app.world
    const places = placesFor({typed: flags.dir, home, template: loaded.template.id, now: clock.now()})
    for (const line of openingLines(prepared)) this.say(line)
    const staged = await stage(super.app.world, places, prepared)
    this.#staged = staged
    try {
      return await this.#rehearse({
        staged,
        places,
        prepared,
        earnest,
        typed,
        answers,
        flags,
        file: args.template,
      })
    } finally {
      this.#staged = undefined
      await staged.end()
    }
  }

  async #rehearse(given: Rehearsing): Promise<Shown> {
    const {staged, places, prepared, answers, flags, earnest, typed} = given
    const {app, ceremonyApp, standIns} = staged
    const {loaded, values, cast} = prepared
    const script = await writeScript(app, places, prepared)
    this.say(`Next: open ${script}, the script for it`)
    const {roster} = app.ledger.of(custodyFold)
    const id = await openCeremony(ceremonyApp, {
      loaded,
      values,
      participants: partsByRole(prepared),
      answersFile: answers !== null,
    })
    const signWith = flags['sign-with']?.map((pair) => called(pair, cast.addressOf))
    const manner = {
      answers: answers === null ? null : withSigners(answersFor(answers, cast), signWith),
      signWith,
      inProcess: false,
      withoutKey: 'the stand-in key signs',
    }
    const own = ownersOf(manner, earnest, cast, answers === null)
    const shown = await this.carryOn(id, manner, (room) => {
      const rehearsing = {filled: fill(loaded, values), roster, standIns, from: flags.from ?? null}
      const say = (line: string): void => {
        this.say(line)
      }
      const dressed = rehearsalRoom(room, {
        ...rehearsing,
        own: ({address}) => address !== null && own.has(address),
        unattended: flags.unattended,
        shares: staged.shares,
        random: app.world.random,
        attended: answers === null,
        say,
        goesOut: (step) => writeCertificate(app, places, id, step),
      })
      return walk(contextOf(ceremonyApp, dressed, id))
    })
    return this.#done(
      given,
      id,
      shown,
      inEarnest(earnest, {loaded, typed, approving: approving(prepared), now: app.world.clock.now()}),
    )
  }

  /** What is left to look at, and the time plan. */
  async #done(
    {staged: {app}, places, prepared, flags, file}: Rehearsing,
    id: string,
    shown: Shown,
    inTheWay: readonly string[],
  ): Promise<Shown> {
    const ceremony = findCeremony(app, id)
    const document = documentOf(app, ceremony)
    const whole = document.status === 'rehearsed'
    if (whole) await writeRecord(app, places, ceremony)
    const plan = timePlanOf(ceremony, fill(prepared.loaded, prepared.values))
    const notMet = notMetIn(ceremony)
    const {unattended} = flags
    writeTimes(places, plan, {
      title: document.title,
      facts: [
        ['Template', `${document.template.id}, SHA-256 ${document.template.sha256}`],
        ['Begun', ceremony.opened.time],
        ['Status', document.status],
      ],
      note: unattended
        ? 'Nobody was there: what was taken is the time of the machine alone.'
        : 'Planned minutes are those of the template; taken is from one entry to the next.',
    })
    const again = `keyrite ceremony rehearse ${file} --from ${nextStepOf(prepared, document)}`
    const rehearsed = {document, places, plan, notMet, inEarnest: inTheWay, unattended, again}
    return this.show(
      {
        ...shown.document,
        ...document,
        exit: whole ? 0 : shown.document.exit,
        ...{dir: places.dir, home: places.home, bundle: whole ? places.bundle : null},
        minutes: whole ? `${places.bundle}/minutes.html` : null,
        ...{times: plan, notMet, inEarnest: inTheWay, unattended},
      },
      rehearsedLines(this.print, rehearsed),
    )
  }

  /** @throws KeyriteError `UNSUPPORTED` where SoftHSM2 is asked for and not there, `USAGE`. */
  async #stand({on, module}: {readonly on: string; readonly module: string | undefined}): Promise<Stand> {
    if (on === 'softhsm2') {
      const {softHsmModule} = await import('../../providers/pkcs11/index.ts')
      return {kind: 'pkcs11', module: softHsmModule(module)}
    }
    if (module === undefined) return {kind: 'local'}
    throw new KeyriteError('USAGE', 'cannot use --module: it goes with --on softhsm2', {
      hints: ['--on softhsm2'],
    })
  }

  /** @throws KeyriteError `NO_TERMINAL` where nobody and nothing answers. */
  #answers(answers: Answers | null, {unattended}: {readonly unattended: boolean}): Answers | null {
    if (answers !== null) return answers
    if (unattended) return everyYes
    if (super.app.world.ask.interactive) return null
    throw new KeyriteError('NO_TERMINAL', 'cannot rehearse: there is no terminal to ask on', {
      hints: ['run it in a terminal', 'ask nobody: --unattended', 'answer from a file: --answers FILE'],
    })
  }

  /** Flags first, then the answers file; on a terminal what has no value is asked, and Enter leaves it to a stand-in. */
  async #values(
    {template: {parameters}}: Loaded,
    {set, unattended}: {readonly set: readonly string[]; readonly unattended: boolean},
    answers: Answers | null,
  ): Promise<Values> {
    const typed = givenValues(parameters, set, answers?.parameters ?? {})
    const open = new Map(
      [...parameters].filter(
        ([name, one]) => one.type !== 'profile' && one.default === undefined && !typed.has(name),
      ),
    )
    if (open.size === 0 || unattended) return typed
    if (answers !== null) demandNone([...open.keys()].map((name) => `parameter "${name}" has no value`))
    this.say('Enter leaves a value as it stands in brackets.')
    const asked = await askedValues(super.app.world.ask, open, typed, 'a stand-in')
    return new Map([...typed, ...asked])
  }

  /** The public keys with which people mean to sign: whoever is made up for the rehearsal has them, too. */
  async #keys(
    answers: Answers | null,
    signWith: readonly string[] | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const pairs = [
      ...Object.entries(answers?.signers ?? {}),
      ...signers(signWith).map(({person, path}) => [person, path] as const),
    ]
    const keys = new Map<string, string>()
    for (const [typed, path] of pairs)
      keys.set(typed, parsePublicKey((await signerAt(super.app, path, false)).publicKey.text).text)
    return keys
  }
}

interface Rehearsing {
  readonly staged: Staged
  readonly places: RehearsalPlaces
  readonly prepared: Prepared
  readonly earnest: Earnest | null
  readonly typed: Values
  readonly answers: Answers | null
  readonly file: string
  readonly flags: {
    readonly unattended: boolean
    readonly from: string | undefined
    readonly 'sign-with': string[] | undefined
  }
}
