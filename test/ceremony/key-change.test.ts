/** A rotation, and the end of a key, that a ceremony approves and begins: what is left is done on its days, outside it, under the same signatures. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {abort, walk} from '../../src/ceremony/engine.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import {planDigestOf} from '../../src/ceremony/plans.ts'
import {printedPlans} from '../../src/ceremony/script/plans.ts'
import type {Value} from '../../src/ceremony/template.ts'
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import Abort from '../../src/commands/ceremony/abort.ts'
import Bundle from '../../src/commands/ceremony/bundle.ts'
import Verify from '../../src/commands/ceremony/verify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import Revoke from '../../src/commands/revoke.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {runQuorum, type QuorumStepLike} from '../../src/ceremony/run/quorum.ts'
import {allSteps} from '../../src/ceremony/plans.ts'
import {keysFold, type Key} from '../../src/keys/index.ts'
import {apply, requests, requestAt, statusNow, type Request} from '../../src/requests/index.ts'
import type {App} from '../../src/app.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {actContext} from '../../src/ceremony/run-context.ts'
import {run} from '../commands/held.ts'
import {outcome} from '../ledger/support.ts'
import {makeKey} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {contextIn, makeHouse, problemsOf, willing, type House} from './room.ts'
import {answersOf, trials, type Trial} from './shipped.ts'

const dayMs = 86_400_000
let now = new Date('2027-03-01T09:00:00Z')
let house: House
beforeAll(async () => {
  house = await makeHouse({now: () => now})
}, 60_000)
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})
const pass = (days: number): void => {
  now = new Date(now.getTime() + days * dayMs)
}

const make = (name: string, wish: object = {}): Promise<void> =>
  house.using((app) => makeKey(app, house.founders, {name, profile: 'main', ...wish}))
const keyOf = (app: App, name: string): Key => {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined) throw new Error(`there is a key ${name}`)
  return key
}
const states = (name: string): Promise<string> =>
  house.using((app) =>
    keyOf(app, name)
      .versions.map(
        ({version, state}) => `${version} ${state}${version === keyOf(app, name).primary ? '*' : ''}`,
      )
      .join(', '),
  )

/** The shipped template on this key, today. */
function trialOf(template: 'key-rotation' | 'key-destruction', key: string): Trial {
  const trial = trials.find(({name}) => name === template)
  if (trial === undefined) throw new Error('it is tried')
  return {...trial, values: {'key-name': key, on: now.toISOString().slice(0, 10)}}
}
const hold = (template: 'key-rotation' | 'key-destruction', key: string) =>
  run(house, ['--answers', answersOf(house, trialOf(template, key))], template)

/** Opens one in this process, and has its quorum met. */
async function approved(
  app: App,
  template: 'key-rotation' | 'key-destruction',
  key: string,
): Promise<{readonly id: string; readonly request: Request}> {
  const {people, values} = trialOf(template, key)
  const loaded = shippedTemplate(template)
  const id = await openCeremony(ceremonyApp(app), {
    loaded,
    values: new Map<string, string>(
      Object.entries({
        wait: 'P30D',
        grace: 'P30D',
        ...values,
        location: 'Room 4',
        recording: 'Camera 2',
      } as Record<string, string>).filter(([name]) => loaded.template.parameters.has(name)),
    ),
    participants: people,
    answersFile: true,
  })
  const context = contextIn(house, app, id)
  const quorum = allSteps(context.filled).find((step): step is QuorumStepLike => step.kind === 'quorum')
  if (quorum === undefined) throw new Error('the template has a quorum')
  await runQuorum(context, quorum)
  const request = [...app.ledger.of(requests).all.values()].find((one) => one.ceremony === id)
  if (request === undefined) throw new Error('it was asked for')
  return {id, request}
}

test.each([
  {name: 'signing', wish: {algorithm: 'ed25519', class: 'artifact-signing'}},
  {name: 'wrapping', wish: {algorithm: 'aes-256', purpose: 'wrap', class: 'kek'}},
])(
  'a rotation that a ceremony began ($name) comes to its end by rotation run, and nobody signs again',
  async ({name, wish}) => {
    await make(name, wish)
    const {id} = await hold('key-rotation', name)
    expect(await states(name)).toBe('1 active*, 2 active')
    const before = await house.using(({ledger}) => ledger.of(requests).all.size)
    const went: string[] = []
    for (let day = 0; day < 120; day++) {
      pass(1)
      const {keys} = await runJson<{keys: {did: string[]}[]}>(
        RotationRun,
        'rotation run',
        [name],
        house.world,
      )
      went.push(...keys.flatMap(({did}) => did.filter((one) => one !== 'notice')))
      if (went.includes('retire')) break
    }
    expect(went).toEqual(['primary', 'retire'])
    expect(await states(name)).toBe('1 deactivated, 2 active*')
    await house.using(({ledger}) => {
      expect(ledger.of(requests).all.size).toBe(before)
      const request = [...ledger.of(requests).all.values()].find(({ceremony}) => ceremony === id)
      const mine = Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq)).filter(
        (entry) => entry?.approved === request?.met,
      )
      const places = new Map(
        mine.map((entry) => [`${entry?.type} ${Number(entry?.data['version'] ?? 0)}`, entry?.ceremony]),
      )
      expect(places.get('key.rotated 2')).toBe(id)
      expect(places.get('key.primary.changed 0')).toBeNull()
      expect(places.get('key.state.changed 1')).toBeNull()
    })
  },
  60_000,
)

testWith(
  ['python3', 'ssh-keygen'],
  'a bundle of a later ceremony on that key, which holds what was done outside, is good to both verifiers',
  async () => {
    const {id} = await hold('key-destruction', 'signing')
    const out = join(house.dir, 'bundle-later')
    await runJson(Bundle, 'ceremony bundle', [id, '--out', out], house.world)
    expect(await runJson(Verify, 'ceremony verify', [out], house.world)).toMatchObject({exit: 0, ok: true})
    const said = execFileSync('python3', ['-I', join(out, 'verify.py'), out], {encoding: 'utf8'})
    expect(said).toMatch(/OK|good/i)
  },
)

test('the end of a key that a ceremony began comes by key destroy, when grace and wait are over and not before', async () => {
  await make('ending', {algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
  await hold('key-destruction', 'ending')
  const destroy = () =>
    runJson<{exit: number; code?: string}>(
      KeyDestroy,
      'key destroy',
      ['ending', '--reason', 'its time is over', '--confirm', 'ending@main', '--as', 'alice'],
      house.world,
    )
  expect(await states('ending')).toBe('1 deactivated*')
  expect(await destroy()).toMatchObject({code: 'KEY_STATE'})
  pass(31)
  expect(await destroy()).toMatchObject({exit: 0})
  expect(await states('ending')).toBe('1 destruction-scheduled*')
  pass(29)
  expect(await destroy()).toMatchObject({code: 'KEY_STATE'})
  pass(2)
  expect(await destroy()).toMatchObject({exit: 0})
  expect(await states('ending')).toBe('1 destroyed*')
})

test('what a ceremony approved and did not begin is not begun outside it, nor after it was aborted', async () => {
  await make('unbegun', {algorithm: 'ed25519', class: 'artifact-signing'})
  await house.using(async (app) => {
    const {id, request} = await approved(app, 'key-rotation', 'unbegun')
    const outside = (): Promise<Request> => apply(contextFor(app, null), app.operations, request)
    expect(await outcome(outside)).toBe('REQUEST_STATE')
    const ran = await runJson<{keys: {did: string[]}[]}>(
      RotationRun,
      'rotation run',
      ['unbegun'],
      house.world,
    )
    expect(ran.keys.flatMap(({did}) => did)).not.toContain('open')
    await expect(
      app.ledger.append([
        {
          type: 'rotation.opened',
          actor: {person: null, evidence: 'stated'},
          approved: request.met,
          data: {
            ...{key: 'unbegun', profile: 'main', from: 1, to: 2, due: null, automatic: false},
            ...{
              verification: request.plan.change['verification'] ?? '',
              grace: request.plan.change['grace'] ?? '',
            },
          },
        },
      ]),
    ).rejects.toThrow('approved for its ceremony')
    await abort(contextIn(house, app, id), 'the room was evacuated')
    expect(await outcome(outside)).toBe('REQUEST_STATE')
  })
  expect(await states('unbegun')).toBe('1 active*')
})

test('an aborted ceremony leaves a rotation as it is: its approval is void, and says so', async () => {
  await make('broken-off', {algorithm: 'ed25519', class: 'artifact-signing'})
  const {id, request} = await house.using(async (app) => {
    const found = await approved(app, 'key-rotation', 'broken-off')
    const context = {...actContext(contextIn(house, app, found.id))}
    await apply(context, app.operations, found.request, ['open', 'version', 'accept'])
    return found
  })
  const ended = await runJson<{left: readonly {what: string}[]}>(
    Abort,
    'ceremony abort',
    [id.slice(0, 8), '--reason', 'a witness objected', '--yes'],
    house.world,
  )
  expect(JSON.stringify(ended)).toContain('its rotation open, version, accept were done')
  pass(40)
  await house.using(async (app) => {
    expect(statusNow(app.ledger, requestAt(app.ledger, request.seq))).toBe('void')
    expect(await outcome(() => apply(contextFor(app, null), app.operations, request))).toBe('REQUEST_STATE')
  })
  expect(await states('broken-off')).toBe('1 active*, 2 active')
})

/** Begins what a ceremony approved, at a place that dies: an intent without an outcome. */
async function broken(app: App, name: string): Promise<{readonly id: string; readonly request: Request}> {
  const {id, request} = await approved(app, 'key-destruction', name)
  const real = await app.provider('main')
  const dying = {
    ...real,
    life: {
      ...real.life,
      setAvailability: () => Promise.reject(new TypeError('the power')),
      scheduleDestruction: () => Promise.reject(new TypeError('the power')),
    },
    store: {...real.store, describe: () => Promise.reject(new TypeError('the power'))},
  }
  const context = actContext(contextIn(house, app, id))
  await apply({...context, provider: async () => dying}, app.operations, request, ['deactivate']).catch(
    () => undefined,
  )
  expect([...app.ledger.of(keysFold).open.values()].map(({key}) => key)).toEqual([name])
  return {id, request}
}

test('what was begun at the provider when its ceremony was aborted is given up, and nothing of it is gone on with', async () => {
  await make('half', {algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
  await house.using(async (app) => {
    const {id, request} = await broken(app, 'half')
    await abort(contextIn(house, app, id), 'the power is gone')
    pass(90)
    expect(app.ledger.of(keysFold).open.size).toBe(0)
    const again = requestAt(app.ledger, request.seq)
    expect(await outcome(() => apply(contextFor(app, null), app.operations, again))).toBe('REQUEST_STATE')
  })
  expect(await states('half')).toBe('1 active*')
})

test('a key that a ceremony began to change is revoked all the same once the ceremony is aborted, which the screen says', async () => {
  await make('caught', {algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
  const {id} = await house.using((app) => broken(app, 'caught'))
  const flags = ['caught', '--reason', 'key-compromise', '--confirm', 'caught@main', '--as', 'dan']
  const argv = [...flags, '--sign-with', `dan=${house.keyOf('dan')}`, '--prove-within', 'PT2S']
  const {exit, stderr} = await runCommand(Revoke, 'revoke', argv, house.world)
  expect(exit).toBe(9)
  expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
    new RegExp(`Version 1 NOT CONTAINED: .* Mend: keyrite ceremony abort ${id.slice(0, 8)} --reason R, then`),
  )
  const ended = await runJson(
    Abort,
    'ceremony abort',
    [id.slice(0, 8), '--reason', 'r', '--yes'],
    house.world,
  )
  expect(ended).toMatchObject({exit: 0})
  const resumed = await runJson(IncidentResume, 'incident resume', ['caught', '--as', 'dan'], house.world)
  expect(resumed).toMatchObject({exit: 0, contained: true, proof: 'proven'})
  expect(await states('caught')).toBe('1 suspended*')
})

test('the digest that is printed is the one that is met: a plan of dates counts from the day in the template', async () => {
  await make('printed', {algorithm: 'ed25519', class: 'artifact-signing'})
  const {values} = trialOf('key-rotation', 'printed')
  const loaded = shippedTemplate('key-rotation')
  const on = {...values, on: new Date(now.getTime() + 3 * dayMs).toISOString().slice(0, 10)}
  const printed = await house.using(({ledger}) =>
    printedPlans(
      ledger.view,
      loaded,
      new Map<string, Value>(Object.entries({...on, location: 'Room 4', recording: 'Camera 2'})),
    ),
  )
  pass(3)
  await house.using(async (app) => {
    const {id} = await approved(app, 'key-rotation', 'printed')
    const [one] = printed
    expect(one?.sha256).toBe(planDigestOf(contextIn(house, app, id), 'approve'))
    await walk(contextIn(house, app, id, {room: willing(house)}))
  })
  expect(await states('printed')).toBe('1 active*, 2 active')
})
