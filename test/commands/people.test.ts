import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CustodianList from '../../src/commands/custodian/list.ts'
import CustodianShow from '../../src/commands/custodian/show.ts'
import RequestList from '../../src/commands/request/list.ts'
import RequestShow from '../../src/commands/request/show.ts'
import RequestWithdraw from '../../src/commands/request/withdraw.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {openRequest} from '../../src/requests/index.ts'
import {planCreate} from '../../src/keys/index.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({signed: 4})
})
afterAll(() => {
  made.remove()
})

describe('custodian list', () => {
  test('names everyone with roles and state, sorted by name', async () => {
    const {people} = await runJson<{people: {name: string; state: string; id: string}[]}>(
      CustodianList,
      'custodian list',
      [],
      made.world,
    )
    expect(people.map(({name, state}) => [name, state])).toEqual([
      ['Alice', 'active'],
      ['Bob', 'active'],
      ['Carol', 'active'],
      ['Dan', 'active'],
      ['Erin', 'unsigned'],
    ])
    expect(people[0]?.id).toBe(made.founders[0]?.person.id)
  })

  test('shows people as "key: value" lines where stdout is no terminal, and as a table where it is', async () => {
    const plain = await runCommand(CustodianList, 'custodian list', [], made.world)
    expect(plain.stdout).toContain(
      'Name: Alice\nAddress: alice@example.com\nRoles: custodian, security-lead\nKeys: stated\nState: active\n\n',
    )
    const wide = await runCommand(CustodianList, 'custodian list', ['--no-color'], {...made.world, tty: true})
    expect(wide.stdout).toMatch(/^Name {2,}Address {2,}Roles {2,}Keys {2,}State\n/)
    expect(Math.max(...wide.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(wide.exit).toBe(0)
  })

  test('without a ledger says so and how to found one', async () => {
    const {remove, ...world} = emptyWorld()
    const ran = await runCommand(CustodianList, 'custodian list', [], world)
    remove()
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(/^Error: .*\nCode: LEDGER_NOT_FOUND\nTry this: keyrite init /)
    expect(ran.exit).toBe(4)
  })
})

describe('custodian show', () => {
  test.each(['alice', 'ALICE@example.com', 'Alice'])('finds "%s"', async (typed) => {
    const person = await runJson<{name: string; keys: {fingerprint: string; production: boolean}[]}>(
      CustodianShow,
      'custodian show',
      [typed],
      made.world,
    )
    expect(person).toMatchObject({
      schema: 'keyrite.custodian/1',
      exit: 0,
      name: 'Alice',
      roles: ['custodian', 'security-lead'],
    })
    expect(person.keys).toEqual([
      {
        fingerprint: made.founders[0]?.signer.publicKey.fingerprint,
        type: 'ssh-ed25519',
        outOfOrder: [],
        class: 'stated',
        production: false,
      },
    ])
  })

  test('says of a founder who has not signed that they do not count', async () => {
    const {stdout} = await runCommand(CustodianShow, 'custodian show', ['erin'], made.world)
    expect(stdout).toContain('State: unsigned: does not count until the founding is signed\n')
  })

  test('refuses a name that is nobody’s, with the one it may be', async () => {
    const refused = await runJson(CustodianShow, 'custodian show', ['alise'], made.world)
    expect(refused).toMatchObject({
      schema: 'keyrite.error/1',
      code: 'PERSON_NOT_FOUND',
      exit: 4,
      changed: false,
    })
    expect(refused['message']).toContain('did you mean alice')
  })
})

describe('request list, show and withdraw', () => {
  test('the founding waits as long as somebody has not signed it', async () => {
    const {requests} = await runJson<{requests: unknown[]}>(RequestList, 'request list', [], made.world)
    expect(requests).toEqual([
      expect.objectContaining({
        id: 'founding',
        status: 'open',
        missing: '1 founder: Erin (erin@example.com)',
        next: 'keyrite request apply founding --sign-with erin@example.com=KEY',
      }),
    ])
    const founding = await runJson<{approvals: {person: {name: string}}[]}>(
      RequestShow,
      'request show',
      ['founding'],
      made.world,
    )
    expect(founding).toMatchObject({
      schema: 'keyrite.request/1',
      status: 'open',
      needs: {quorum: 5, roles: []},
    })
    expect(founding.approvals.map(({person}) => person.name).sort()).toEqual(['Alice', 'Bob', 'Carol', 'Dan'])
  })

  test('the founding cannot be withdrawn', async () => {
    const refused = await runJson(
      RequestWithdraw,
      'request withdraw',
      ['founding', '--reason', 'x'],
      made.world,
    )
    expect(refused).toMatchObject({code: 'REQUEST_STATE', exit: 5})
  })

  test.each([['r999'], ['nonsense']])('there is no request %s', async (id) => {
    expect(await runJson(RequestShow, 'request show', [id], made.world)).toMatchObject({
      code: 'REQUEST_NOT_FOUND',
      exit: 4,
    })
  })

  test('a request is listed, shown in words, withdrawn once, and then listed only with --all', async () => {
    await runCommand(
      ProfileAdd,
      'profile add',
      ['trial', '--kind', 'local', '--environment', 'test', '--as', 'alice'],
      {
        ...made.world,
        ask: somebody('twelve bytes', 'twelve bytes'),
      },
    )
    const id = await made.using(async (app) => {
      const {plan, names} = planCreate(app.ledger.view, {
        name: 'payments',
        profile: 'trial',
        algorithm: 'ec-p256',
        scheme: null,
        purpose: 'sign',
        class: 'jwt-signing',
        classification: 'confidential',
        owner: 'Payments\u202e Team',
        consumers: [],
        parent: null,
        expires: null,
        activate: true,
      })
      const alice = made.founders[0]?.person ?? null
      return (
        await openRequest(contextFor(app, alice), {plan, names, reason: null, ticket: null, only: null})
      ).id
    })
    const listed = await runJson<{requests: {id: string}[]}>(RequestList, 'request list', [], made.world)
    expect(listed.requests[1]).toMatchObject({
      id,
      operation: 'key.create',
      status: 'open',
      next: `keyrite request apply ${id}`,
    })

    const shown = await runJson(RequestShow, 'request show', [id], made.world)
    expect(shown).toMatchObject({
      schema: 'keyrite.request/1',
      id,
      operation: 'key.create',
      status: 'open',
      needs: {quorum: 3, roles: []},
      approvals: [],
      author: {id: made.founders[0]?.person.id, name: 'Alice'},
    })
    const words = await runCommand(RequestShow, 'request show', [id], made.world)
    expect(words.stdout).toContain('The digest in words')
    expect(words.stdout).not.toContain('\u202e')

    const unnamed = await runJson(RequestWithdraw, 'request withdraw', [id, '--reason', 'x'], made.world)
    expect(unnamed).toMatchObject({code: 'USAGE', exit: 2})
    expect(unnamed['try']).toContain('--as alice@example.com')
    const unreasoned = await runJson(RequestWithdraw, 'request withdraw', [id], made.world)
    expect(unreasoned).toMatchObject({code: 'USAGE', message: 'expected --reason'})

    const withdrawn = await runJson(
      RequestWithdraw,
      'request withdraw',
      [id, '--reason', 'wrong profile', '--as', 'bob'],
      made.world,
    )
    expect(withdrawn).toMatchObject({schema: 'keyrite.request/1', exit: 0, id, status: 'withdrawn'})
    const again = await runCommand(
      RequestWithdraw,
      'request withdraw',
      [id, '--reason', 'x', '--as', 'bob'],
      made.world,
    )
    expect(again.stderr).toContain('Code: REQUEST_STATE\n')
    expect(again.exit).toBe(5)

    expect(
      (await runJson<{requests: unknown[]}>(RequestList, 'request list', [], made.world)).requests,
    ).toHaveLength(1)
    expect(
      (await runJson<{requests: unknown[]}>(RequestList, 'request list', ['--all'], made.world)).requests,
    ).toHaveLength(2)
  })
})
