import {copyFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyAbort from '../../src/commands/ceremony/abort.ts'
import CeremonyList from '../../src/commands/ceremony/list.ts'
import CeremonyResume from '../../src/commands/ceremony/resume.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import CeremonySign from '../../src/commands/ceremony/sign.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {keysFold} from '../../src/keys/index.ts'
import {
  everybody,
  expectWhole,
  makeHouse,
  parameters,
  participants,
  quickTemplate,
  stepCount,
  typedSteps,
  type House,
} from '../ceremony/room.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

interface Held {
  readonly id: string
  readonly status: string
  readonly missing: readonly {name: string}[]
  readonly participants: readonly {
    person: {id: string; name: string}
    roles: string[]
    signed: string | null
  }[]
  readonly [field: string]: unknown
}

const run = (house: House, args: readonly string[], template = house.template) =>
  runJson<Held>(CeremonyRun, 'ceremony run', [template, ...args], house.world)
const held = (house: House, changes: object = {}) => run(house, ['--answers', house.answers(changes)])
const typesOf = (house: House): Promise<string[]> =>
  house.using((app) =>
    Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.type ?? ''),
  )
/** The key files of everyone but these. */
const signersBut = (house: House, ...handles: readonly string[]): object =>
  Object.fromEntries(everybody.filter((one) => !handles.includes(one)).map((one) => [one, house.keyOf(one)]))

describe('ceremony run, to the end', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse()
  })
  afterAll(() => {
    house.remove()
  })

  test('records every step, and prints the ceremony as the contract has it', async () => {
    const document = await held(house)
    expect(document).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 0,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'signed-off',
      missing: [],
      template: {id: 'jwt-signing-rsa-4096', sha256: sha256Hex(Buffer.from(quickTemplate))},
      firstSeq: expect.any(Number),
      lastSeq: (await house.using((app) => app.ledger.size)) - 1,
      keys: [{name: 'payments-jwt', version: 1}],
      deviations: [],
      steps: {done: stepCount, of: stepCount, next: null},
      stoppedBy: null,
    })
    expect(document.participants.map(({person, roles}) => [person.name.toLowerCase(), roles])).toEqual(
      Object.entries(participants).flatMap(([role, people]) =>
        people.map((handle) => [handle.replace(/^person(\d)$/, 'person $1'), [role]]),
      ),
    )
    for (const {signed} of document.participants) expect(signed).toMatch(/^\d{4}-.*Z$/)
    expect(document['duties']).toContainEqual({
      id: 'monitoring',
      text: expect.stringContaining('payments-jwt'),
      owner: 'operator',
      due: expect.stringMatching(/Z$/),
    })
    await expectWhole(house, document.id)
    const count = (types: readonly string[], type: string): number =>
      types.filter((one) => one === type).length
    const types = await typesOf(house)
    expect(count(types, 'step.done')).toBe(stepCount - 1)
    expect(count(types, 'transcript.signed')).toBe(everybody.length)
    for (const type of [
      'ceremony.opened',
      'quorum.opened',
      'quorum.met',
      'key.created',
      'key.tried',
      'key.state.changed',
      'signoff.opened',
    ])
      expect([type, count(types, type)]).toEqual([type, 1])
    expect(count(types, 'approval.given')).toBe(3)
  })

  test('a second ceremony runs after the first, and a key of the same name is refused before it opens', async () => {
    const size = await house.using((app) => app.ledger.size)
    const again = await held(house)
    expect(again).toMatchObject({schema: 'keyrite.error/1', exit: 10, code: 'FINDINGS', changed: false})
    expect(await house.using((app) => app.ledger.size)).toBe(size)
    const second = await held(house, {parameters: {...parameters, 'key-name': 'orders-jwt'}})
    expect(second).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'orders-jwt', version: 1}]})
    await expectWhole(house, second.id, 'orders-jwt')
    const {ceremonies} = await runJson<{ceremonies: Held[]}>(CeremonyList, 'ceremony list', [], house.world)
    expect(ceremonies.map(({status}) => status)).toEqual(['signed-off', 'signed-off'])
  })

  test('the shipped template makes an RSA key of 4096 bits, by its name alone', async () => {
    const answers = house.answers({parameters: {...parameters, 'key-name': 'rsa-jwt'}})
    const document = await run(house, ['--answers', answers], 'jwt-signing-rsa-4096')
    expect(document).toMatchObject({exit: 0, status: 'signed-off'})
    await expectWhole(house, document.id, 'rsa-jwt')
    const spec = await house.using((app) => app.ledger.of(keysFold).keys.get('rsa-jwt')?.spec)
    expect(spec).toMatchObject({algorithm: 'rsa-4096', scheme: 'rs256', class: 'jwt-signing'})
  }, 60_000)
})

describe('ceremony sign', () => {
  let house: House
  let waiting: Held & {exit: number}
  const sign = (...pairs: readonly string[]) =>
    runJson<Held>(
      CeremonySign,
      'ceremony sign',
      [waiting.id.slice(0, 8), ...pairs.flatMap((pair) => ['--sign-with', pair])],
      house.world,
    )
  beforeAll(async () => {
    house = await makeHouse()
    const signers = signersBut(house, 'grace', 'bob')
    waiting = await held(house, {signers})
  })
  afterAll(() => {
    house.remove()
  })

  test('a ceremony with signatures missing waits for them, names who, and exits 8', async () => {
    expect(waiting).toMatchObject({exit: 8, status: 'waiting-for-signatures', stoppedBy: null})
    expect(waiting.missing.map(({name}) => name)).toEqual(['Bob', 'Grace'])
    await expectWhole(house, waiting.id)
  })

  test('another person’s key, a stranger to the ceremony, and a second signature are refused, and nothing is saved', async () => {
    const before = (await typesOf(house)).filter((type) => type !== 'attempt.refused').length
    expect(await sign(`grace=${house.keyOf('carol')}`)).toMatchObject({exit: 6, code: 'BAD_SIGNATURE'})
    expect(await sign(`carol=${house.keyOf('carol')}`)).toMatchObject({exit: 8, code: 'NOT_PERMITTED'})
    expect(await sign(`grace=${join(house.dir, 'nowhere')}`)).toMatchObject({exit: 4, code: 'FILE_NOT_FOUND'})
    expect((await typesOf(house)).filter((type) => type !== 'attempt.refused')).toHaveLength(before)
  })

  test('takes late signatures one by one, until the ceremony is signed off; then no more', async () => {
    const first = await sign(`grace=${house.keyOf('grace')}`)
    expect(first).toMatchObject({exit: 8, status: 'waiting-for-signatures'})
    expect(first.missing.map(({name}) => name)).toEqual(['Bob'])
    expect(await sign(`bob@example.com=${house.keyOf('bob')}`)).toMatchObject({
      exit: 0,
      status: 'signed-off',
      missing: [],
    })
    expect(await sign(`bob=${house.keyOf('bob')}`)).toMatchObject({exit: 5, code: 'CEREMONY_STATE'})
    expect(await sign()).toMatchObject({exit: 0, status: 'signed-off'})
    await expectWhole(house, waiting.id)
  })

  test('asks each missing person on a terminal; empty means not now', async () => {
    const answers = house.answers({
      parameters: {...parameters, 'key-name': 'asked-jwt'},
      signers: signersBut(house, 'grace', 'bob'),
    })
    const {id} = await run(house, ['--answers', answers])
    const ask = somebody('', 'no-such-file', house.keyOf('alice'), house.keyOf('grace'))
    const ran = await runCommand(CeremonySign, 'ceremony sign', [id, '--json'], {...house.world, ask})
    expect(ran.exit).toBe(8)
    expect(ask.asked[0]).toBe('Key file of Bob (bob@example.com) for the transcript (empty: not now)')
    expect(ran.stderr).toContain('no such file')
    expect(ran.stderr).toContain('That is not a key of Grace (grace@example.com)')
    expect(JSON.parse(ran.stdout)).toMatchObject({missing: [{name: 'Bob'}]})
  })
})

describe('ceremony run, stopped', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse()
  })
  afterAll(() => {
    house.remove()
  })
  const last = async (count: number) => (await typesOf(house)).slice(-count)
  const resume = (changes: object = {}) =>
    runJson<Held>(CeremonyResume, 'ceremony resume', ['--answers', house.answers(changes)], house.world)

  test('a no at a confirmation stops it: exit 9, recorded, and it goes on at the same step', async () => {
    const named = {...parameters, 'key-name': 'no-jwt'}
    const stopped = await held(house, {parameters: named, steps: {...typedSteps, 'access-control': 'no'}})
    expect(stopped).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 9,
      status: 'stopped',
      stoppedBy: 'STOPPED',
      steps: {done: 5, next: 'access-control'},
    })
    expect(await last(1)).toEqual(['ceremony.stopped'])
    const shown = await runCommand(CeremonyShow, 'ceremony show', [stopped.id.slice(0, 6)], house.world)
    expect(shown.stdout).toContain(`Next: keyrite ceremony resume ${stopped.id.slice(0, 8)}`)
    const done = await resume()
    expect(done).toMatchObject({exit: 0, id: stopped.id, status: 'signed-off'})
    await expectWhole(house, stopped.id, 'no-jwt')
    expect(await resume()).toMatchObject({exit: 4, code: 'CEREMONY_NOT_FOUND'})
  })

  test('a refused quorum stops it with exit 8, prints the ceremony, and leaves the refusal in the ledger', async () => {
    const steps = {...typedSteps, approve: {answer: {carol: 'reject', dan: 'reject'}}}
    const refused = await held(house, {steps})
    expect(refused).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 8,
      status: 'stopped',
      stoppedBy: 'QUORUM_MISSING',
      keys: [],
      steps: {next: 'approve'},
    })
    expect(await last(2)).toEqual(['ceremony.stopped', 'attempt.refused'])
    expect((await typesOf(house)).filter((type) => type === 'key.create.intended')).toHaveLength(1)
    const ended = await runJson<Held>(
      CeremonyAbort,
      'ceremony abort',
      [refused.id, '--reason', 'two said no', '--yes'],
      house.world,
    )
    expect(ended).toMatchObject({exit: 0, status: 'aborted', left: []})
  })

  test('custodians who are not there leave the quorum open, and it is met after resume with the same request', async () => {
    const named = {...parameters, 'key-name': 'late-jwt'}
    const absent = signersBut(house, 'carol', 'dan')
    expect(await held(house, {parameters: named, signers: absent})).toMatchObject({
      exit: 8,
      status: 'stopped',
    })
    const opened = (await typesOf(house)).filter((type) => type === 'quorum.opened').length
    const done = await resume()
    expect(done).toMatchObject({exit: 0, status: 'signed-off'})
    expect((await typesOf(house)).filter((type) => type === 'quorum.opened')).toHaveLength(opened)
    await expectWhole(house, done.id, 'late-jwt')
  })

  test('abort names what is left at the provider, asks first, and is the end', async () => {
    const named = {...parameters, 'key-name': 'left-jwt'}
    const stopped = await held(house, {parameters: named, steps: {...typedSteps, attributes: 'no'}})
    const args = [stopped.id, '--reason', 'the room is on fire']
    const asked = await runCommand(CeremonyAbort, 'ceremony abort', args, {
      ...house.world,
      ask: somebody('no'),
    })
    expect(asked.exit).toBe(3)
    expect(asked.stderr).toContain('Left behind: key "left-jwt" version 1 in profile "main"')
    expect(await runJson(CeremonyAbort, 'ceremony abort', args, house.world)).toMatchObject({
      exit: 3,
      code: 'NO_TERMINAL',
    })
    const ended = await runJson<Held>(CeremonyAbort, 'ceremony abort', [...args, '--yes'], house.world)
    expect(ended).toMatchObject({
      exit: 0,
      status: 'aborted',
      left: [expect.stringContaining('key "left-jwt" version 1')],
    })
    expect(await runJson(CeremonyAbort, 'ceremony abort', [...args, '--yes'], house.world)).toMatchObject({
      exit: 5,
      code: 'CEREMONY_STATE',
    })
    const size = await house.using((app) => app.ledger.size)
    expect(
      await runJson(
        CeremonyResume,
        'ceremony resume',
        [stopped.id, '--answers', house.answers()],
        house.world,
      ),
    ).toMatchObject({exit: 5, status: 'aborted', stoppedBy: 'CEREMONY_STATE'})
    expect(await house.using((app) => app.ledger.size)).toBe(size)
  })

  test('an answers file without the text of a step stops there, and names step and field', async () => {
    const named = {...parameters, 'key-name': 'mute-jwt'}
    const {'audit-log': _, ...others} = typedSteps
    const ran = await runCommand(
      CeremonyRun,
      'ceremony run',
      [house.template, '--answers', house.answers({parameters: named, steps: others})],
      house.world,
    )
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('no text for field "audit-log-reference" of step "audit-log"')
    expect(ran.stdout).toContain('Status: stopped')
    expect(await resume()).toMatchObject({exit: 0, status: 'signed-off'})
  })
})

describe('ceremony run, refused before anything is opened', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse({signed: 8})
  })
  afterAll(() => {
    house.remove()
  })

  test.each<{name: string; participants: object; says: RegExp}>([
    {
      name: 'a role that is missing',
      participants: {operator: []},
      says: /role "operator" takes 1, and 0 are named/,
    },
    {
      name: 'too many of a role',
      participants: {operator: ['bob', 'person7']},
      says: /takes 1, and 2 are named/,
    },
    {
      name: 'too few of a role',
      participants: {witness: ['grace', 'person7']},
      says: /"witness" takes at least 3, and 2/,
    },
    {
      name: 'one person named three times',
      participants: {witness: ['grace', 'grace', 'GRACE@example.com']},
      says: /at least 3, and 1/,
    },
    {
      name: 'roles that exclude each other',
      participants: {custodian: ['bob', 'dan', 'erin']},
      says: /Bob is .*exclude each other/,
    },
    {
      name: 'a role that the template has not',
      participants: {notary: ['dan']},
      says: /no role "notary"; it has/,
    },
    {name: 'a founder who has not signed', participants: {}, says: /Person 8 has not signed the founding/},
  ])('$name', async ({participants: changed, says}) => {
    const document = await held(house, {participants: {...participants, ...changed}})
    expect(document).toMatchObject({
      schema: 'keyrite.error/1',
      exit: 8,
      code: 'POLICY_REFUSES',
      changed: false,
    })
    expect(document['message']).toMatch(says)
    expect(await typesOf(house)).not.toContain('ceremony.opened')
  })

  test('a person whom nobody knows', async () => {
    const document = await held(house, {participants: {...participants, operator: ['mallory']}})
    expect(document).toMatchObject({exit: 4, code: 'PERSON_NOT_FOUND', changed: false})
  })

  test('a template with findings: each with its line, and no PIN is asked for', async () => {
    const path = join(house.dir, 'no-witness.yaml')
    writeFileSync(path, quickTemplate.replace('kind: clock', 'kind: confirm'))
    const document = await run(house, ['--answers', house.answers()], path)
    expect(document).toMatchObject({
      exit: 10,
      code: 'FINDINGS',
      message: expect.stringMatching(/line \d+: .*clock/),
      try: ['keyrite ceremony lint FILE'],
    })
  })

  test.each<{name: string; text: string; says: RegExp}>([
    {
      name: 'an unknown field, with the nearest right word',
      text: 'participant: {}',
      says: /unknown field "participant": did you mean participants\?/,
    },
    {name: 'no YAML', text: '{', says: /is not YAML/},
    {name: 'a default that is neither yes nor no', text: 'default: perhaps', says: /default/},
    {name: 'an alias', text: 'steps: &a {x: yes}\nparameters: *a', says: /is not YAML/},
  ])('an answers file with $name', async ({text, says}) => {
    const path = join(house.dir, 'bad-answers.yaml')
    writeFileSync(path, text)
    const document = await run(house, ['--answers', path])
    expect(document).toMatchObject({exit: 2, code: 'ANSWERS_INVALID', changed: false})
    expect(document['message']).toMatch(says)
  })

  test('no terminal and no answers: exit 3 at once, and the flag is named', async () => {
    const document = await run(house, [])
    expect(document).toMatchObject({exit: 3, code: 'NO_TERMINAL', changed: false})
    expect(String(document['try'])).toContain('--answers FILE')
  })

  test('a template that is not there', async () => {
    expect(await run(house, [], 'jwt-signing')).toMatchObject({exit: 4, code: 'TEMPLATE_NOT_FOUND'})
  })

  test('a token that is another than the profile was approved for', async () => {
    const added = await runJson(
      ProfileAdd,
      'profile add',
      ['other', '--kind', 'local', '--environment', 'test', '--as', 'alice', '--pin-file', house.pinFile],
      house.world,
    )
    expect(added.exit).toBe(0)
    const file = join(house.world.home, 'config.yaml')
    const config = parse(readFileSync(file, 'utf8')) as {profiles: Record<string, {settings: {path: string}}>}
    const kept = join(house.dir, 'config.yaml')
    copyFileSync(file, kept)
    const {main, other} = config.profiles
    if (main === undefined || other === undefined) throw new Error('both are in the file')
    main.settings.path = other.settings.path
    writeFileSync(file, stringify(config), {mode: 0o600})
    const people = {
      ...participants,
      witness: ['grace', 'person7', 'alice'],
      'security-officer': ['frank'],
      custodian: ['carol', 'dan', 'erin'],
    }
    const document = await held(house, {participants: people})
    expect(document).toMatchObject({exit: 8, code: 'PROFILE_MOVED'})
    copyFileSync(kept, file)
    expect(await typesOf(house)).not.toContain('ceremony.opened')
  })
})
