/** What can be said at any question besides an answer: that something is done otherwise, and that the room pauses. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, type Person} from '../custody/index.ts'
import {recordDeviation} from './deviation.ts'
import {plannedStart} from './schedule.ts'
import {Aside, type Otherwise, type StepHeader} from './room.ts'
import {actorOf, ceremonyOf, type RunContext} from './run-context.ts'
import {everyone, statusOfCeremony, type Ceremony} from './state.ts'
import {stepsOf} from './order.ts'

/** The same room, which sees to what is said beside answers, shows the step again, and puts the question again. */
export function attentive(context: RunContext): RunContext {
  const {room} = context
  let header: StepHeader | null = null
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof Aside)) throw error
        await seeTo(context, error.what, header?.id ?? nextStep(context))
        if (header !== null) room.begin(shownAgain(context, header))
      }
    }
  }
  return {
    ...context,
    room: {
      ...room,
      begin: (next) => {
        header = next
        room.begin(next)
      },
      confirm: (...asked) => again(() => room.confirm(...asked)),
      text: (...asked) => again(() => room.text(...asked)),
      decide: (...asked) => again(() => room.decide(...asked)),
      signer: (...asked) => again(() => room.signer(...asked)),
      present: (...asked) => again(() => room.present(...asked)),
    },
  }
}

/** As it stands now: a pause moves the plan. */
function shownAgain(context: RunContext, header: StepHeader): StepHeader {
  const steps = context.filled.acts.flatMap((act) => act.steps)
  const step = steps.find(({id}) => id === header.id)
  const startedAt = context.app.ledger.time
  if (step === undefined) return {...header, startedAt}
  return {...header, startedAt, plannedStart: plannedStart(ceremonyOf(context), steps, step)}
}

async function seeTo(context: RunContext, what: Aside['what'], step: string): Promise<void> {
  if (what === 'pause') return pauseHere(context)
  const said = await context.room.otherwise(peopleOf(context))
  if (said === null) context.room.say(['No deviation was recorded.'])
  else await deviate(context, step, said)
}

async function deviate(context: RunContext, step: string, said: Otherwise): Promise<void> {
  const {name} = await recordDeviation(context, {step, ...said})
  context.room.say([`Deviation ${name} is recorded, at step ${step}.`])
}

/** Sees to what was said of a step beforehand, once: after a crash it may stand in the ledger already. */
export async function seeToSaidBefore(context: RunContext, step: string): Promise<void> {
  const {deviations, pause} = context.room.saidBefore(step)
  for (const said of deviations) {
    const stands = ceremonyOf(context).deviations.some(
      (one) => one.step === step && one.what === said.what && one.why === said.why,
    )
    if (!stands) await deviate(context, step, said)
  }
  const paused = ceremonyOf(context).notes.some((one) => one.what === 'paused' && one.step === step)
  if (pause && !paused) await pauseHere(context)
}

/** Pauses: who stays is recorded, tokens are logged out, and nothing waits for anybody until the room is back. */
export async function pauseHere(context: RunContext): Promise<void> {
  const {app, room, id} = context
  const step = nextStep(context)
  if (statusOfCeremony(ceremonyOf(context)) !== 'running') {
    room.say(['The sign-off is open, and needs no pause: whoever signs later is waited for.'])
    return
  }
  const remain = await room.present(peopleOf(context), 'stay', step)
  await app.ledger.append([
    {
      type: 'ceremony.paused',
      actor: actorOf(context),
      ceremony: id,
      data: {step, remain: remain.map((person) => person.id)},
    },
  ])
  await app.logOut()
  room.say([
    `PAUSED at step ${step}, ${app.ledger.time.toISOString()}. Tokens are logged out; no limit of time holds.`,
    `In the room: ${remain.map(({name, id: person}) => name ?? person).join(', ') || 'nobody'}.`,
    `It goes on here, or later from any shell: keyrite ceremony resume ${id.slice(0, 8)}`,
  ])
  for (;;) {
    await room.rest()
    try {
      await comeBack(context)
      return
    } catch (error) {
      if (!(error instanceof KeyriteError && error.code === 'POLICY_REFUSES')) throw error
      room.say([`${error.message}.`])
    }
  }
}

/** Asks who is there again, and records that it goes on. @returns their ids. @throws KeyriteError `POLICY_REFUSES` if a role lacks people. */
export async function comeBack(context: RunContext): Promise<readonly string[]> {
  const step = nextStep(context)
  const people = await context.room.present(peopleOf(context), 'back', step)
  const present = people.map(({id}) => id)
  demandRoles(context, ceremonyOf(context), step, new Set(present))
  await context.app.ledger.append([
    {type: 'ceremony.resumed', actor: actorOf(context), ceremony: context.id, data: {step, present}},
  ])
  return present
}

function peopleOf(context: RunContext): readonly Person[] {
  const {roster} = context.app.ledger.of(custodyFold)
  return everyone(ceremonyOf(context)).flatMap((id) => roster.get(id) ?? [])
}

/** The id of the step that comes next, or is under way. */
function nextStep(context: RunContext): string {
  const ceremony = ceremonyOf(context)
  const steps = stepsOf(context.app.ledger.view.blob(ceremony.template))
  return (steps[ceremony.done.length] ?? steps.at(-1))?.id ?? ''
}

/** Whoever left, the roles still have the people that the template asks for. @throws KeyriteError `POLICY_REFUSES`. */
function demandRoles(
  {filled, id}: RunContext,
  ceremony: Ceremony,
  step: string,
  present: ReadonlySet<string>,
): void {
  const act = filled.acts.find(({steps}) => steps.some(({id: one}) => one === step))?.id
  for (const [role, {count, minimum, acts}] of filled.roles) {
    if (acts !== undefined && act !== undefined && !acts.includes(act)) continue
    const here = ceremony.participants
      .filter((one) => one.role === role)
      .flatMap(({people}) => people)
      .filter((one) => present.has(one)).length
    const wanted = count ?? minimum ?? 0
    if (here >= wanted) continue
    throw new KeyriteError(
      'POLICY_REFUSES',
      `cannot go on: role "${role}" takes ${wanted}, and ${here} of them ${here === 1 ? 'is' : 'are'} in the room`,
      {
        hints: [
          `keyrite ceremony resume ${id.slice(0, 8)}`,
          `keyrite ceremony abort ${id.slice(0, 8)} --reason R`,
        ],
      },
    )
  }
}
