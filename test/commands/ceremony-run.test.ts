import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyList from '../../src/commands/ceremony/list.ts'
import CeremonySign from '../../src/commands/ceremony/sign.ts'
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
  type House,
} from '../ceremony/room.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'
import {held, run, signersBut, typesOf, type Held} from './held.ts'

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
      duty: expect.stringMatching(/^d\d+$/),
      status: 'open',
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
    expect(ask.asked[0]).toBe('Key of Bob for the transcript')
    expect(ran.stderr).toContain('no such file')
    expect(ran.stderr).toContain('That is not a key of Grace (grace@example.com)')
    expect(JSON.parse(ran.stdout)).toMatchObject({missing: [{name: 'Bob'}]})
  })
})
