/** `key.rotate`, `key.destroy`: of a plan that lasts for weeks, what belongs to its first day; the rest is left to its own days. */
import {KeyriteError} from '../../base/errors.ts'
import {keysFold, rotations, type Key, type Version} from '../../keys/index.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {apply, requestAt, requests, type Request} from '../../requests/index.ts'
import type {StepBase} from '../step.ts'
import {actContext, type RunContext} from '../run-context.ts'

interface KeyChangeStep extends StepBase {
  readonly key: string
  readonly version?: number | undefined
}

/** What of each plan is done before the people who approved it. */
const firstDay = {
  'key.rotate': ['open', 'version', 'accept'],
  'key.destroy': ['deactivate', 'schedule-destruction', 'destroy'],
} as const

export async function runKeyRotate(context: RunContext, step: KeyChangeStep): Promise<DraftObject> {
  const {app, room} = context
  room.say([`Making the next version of key "${step.key}". This can take a while.`])
  const request = await doneHere(context, step, 'key.rotate')
  const key = keyNamed(context, step.key)
  const version = key.versions.find((one) => one.version === request.plan.change['to'])
  const next = app.ledger.of(rotations).last.get(step.key)?.next ?? null
  room.say([
    `Key "${step.key}" version ${version?.version ?? ''} was made and is ${version?.state ?? 'gone'}; version ${key.primary} is still the one that is used.`,
    ...proofs(version),
    ...leftInWords(request, `keyrite rotation run ${step.key}`),
  ])
  return {
    key: step.key,
    request: request.id,
    from: key.primary,
    version: version?.version ?? 0,
    state: version?.state ?? '',
    next: next?.phase ?? null,
    due: next?.due ?? null,
  }
}

export async function runKeyDestroy(context: RunContext, step: KeyChangeStep): Promise<DraftObject> {
  const request = await doneHere(context, step, 'key.destroy')
  const number = Number(request.plan.change['version'])
  const version = keyNamed(context, step.key).versions.find((one) => one.version === number)
  const {done, plan} = request
  context.room.say([
    `Key "${step.key}" version ${number} is ${version?.state ?? 'gone'}.`,
    ...leftInWords(request, `keyrite key destroy ${step.key} --reason R`),
  ])
  return {
    key: step.key,
    request: request.id,
    version: number,
    state: version?.state ?? '',
    next: plan.phases.find(({name}) => !done.has(name))?.name ?? null,
    due: version?.destroyAt ?? null,
  }
}

/** Does what of the approved plan belongs to this day. What a crash left is found and finished. */
async function doneHere(
  context: RunContext,
  {key, version}: KeyChangeStep,
  kind: keyof typeof firstDay,
): Promise<Request> {
  const {ledger, operations} = context.app
  const request = [...ledger.of(requests).all.values()].findLast(
    (one) =>
      one.ceremony === context.id &&
      one.met !== null &&
      one.operation.startsWith(kind) &&
      one.plan.change['key'] === key &&
      (version === undefined || one.plan.change['version'] === version),
  )
  if (request === undefined)
    throw new KeyriteError(
      'QUORUM_MISSING',
      `cannot act on key "${key}": no quorum of this ceremony approved it`,
      {hints: ['keyrite request list']},
    )
  await apply(actContext(context), operations, request, firstDay[kind])
  return requestAt(ledger, request.seq)
}

/** What the same signatures allow later, and outside this ceremony. */
function leftInWords({plan, done}: Request, command: string): readonly string[] {
  const left = plan.phases.filter(({name, needed}) => needed !== false && !done.has(name))
  return left.length === 0
    ? []
    : [
        `Still to come, under the same signatures and without anybody being asked again: ${left.map(({name}) => name).join(', ')}. On their days: ${command}`,
      ]
}

function proofs(version: Version | undefined): readonly string[] {
  return (version?.tried?.results ?? []).map(
    ({probe, ok, evidence, detail}) => `${ok ? 'ok' : 'NOT OK'}  ${probe} (${evidence}): ${detail}`,
  )
}

function keyNamed({app}: RunContext, name: string): Key {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  return key
}
