/** Walks the steps of a ceremony in order. Each result is an entry the moment it happens; after any crash it goes on from the ledger. */
import {KeyriteError} from '../base/errors.ts'
import {Private} from '../ledger/index.ts'
import {leftBehind} from './left-behind.ts'
import {attentive, comeBack, seeToSaidBefore} from './asides.ts'
import {unrecorded} from './recorded.ts'
import {allSteps} from './plans.ts'
import type {Person} from '../custody/index.ts'
import {plannedStart} from './schedule.ts'
import type {Room, StepHeader} from './room.ts'
import {actorOf, ceremonyOf, peopleIn, type CeremonyApp, type RunContext} from './run-context.ts'
import {checkIn} from './run/presence.ts'
import {runSignOff} from './run/sign-off.ts'
import {everyone, missingSignatures, statusOfCeremony} from './state.ts'
import {stepKinds} from './steps/index.ts'
import {fill, parseTemplate} from './template.ts'
import {statesInWords} from './materials.ts'
import type {StepKind} from './kinds.ts'
import type {StepBase} from './step.ts'
import {demandWaivers, waiverInWords} from './waived.ts'

/** What goes on when a step throws one of these: the ceremony is stopped, and can be resumed. */
const stops: readonly string[] = [
  'STOPPED',
  'CANCELLED',
  'QUORUM_MISSING',
  'NO_TERMINAL',
  'ANSWERS_INVALID',
  'KEY_NOT_AS_PLANNED',
  'PROVIDER_FAILED',
  'PROVIDER_UNREACHABLE',
  'CREDENTIALS_REFUSED',
  'SSH_KEYGEN_MISSING',
  'AGENT_KEY_MISSING',
  'BAD_SIGNATURE',
  'FILE_NOT_FOUND',
  'PROFILE_MOVED',
]

/** The context of a ceremony that stands in the ledger: its own template and parameters, whatever lies on disk today. */
export function contextOf(app: CeremonyApp, room: Room, id: string): RunContext {
  const ceremony = ceremonyOf({app, id})
  const loaded = parseTemplate(app.ledger.view.blob(ceremony.template), 'template')
  const {parameters} = ceremony.opened.data
  return {app, room, id, filled: fill(loaded, unrecorded(app.ledger.view, loaded.template, parameters))}
}

/**
 * Runs a ceremony that was just opened: check-in, then every step.
 * @throws KeyriteError as `goOn`.
 */
export async function walk(context: RunContext): Promise<void> {
  await goOn(context, everyone(ceremonyOf(context)))
}

/**
 * Runs every step that is not done, once these people had the chance to sign that they are here.
 * @throws KeyriteError what stopped it, after that was recorded; `CEREMONY_STATE` if it is over.
 */
async function goOn(given: RunContext, present: readonly string[]): Promise<void> {
  const context = attentive(given)
  const status = statusOfCeremony(ceremonyOf(context))
  if (status === 'aborted' || status === 'signed-off') {
    throw new KeyriteError(
      'CEREMONY_STATE',
      `cannot go on with ceremony ${context.id.slice(0, 8)}: it is ${status}`,
      {hints: [`keyrite ceremony show ${context.id.slice(0, 8)}`]},
    )
  }
  const steps = allSteps(context.filled)
  if (status === 'running') context.room.say(context.filled.waivers.map(waiverInWords))
  if (status === 'running')
    await stopping(context, nextStep(context, steps)?.id ?? '', () => checkIn(context, present))
  for (;;) {
    const step = nextStep(context, steps)
    if (step === undefined) return
    await stopping(context, step.id, () => runStep(context, steps, step))
    if (step.kind === 'sign-off') return
  }
}

/** Does it; what stops it is recorded. */
async function stopping(context: RunContext, step: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    await recordStop(context, step, error)
    throw error
  }
}

function nextStep(context: RunContext, steps: readonly StepBase[]): StepBase | undefined {
  const ceremony = ceremonyOf(context)
  if (ceremony.signOff !== null) return missingSignatures(ceremony).length === 0 ? undefined : steps.at(-1)
  return steps[ceremony.done.length]
}

async function runStep(context: RunContext, steps: readonly StepBase[], step: StepBase): Promise<void> {
  const {app, room} = context
  const started = app.ledger.time
  const people = peopleIn(context, step.by)
  room.begin(headerOf(context, steps, step, people))
  room.say(statesInWords(step))
  await seeToSaidBefore(context, step.id)
  if (step.kind === 'sign-off') {
    await runSignOff(context)
    return
  }
  const result = await stepKind(step.kind).run(context, step)
  await app.ledger.append([
    {
      type: 'step.done',
      actor: actorOf(context),
      ceremony: context.id,
      data: {
        step: step.id,
        kind: step.kind,
        started: started.toISOString(),
        minutes: step.minutes,
        by: people.map((person) => person.id),
        result,
      },
    },
  ])
}

/** A stop is a fact too: it is recorded where that can be done, and never hides what stopped it. */
async function recordStop(context: RunContext, step: string, error: unknown): Promise<void> {
  if (!(error instanceof KeyriteError) || !stops.includes(error.code)) return
  if (statusOfCeremony(ceremonyOf(context)) !== 'running') return
  try {
    await context.app.ledger.append([
      {
        type: 'ceremony.stopped',
        actor: actorOf(context),
        ceremony: context.id,
        data: {step, reason: new Private(error.message)},
      },
    ])
  } catch {
    context.room.say(['That the ceremony stopped could not be recorded; the ledger shows where it stands.'])
  }
}

/** Goes on with a ceremony after a break or a crash, asking who is there again. */
export async function resume(context: RunContext): Promise<void> {
  const {app, room} = context
  const ceremony = ceremonyOf(context)
  const status = statusOfCeremony(ceremony)
  let present: readonly string[] = []
  if (status === 'stopped' || status === 'running') {
    const step = allSteps(context.filled)[ceremony.done.length]
    const done = ceremony.done.map((one) => one.step)
    demandWaivers(context.filled, done, app.clock.now(), context.id)
    room.say([
      `Ceremony ${context.id.slice(0, 8)}: ${ceremony.title}. ${ceremony.done.length} of ${allSteps(context.filled).length} steps are done.`,
      ...(step === undefined ? [] : [`It goes on with step ${numberOf(context, step)} (${step.id}).`]),
    ])
    present = await comeBack(attentive(context))
  }
  await goOn(context, present)
}

/** Ends a ceremony for good. @throws KeyriteError `CEREMONY_STATE`. */
export async function abort(context: Pick<RunContext, 'app' | 'id'>, reason: string): Promise<void> {
  const ceremony = ceremonyOf(context)
  const status = statusOfCeremony(ceremony)
  if (status !== 'running' && status !== 'stopped') {
    throw new KeyriteError(
      'CEREMONY_STATE',
      `cannot abort ceremony ${ceremony.id.slice(0, 8)}: it is ${status}`,
      {hints: [`keyrite ceremony show ${ceremony.id.slice(0, 8)}`]},
    )
  }
  await context.app.ledger.append([
    {
      type: 'ceremony.aborted',
      actor: actorOf(context),
      ceremony: context.id,
      data: {reason: new Private(reason), left: leftBehind(context).map(({what}) => what)},
    },
  ])
}

function stepKind(name: string): StepKind {
  const kind = stepKinds.get(name)
  if (kind === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot run a step of kind "${name}": this keyrite does not know it`,
    )
  return kind
}

function headerOf(
  context: RunContext,
  steps: readonly StepBase[],
  step: StepBase,
  people: readonly Person[],
): StepHeader {
  return {
    number: numberOf(context, step),
    of: steps.length,
    at: steps.indexOf(step) + 1,
    act: actOf(context, step),
    id: step.id,
    text: step.text,
    by: step.by,
    people: people.map((person) => person.name ?? person.id),
    plannedMinutes: step.minutes,
    startedAt: context.app.ledger.time,
    plannedStart: plannedStart(ceremonyOf(context), steps, step),
  }
}

function actOf({filled}: RunContext, step: StepBase): string {
  return filled.acts.find((act) => act.steps.includes(step))?.title ?? ''
}

function numberOf({filled}: RunContext, step: StepBase): string {
  const act = filled.acts.findIndex((one) => one.steps.includes(step))
  return `${act + 1}.${(filled.acts[act]?.steps.indexOf(step) ?? 0) + 1}`
}
