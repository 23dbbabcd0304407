/** What the ceremony commands share: the app as the engine needs it, the room, the document, and finding what was typed. */
import type {App} from '../app.ts'
import {parseDuration} from '../base/duration.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Interruptible} from '../base/world.ts'
import {readPublic} from '../base/files.ts'
import {nearest} from '../base/nearest.ts'
import {answersRoom, parseAnswers, type Answers} from '../ceremony/answers.ts'
import {ceremonyDocument, type CeremonyDocument} from '../ceremony/document.ts'
import {ceremonyFold} from '../ceremony/fold.ts'
import type {Room} from '../ceremony/room.ts'
import type {CeremonyApp} from '../ceremony/run-context.ts'
import {statusOfCeremony, type Ceremony} from '../ceremony/state.ts'
import {fill, parseTemplate} from '../ceremony/template.ts'
import {unrecorded} from '../ceremony/recorded.ts'
import {custodyFold, findPerson, type Signer} from '../custody/index.ts'
import {policyFold} from '../policy/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {watching} from './ask.ts'
import {signers} from './flags.ts'
import {signerAt} from './gather.ts'
import {materialRoom} from './material-room.ts'
import {terminalRoom, watched} from './room.ts'
import {shareRoom} from './shares/room.ts'
import type {Screen} from './shares/screen.ts'

export function ceremonyApp(app: App): CeremonyApp {
  const {clock, random, tool} = app.world
  return {
    ledger: app.ledger,
    operations: app.operations,
    clock,
    random,
    tool,
    provider: (name) => app.provider(name),
    logOut: () => app.logOut(),
  }
}

export interface RoomOptions {
  readonly answers: Answers | null
  readonly signWith: readonly string[] | undefined
  /** The profile of the ceremony: only for one in environment test, keys are read into this process. */
  readonly profile: string | null
  /** False where they are never read into it. */
  readonly inProcess?: boolean
  readonly withoutKey?: string
  readonly say: (line: string) => void
  /** Ctrl-C: what is being asked is taken back, and no further step begins. */
  readonly signal: AbortSignal
  /** Whether a ceremony is under way: then deviations and pauses are heard. */
  readonly asides?: boolean
  readonly plain?: boolean
  /** Where a share is shown to its holder. */
  readonly screen?: Screen
}

const nowhere: Screen = {write: () => undefined, clears: false, stays: false}

/** The room of an answers file, or the terminal. */
export function roomOf(app: App, options: RoomOptions): Room {
  const room = anyRoom(app, options)
  const idleMs = parseDuration(app.ledger.of(policyFold).policy.times.idle)
  const within: Interruptible = (asked) => watched(asked, idleMs, options.signal)
  return {
    ...room,
    material: materialRoom(watching(app.world.ask, within)),
    shares: shareRoom({app, say: options.say, screen: options.screen ?? nowhere, within}),
    begin: (header) => {
      if (options.signal.aborted) throw new KeyriteError('CANCELLED', 'cancelled before the next step')
      room.begin(header)
    },
  }
}

function anyRoom(
  app: App,
  {
    answers,
    signWith,
    profile,
    say,
    signal,
    inProcess = true,
    withoutKey,
    asides = false,
    plain = false,
  }: RoomOptions,
): Room {
  const {roster} = app.ledger.of(custodyFold)
  const test = profile !== null && app.ledger.of(profilesFold).profiles.get(profile)?.environment === 'test'
  const signer = (path: string, waiting?: Interruptible): Promise<Signer> =>
    signerAt(app, path, test && inProcess, waiting)
  if (answers !== null) return answersRoom({answers, roster, signerFor: signer, say})
  const keys = new Map(signers(signWith).map(({person, path}) => [findPerson(roster, person).id, path]))
  const idleMs = parseDuration(app.ledger.of(policyFold).policy.times.idle)
  return terminalRoom({
    ask: app.world.ask,
    say,
    keys,
    signerFor: signer,
    idleMs,
    signal,
    ...(withoutKey === undefined ? {} : {withoutKey}),
    asides,
    plain,
  })
}

/** @throws KeyriteError `ANSWERS_INVALID`, `FILE_NOT_FOUND`. */
export function readAnswers(path: string | undefined): Answers | null {
  return path === undefined ? null : parseAnswers(readPublic(path, 1_000_000), path)
}

/** Finds a ceremony by its id, or the first 6 or more of its digits; without one, the only one that is not over: under way, else waiting for signatures. @throws KeyriteError `CEREMONY_NOT_FOUND`. */
export function findCeremony(app: Pick<App, 'ledger'>, typed: string | undefined): Ceremony {
  const all = [...app.ledger.of(ceremonyFold).values()]
  if (typed === undefined) {
    const those = (...statuses: readonly string[]): Ceremony[] =>
      all.filter((one) => statuses.includes(statusOfCeremony(one)))
    // One that only waits for signatures is meant where no other is open.
    const underWay = those('running', 'stopped')
    const open = underWay.length > 0 ? underWay : those('waiting-for-signatures')
    const [only] = open
    if (only !== undefined && open.length === 1) return only
    throw new KeyriteError(
      'CEREMONY_NOT_FOUND',
      open.length === 0
        ? 'cannot go on: no ceremony is open'
        : `cannot tell which: ${open.length} ceremonies are open`,
      {
        hints: ['keyrite ceremony list', ...open.map(({id}) => `keyrite ceremony resume ${id.slice(0, 8)}`)],
      },
    )
  }
  const found = typed.length < 6 ? [] : all.filter(({id}) => id.startsWith(typed.toLowerCase()))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const near = nearest(
    typed,
    all.map(({id}) => id.slice(0, typed.length)),
  )
  throw new KeyriteError(
    'CEREMONY_NOT_FOUND',
    `cannot find ceremony "${typed}"${near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`}`,
    {hints: ['keyrite ceremony list']},
  )
}

/** The document of a ceremony, with what its own template says. */
export function documentOf(app: Pick<App, 'ledger'>, ceremony: Ceremony): CeremonyDocument {
  const {view} = app.ledger
  const loaded = parseTemplate(view.blob(ceremony.template), 'template')
  const filled = fill(loaded, unrecorded(view, loaded.template, ceremony.opened.data['parameters']))
  const document = ceremonyDocument(app.ledger, ceremony, {
    id: filled.id,
    steps: filled.acts.flatMap((act) => act.steps),
    after: filled.after,
  })
  // What was signed in a rehearsal signs nothing off.
  return view.facts.rehearsal && document.status === 'signed-off'
    ? {...document, status: 'rehearsed'}
    : document
}

/** The exit status of a ceremony as it stands: 8 while signatures are missing, 9 while it can be gone on with. */
export function exitOfCeremony(status: string): number {
  return status === 'waiting-for-signatures' ? 8 : status === 'running' || status === 'stopped' ? 9 : 0
}
