/** Containing a key with a person at the keyboard: each line carries the clock, and says only what is so. */
import {Flags} from '@oclif/core'
import {isObject} from '../../base/jcs.ts'
import {exitOf} from '../../base/errors.ts'
import {profileOf, type Key} from '../../keys/index.ts'
import {parseDuration} from '../../base/duration.ts'
import {
  applyEach,
  clockText,
  drillMarked,
  findIncident,
  incidentDocument,
  look,
  openOwed,
  planContain,
  isContained,
  type Incident,
  type Looking,
  type Order,
  type PreflightLine,
} from '../../incidents/index.ts'
import type {ActContext, Request} from '../../requests/index.ts'
import {isKind, providerKinds} from '../../providers/registry.ts'
import type {Person} from '../../custody/index.ts'
import {incidentHookPhases} from '../../policy/index.ts'
import {actor} from '../actor.ts'
import {KeyriteCommand, type Shown} from '../command.ts'
import {findKey} from '../find-key.ts'
import {pinFileFlag, signWithFlag} from '../flags.ts'
import {contextFor, demandName} from '../gather.ts'
import {consequence, impactLines, incidentLines, placeInWords, untilReplaced} from './screen.ts'
import {standingOf} from './standing.ts'
import {outcomeOf, tellOf, toldLines, type ToldOf} from './told.ts'
import {UsageReading} from './used.ts'
import {planOr, preflightInWords, said} from './acts.ts'
import {approved, goOn} from './approval.ts'
import {putInPlace, replaceFirst, replaceInDrill, runHooksAloud, saidOfChildren} from './place.ts'
import {ownLines} from './preflight.ts'
import {proveAloud} from './prove.ts'
import {leftAloud, stripAloud} from './strip.ts'

export const containFlags = {
  confirm: Flags.string({
    summary: 'its name and profile again, to skip the question',
    helpValue: 'NAME@PROFILE',
  }),
  'sign-with': signWithFlag,
  'pin-file': pinFileFlag,
  'prove-within': Flags.string({
    summary: 'how long the place may take to refuse the key, before it is called still usable',
    helpValue: 'DURATION',
    default: 'PT45S',
  }),
}

/** At most so many questions of ours. */
export const most = 3

export interface ContainFlags {
  readonly confirm: string | undefined
  readonly 'sign-with': string[] | undefined
  readonly 'prove-within': string
}

export abstract class ContainCommand extends KeyriteCommand {
  /** How many questions of ours were asked: three at most, at three in the morning. */
  protected asked = 0
  /** The name that was typed, or given. */
  protected typed: string | undefined

  /** Goes on with an incident from wherever it stands: looks, asks, contains, proves. */
  protected async contain(
    incident: Incident,
    flags: ContainFlags,
    person: Person,
    order: Order = incident.order,
    again = false,
  ): Promise<Shown> {
    const {app} = this
    const context = contextFor(app, person)
    const withinMs = parseDuration(flags['prove-within'])
    const key = findKey(app.ledger, incident.key)
    const hurry = (line: string): void => {
      const clock = clockText(incident.startedAt, app.world.clock.now())
      this.say(`${clock}  ${drillMarked(incident.drill, line)}`)
    }
    this.standing = () => standingOf(app, incident)
    hurry(`Incident ${incident.id} about key "${key.name}" is open, and its clock runs.`)
    const used = new UsageReading(app, incident, hurry)
    const opened = incident.looked === null ? this.#opened(key) : Promise.resolve()
    used.begin(opened)
    if (incident.looked === null) {
      tellOf(app, incidentDocument(app.ledger, incident), 'opened')
      const own = ownLines(app, {person, key, signWith: flags['sign-with']})
      await this.#look(context, incident, {ready: opened, own}, hurry)
    }
    used.known()
    await goOn(app, context, incident, hurry)
    if (order === 'replace') {
      const waits = await this.#replaceFirst(context, incident, flags, person, hurry)
      if (waits !== undefined) return this.shown(incident, waits)
    }
    const lacks = await this.#containRest(context, incident, flags, person, hurry, again)
    if (lacks === null) await stripAloud(app, context, incident, hurry)
    const now = findIncident(app.ledger, incident.id)
    if (now.acts.length > 0) {
      await openOwed(context, now)
      await saidOfChildren(context, now, hurry)
      await proveAloud(context, now, withinMs, hurry)
      if (await stripAloud(app, context, incident, hurry)) await proveAloud(context, now, withinMs, hurry)
      leftAloud(app, incident, hurry)
      // Refused, though its place gave no answer in time: it is asked once more what became of that.
      const after = findIncident(app.ledger, incident.id)
      const isDone = incidentDocument(app.ledger, after).contained
      if (after.proofs.at(-1)?.proof === 'proven' && !isDone) await goOn(app, context, incident, hurry)
    }
    await putInPlace(app, context, incident, hurry)
    await replaceInDrill(app, context, incident, {signWith: flags['sign-with'], person, hurry})
    if (incidentDocument(app.ledger, findIncident(app.ledger, incident.id)).contained)
      await runHooksAloud(app, context, incident, incidentHookPhases, hurry)
    // Last of all: nobody waits for it with a key that another is to take the place of.
    if (now.acts.length > 0) await used.finish(context)
    used.end()
    const one = incidentDocument(app.ledger, findIncident(app.ledger, incident.id))
    return this.shown(incident, lacks, await outcomeOf(tellOf(app, one, 'going-on')))
  }

  /** @param lacks - the request that waits for a signature. @param told - who was told; undefined where nobody was to be. */
  protected shown(
    {id}: Pick<Incident, 'id'>,
    lacks: Request | null = null,
    told?: readonly ToldOf[] | null,
  ): Shown {
    const {ledger} = this.app
    const one = incidentDocument(ledger, findIncident(ledger, id))
    const exit =
      lacks !== null
        ? exitOf.QUORUM_MISSING
        : one.proof === 'still-usable'
          ? exitOf.KEY_STILL_USABLE
          : one.contained && one.proof === 'proven'
            ? 0
            : exitOf.NOT_PROVEN
    const missing =
      lacks === null
        ? []
        : [`Waits for a signature: keyrite request apply ${lacks.id} --sign-with PERSON=KEY`]
    return this.show(
      {schema: 'keyrite.incident/1', exit, ...one, request: lacks?.id ?? null, told: told ?? []},
      [
        ...incidentLines(this.print, one),
        ...missing,
        ...(told === undefined ? [] : ['', ...toldLines(this.app, told)]),
      ],
    )
  }

  async #look(
    context: Omit<ActContext, 'approved'>,
    incident: Incident,
    looking: Looking,
    hurry: (line: string) => void,
  ): Promise<void> {
    const tell = (line: PreflightLine): void => {
      hurry(preflightInWords(line))
    }
    const {incident: looked} = await look(context, incident, {...looking, tell})
    for (const line of impactLines(incidentDocument(context.ledger, looked))) hurry(line)
  }

  /** What asks for a PIN is opened first: nobody is hurried. */
  async #opened({profile}: Key): Promise<void> {
    const {kind} = profileOf(this.app.ledger.view, profile)
    if (isKind(kind) && providerKinds[kind].secret !== null) await this.app.provider(profile)
  }

  /** @returns undefined where containing goes on: another key is in its place, or it was contained already. */
  async #replaceFirst(
    context: Omit<ActContext, 'approved'>,
    {id}: Incident,
    flags: ContainFlags,
    person: Person,
    hurry: (line: string) => void,
  ): Promise<Request | null | undefined> {
    const {app} = this
    const now = (): Incident => findIncident(app.ledger, id)
    if (isContained(now())) return undefined
    await putInPlace(app, context, now(), hurry)
    if (now().replaced === null) {
      hurry(untilReplaced)
      await this.confirmed(now(), flags)
      const waits = await replaceFirst(app, context, now(), {signWith: flags['sign-with'], person, hurry})
      if (waits !== null || now().replaced === null) {
        hurry(`NOTHING IS CONTAINED. To contain it without waiting: keyrite revoke ${now().key} --contain`)
        return waits
      }
      hurry(`Version ${now().replaced?.version ?? ''} is in its place.`)
    }
    await runHooksAloud(app, context, now(), ['deploy', 'verify'], hurry)
    return undefined
  }

  /** A question of ours, counted. */
  protected question<T>(asked: Promise<T>): Promise<T> {
    this.asked++
    return asked
  }

  /** Who acts; where that has to be asked it is a question, too. @param named - `--as`, or KEYRITE_AS. */
  protected whoActs(named: string | undefined): Promise<Person> {
    const {ledger, world} = this.app
    const ask = new Proxy(world.ask, {
      get: (target, name) => {
        if (name === 'choose') this.asked++
        const found: unknown = Reflect.get(target, name)
        return typeof found === 'function' ? (found as () => unknown).bind(target) : found
      },
    })
    return actor({ledger, world: {...world, ask}}, named === '' ? undefined : named)
  }

  /** Its name and profile are typed once, whatever is done first. */
  protected async confirmed({key, profile, drill}: Incident, flags: ContainFlags): Promise<void> {
    const name = `${key}@${profile}`
    const {environment} = profileOf(this.app.ledger.view, profile)
    const given = this.typed ?? flags.confirm
    if (given === undefined) this.asked++
    await demandName(this.app, {
      name,
      given,
      warning: drillMarked(
        drill,
        `${environment === 'production' ? 'PRODUCTION. ' : ''}Whoever uses it fails from then on.`,
      ),
    })
    this.typed = name
  }

  async #containRest(
    context: Omit<ActContext, 'approved'>,
    incident: Incident,
    flags: ContainFlags,
    person: Person,
    hurry: (line: string) => void,
    again: boolean,
  ): Promise<Request | null> {
    const {app} = this
    const {replaced} = findIncident(app.ledger, incident.id)
    const plan = planOr(() => planContain(app.ledger.view, findIncident(app.ledger, incident.id), again))
    if (replaced !== null) hurry(placeInWords(incident.key, replaced.version, again))
    if (plan === null) return null
    const key = findKey(app.ledger, incident.key)
    hurry(consequence(key.spec.purpose))
    hurry('It can be taken back, by the full quorum: nothing is destroyed.')
    const standby = plan.change['promote']
    if (isObject(standby))
      hurry(`Then version ${Number(standby['version'])}, which waits as a standby, takes its place.`)
    await this.confirmed(incident, flags)
    const request = await approved(
      app,
      context,
      {incident, plan},
      {
        signWith: flags['sign-with'],
        person,
        hurry,
        say: (line) => {
          this.say(line)
        },
        mayAsk: this.asked < most,
      },
    )
    if (request.met === null) return request
    await applyEach(context, app.operations, request, said(hurry))
    return null
  }
}
