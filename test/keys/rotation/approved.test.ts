import {chmodSync, chownSync, writeFileSync} from 'node:fs'
import {createHash} from 'node:crypto'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../../src/app.ts'
import {
  isRunning,
  noteRotation,
  planRollback,
  planRotate,
  rotations,
  runHooks,
} from '../../../src/keys/index.ts'
import {defaultPolicy, type Hook} from '../../../src/policy/index.ts'
import {apply, meet, requestAt, requests, statusNow, type Request} from '../../../src/requests/index.ts'
import {outcome} from '../../ledger/support.ts'
import {ask, contextOf, sayAll} from '../../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal} from '../../support/profile.ts'
import {MovedClock, run, versionsOf} from './support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
const said = (): string => join(dirname(made.world.home), 'said')

/** A program that keeps what it is told, and fails while a file says so. */
function hook(name: string, phase: Hook['phase'], body: string): Hook {
  const program = join(dirname(made.world.home), name)
  writeFileSync(program, `#!/bin/sh\n${body}\n`, {mode: 0o755})
  const sha256 = createHash('sha256').update(`#!/bin/sh\n${body}\n`).digest('hex')
  return {name, phase, classes: null, program, sha256, timeout: 'PT2S'}
}

beforeAll(async () => {
  made = await makeLedger({now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
  await makeKey(app, made.founders, {
    name: 'kek',
    profile: 'soft',
    algorithm: 'aes-256',
    purpose: 'wrap',
    class: 'kek',
  })
  await makeKey(app, made.founders, {name: 'art', profile: 'soft', class: 'artifact-signing'})
  await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
})
afterAll(async () => {
  await app.close()
  made.remove()
})

const lastRequest = (name: string): Request | undefined =>
  [...app.ledger.of(requests).all.values()].findLast(
    ({plan}) => plan.change['key'] === name && plan.operation === 'key.rotate',
  )
function requestOf(name: string): Request {
  const request = lastRequest(name)
  if (request === undefined) throw new Error('there is a request')
  return request
}
const last = (name: string) => app.ledger.of(rotations).last.get(name)

async function approve(request: Request): Promise<void> {
  const context = contextOf(app)
  await meet(context, await sayAll(context, request, made.founders.slice(0, request.needs.people)))
}

describe('a key whose rotations people approve', () => {
  test('asks once when it is due, and waits', async () => {
    clock.days(366)
    const first = await run(app, 'kek')
    expect(first).toMatchObject({did: [], waits: 'people'})
    clock.days(1)
    expect(await run(app, 'kek')).toEqual({...first})
    expect(requestOf('kek').plan).toMatchObject({
      rule: 'grave-key-use',
      change: {from: 1, to: 2, verification: 'P7D', grace: 'P30D', strategy: 're-wrap'},
      phases: [
        {name: 'open'},
        {name: 'version'},
        {name: 'accept'},
        {name: 'primary', earliest: '2028-01-09T00:00:00.000Z'},
        {name: 'retire', earliest: '2028-02-08T00:00:00.000Z'},
        {name: 'rollback', needed: false},
      ],
    })
  })

  test('goes through all its phases under these signatures, each on its day', async () => {
    await approve(requestOf('kek'))
    expect(await run(app, 'kek')).toMatchObject({did: ['open', 'version', 'accept'], waits: 'time'})
    clock.days(6)
    expect(await run(app, 'kek')).toMatchObject({did: [], waits: 'time'})
    clock.days(1)
    expect(await run(app, 'kek')).toMatchObject({did: ['primary'], waits: 'time'})
    clock.days(31)
    expect(await run(app, 'kek')).toMatchObject({did: ['retire'], waits: null})
    expect(versionsOf(app, 'kek')).toBe('1 deactivated, 2 active*')
    expect(statusNow(app.ledger, requestOf('kek'))).toBe('applied')
  })

  test('is asked anew when a phase was not begun in its time', async () => {
    const before = await ask(contextOf(app), planRotate(app.ledger.view, 'art', clock.now()))
    await approve(before)
    expect(await run(app, 'art')).toMatchObject({did: ['open', 'version', 'accept']})
    clock.days(120)
    const late = await run(app, 'art')
    expect(late).toMatchObject({did: [], waits: 'people'})
    expect(late.request).not.toBe(before.id)
    await approve(requestOf('art'))
    // What was accepted for months needs not wait again.
    expect(await run(app, 'art')).toMatchObject({did: ['open', 'primary'], waits: 'time'})
    expect(versionsOf(app, 'art')).toBe('1 active, 2 active*')
  })

  test('is rolled back by the same signatures, and the new version stays accepted', async () => {
    const actor = made.founders[0]
    if (actor === undefined) throw new Error('there is somebody')
    await noteRotation(app.ledger, 'art', actor.person, 'stopped', 'an old gateway refuses it')
    expect(await run(app, 'art')).toMatchObject({did: []})
    await apply(contextOf(app, actor), app.operations, requestOf('art'), ['rollback'])
    expect(versionsOf(app, 'art')).toBe('1 active*, 2 active')
    expect(statusNow(app.ledger, requestOf('art'))).toBe('applied')
    expect(last('art')).toMatchObject({next: null, stopped: {reason: 'an old gateway refuses it'}})
    expect(await outcome(() => noteRotation(app.ledger, 'art', actor.person, 'paused', 'x'))).toBe(
      'ROTATION_STATE',
    )
  })
})

describe('a pause', () => {
  test('stops an automatic rotation at the next phase, until somebody resumes it', async () => {
    const actor = made.founders[1]?.person
    if (actor === undefined) throw new Error('there is somebody')
    expect(await run(app, 'tokens')).toMatchObject({did: ['open', 'version', 'accept']})
    await noteRotation(app.ledger, 'tokens', actor, 'paused', 'wait for the gateway')
    clock.days(10)
    expect(await run(app, 'tokens')).toMatchObject({did: [], waits: 'resume'})
    expect(await outcome(() => noteRotation(app.ledger, 'tokens', actor, 'paused', 'again'))).toBe(
      'ROTATION_STATE',
    )
    await noteRotation(app.ledger, 'tokens', actor, 'resumed', 'mended')
    expect(await run(app, 'tokens')).toMatchObject({did: ['primary'], waits: 'time'})
  })

  test('an automatic rotation is taken back by people alone, and after that the policy opens none by itself', async () => {
    const actor = made.founders[1]?.person
    if (actor === undefined) throw new Error('there is somebody')
    await noteRotation(app.ledger, 'tokens', actor, 'stopped', 'refused by a consumer')
    const request = await ask(contextOf(app), planRollback(app.ledger.view, 'tokens'))
    await approve(request)
    await apply(contextOf(app), app.operations, requestAt(app.ledger, request.seq))
    expect(versionsOf(app, 'tokens')).toBe('1 active*, 2 active')
    clock.days(200)
    expect(await run(app, 'tokens')).toMatchObject({did: [], waits: 'people'})
  })
})

describe('programs of the operator', () => {
  let other: TestLedger
  let there: App
  const good = (): Hook => hook('tell', 'accept', `cat > "${said()}"`)
  const moody = (): Hook =>
    hook('deploy', 'primary', `test -f "${said()}.well" || { echo no such gateway; exit 3; }`)
  const slow = (): Hook => hook('slow', 'retire', 'sleep 60')

  beforeAll(async () => {
    other = await makeLedger({now: clock.now, policy: {...defaultPolicy, hooks: [good(), moody(), slow()]}})
    there = other.open()
    await addLocal(there, 'soft')
    await makeKey(there, other.founders, {name: 'tokens', profile: 'soft'})
    clock.days(91)
  })
  afterAll(async () => {
    await there.close()
    other.remove()
  })

  test('are told what was done as JSON, with the set of public keys, and nothing secret', async () => {
    const {readFileSync} = await import('node:fs')
    expect(await run(there, 'tokens')).toMatchObject({did: ['open', 'version', 'accept'], waits: 'time'})
    const told = JSON.parse(readFileSync(said(), 'utf8')) as {jwks: {keys: object[]}}
    expect(told).toMatchObject({
      schema: 'keyrite.rotation-hook/1',
      phase: 'accept',
      key: 'tokens',
      primary: 1,
      from: {version: 1, state: 'active'},
      to: {version: 2, state: 'active'},
    })
    expect(told.jwks.keys).toHaveLength(2)
  })

  test('that fail stop before the next phase, and are tried again', async () => {
    clock.days(7)
    expect(await outcome(() => run(there, 'tokens'))).toBe('HOOK_FAILED')
    expect(versionsOf(there, 'tokens')).toBe('1 active, 2 active*')
    expect(await outcome(() => run(there, 'tokens'))).toBe('HOOK_FAILED')
    expect(
      there.ledger
        .of(rotations)
        .last.get('tokens')
        ?.hooks.map(({hook: name, ok}) => [name, ok]),
    ).toEqual([
      ['tell', true],
      ['deploy', false],
      ['deploy', false],
    ])
    clock.days(40)
    expect(await outcome(() => run(there, 'tokens'))).toBe('HOOK_FAILED')
    writeFileSync(`${said()}.well`, '')
    await runHooks({...contextOf(there), ceremony: null}, 'tokens', 'primary')
    // The grace period counts from when the deployment went well.
    expect(await run(there, 'tokens')).toMatchObject({did: [], waits: 'time'})
  })

  test('that take too long are ended, and recorded as such', async () => {
    clock.days(30)
    expect(await outcome(() => run(there, 'tokens'))).toBe('HOOK_FAILED')
    expect(versionsOf(there, 'tokens')).toBe('1 deactivated, 2 active*')
    expect(isRunning(there.ledger.of(rotations).last.get('tokens'))).toBe(false)
  })

  test.each<[string, string, () => void]>([
    [
      'another program at that path',
      'POLICY_REFUSES',
      () => {
        writeFileSync(slow().program, '#!/bin/sh\ntrue\n')
      },
    ],
    [
      'a program that others may write to',
      'UNSAFE_FILE',
      () => {
        chmodSync(slow().program, 0o777)
      },
    ],
    [
      'a program in whose place others may put another',
      'UNSAFE_FILE',
      () => {
        chmodSync(dirname(slow().program), 0o777)
      },
    ],
    // Only root can make one.
    ...(process.getuid?.() === 0
      ? [
          [
            'a program of somebody else',
            'UNSAFE_FILE',
            () => {
              chownSync(slow().program, 65_534, 65_534)
            },
          ] satisfies [string, string, () => void],
        ]
      : []),
  ])('are not run: %s', async (_name, code, spoil) => {
    spoil()
    const size = there.ledger.size
    expect(await outcome(() => run(there, 'tokens'))).toBe(code)
    expect(there.ledger.size).toBe(size)
    chmodSync(dirname(slow().program), 0o700)
    if (process.getuid?.() === 0) chownSync(slow().program, 0, 0)
    chmodSync(slow().program, 0o755)
  })
})
