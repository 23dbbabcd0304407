/** What was refused leaves a trace (T32): each refusal of a key, a quorum, a person or a credential, through its command. */
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {stringify} from 'yaml'
import CustodianSuspend from '../../src/commands/custodian/suspend.ts'
import LedgerErase from '../../src/commands/ledger/erase.ts'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestExport from '../../src/commands/request/export.ts'
import RequestShow from '../../src/commands/request/show.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import {defaultPolicy, soloPolicy, type Policy} from '../../src/policy/index.ts'
import {makeHouse} from '../ceremony/room.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {makeAfar, type Afar} from '../requests/afar-support.ts'
import {runCommand, somebody, type CommandClass, type World} from '../support/run.ts'

let made: Afar
let now = new Date()
beforeAll(async () => {
  made = await makeAfar({now: () => now})
})
afterAll(() => {
  made.remove()
})

interface Trace {
  readonly operation: string
  readonly key: string | null
  readonly code: string
}

/** The refusals that stand in a ledger. */
function traces(ledger: Pick<TestLedger, 'using'>): Promise<Trace[]> {
  return ledger.using(({ledger: open}) =>
    Array.from({length: open.size}, (_, seq) => open.view.entry(seq)).flatMap((entry) =>
      entry?.type === 'attempt.refused' ? [entry.data as unknown as Trace] : [],
    ),
  )
}

/** Runs a command, and gives back what it left. */
async function left(
  command: CommandClass,
  id: string,
  argv: readonly string[],
  world: World = made.world,
): Promise<Trace[]> {
  const before = (await traces(made)).length
  await runCommand(command, id, argv, world)
  return (await traces(made)).slice(before)
}

let files = 0
function policyFile(change: (rules: Policy['rules']) => Policy['rules']): string {
  const path = join(dirname(made.world.home), `refused-${++files}.yaml`)
  writeFileSync(
    path,
    stringify({...defaultPolicy, rules: change([...defaultPolicy.rules])}, {aliasDuplicateObjects: false}),
  )
  return path
}
const person = (at: number): string => made.founder(at).person.id

describe('a refusal leaves one entry: operation, key and code', () => {
  test('a signature by a key that is not theirs', async () => {
    const {id} = await made.ask('theirs')
    expect(
      await left(RequestApply, 'request apply', [
        id,
        '--as',
        person(0),
        '--sign-with',
        `${person(0)}=${made.keyFile(1)}`,
      ]),
    ).toEqual([{operation: 'request.apply', key: 'theirs', code: 'BAD_SIGNATURE'}])
  })

  test('a second answer of one person', async () => {
    const {id} = await made.ask('twice')
    const argv = [id, '--as', person(0), '--sign-with', `${person(0)}=${made.keyFile(0)}`]
    expect(await left(RequestApply, 'request apply', argv)).toEqual([])
    expect(await left(RequestApply, 'request apply', argv)).toEqual([
      {operation: 'request.apply', key: 'twice', code: 'NOT_PERMITTED'},
    ])
  })

  test('acting without the quorum', async () => {
    const {id} = await made.ask('quorum')
    expect(await left(RequestApply, 'request apply', [id, '--as', person(0)])).toEqual([
      {operation: 'request.apply', key: 'quorum', code: 'QUORUM_MISSING'},
    ])
  })

  test('an answer from elsewhere, given twice, and one given after its request expired', async () => {
    const {id} = await made.ask('afar')
    const {dir} = await made.export(id, 1)
    await made.sign(dir, 1, '--yes')
    expect(await left(RequestAdd, 'request add', [dir])).toEqual([])
    expect(await left(RequestAdd, 'request add', [dir])).toEqual([
      {operation: 'request.add', key: null, code: 'NOT_PERMITTED'},
    ])
    const late = await made.ask('late')
    const other = await made.export(late.id, 1)
    await made.sign(other.dir, 1, '--yes')
    now = new Date(now.getTime() + 80 * 3_600_000)
    expect(await left(RequestAdd, 'request add', [other.dir])).toEqual([
      {operation: 'request.add', key: null, code: 'REQUEST_STATE'},
    ])
  })

  test('an answer with a byte changed', async () => {
    const {id} = await made.ask('bytes')
    const {dir} = await made.export(id, 2)
    await made.sign(dir, 2, '--yes')
    const other = (await made.export((await made.ask('others')).id, 2)).dir
    expect(await left(RequestAdd, 'request add', [join(dir, 'approve.sig'), join(other, 'approve')])).toEqual(
      [],
    )
    writeFileSync(
      join(other, 'approve.sig'),
      '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n',
    )
    expect(await left(RequestAdd, 'request add', [other])).toEqual([
      {operation: 'request.add', key: null, code: 'BAD_SIGNATURE'},
    ])
  })

  test('signing on the machine that writes the ledger, with another’s key', async () => {
    const {id} = await made.ask('here')
    const {dir} = await made.export(id, 0)
    const argv = [dir, '--key', made.keyFile(1), '--yes']
    expect(await left(RequestSign, 'request sign', argv)).toEqual([
      {operation: 'request.sign', key: null, code: 'BAD_SIGNATURE'},
    ])
    // On a machine of one's own there is no ledger to write to.
    expect(await left(RequestSign, 'request sign', argv, made.signer(1))).toEqual([])
  })

  test('a policy that would let nobody change it again', async () => {
    const file = policyFile((rules) => rules.filter(({id}) => id !== 'policy'))
    expect(await left(PolicyAdopt, 'policy adopt', [file, '--as', person(0)])).toEqual([
      {operation: 'policy.adopt', key: null, code: 'POLICY_REFUSES'},
    ])
  })

  test('a wrong PIN', async () => {
    const pin = join(dirname(made.world.home), 'wrong-pin')
    writeFileSync(pin, 'not the right one', {mode: 0o600})
    expect(await left(ProfileCheck, 'profile check', ['token', '--pin-file', pin])).toEqual([
      {operation: 'profile.check', key: null, code: 'CREDENTIALS_REFUSED'},
    ])
  })

  test('production under a policy by which one person decides', async () => {
    const alone = await makeLedger({people: 1, policy: soloPolicy})
    const argv = [
      'prod',
      '--kind',
      'local',
      '--environment',
      'production',
      '--as',
      alone.founders[0]?.person.id ?? '',
    ]
    const ran = await runCommand(ProfileAdd, 'profile add', argv, {
      ...alone.world,
      ask: somebody('a long pin', 'a long pin'),
    })
    expect(ran.stderr).toContain('Code: PRODUCTION_GUARD')
    expect(await traces(alone)).toEqual([{operation: 'profile.add', key: null, code: 'PRODUCTION_GUARD'}])
    alone.remove()
  })
})

describe('who cannot answer any more, and what production refuses', () => {
  test('somebody suspended since a request was opened: the answer is refused, and leaves a trace', async () => {
    const {id} = await made.ask('suspended')
    const theirs = ['--sign-with', `${person(2)}=${made.keyFile(2)}`]
    const suspended = await runCommand(
      CustodianSuspend,
      'custodian suspend',
      [person(2), '--as', person(2), ...theirs],
      made.world,
    )
    expect(suspended.exit).toBe(0)
    const size = await made.using((app) => app.ledger.size)
    const ran = await runCommand(
      RequestApply,
      'request apply',
      [id, '--as', person(0), ...theirs],
      made.world,
    )
    expect([ran.exit, ran.stderr]).toEqual([8, expect.stringContaining('suspended')])
    expect(await made.using((app) => app.ledger.size)).toBe(size + 1)
    expect((await traces(made)).at(-1)).toEqual({
      operation: 'request.apply',
      key: 'suspended',
      code: 'NOT_PERMITTED',
    })
  })

  test('a policy by which one person decides alone, where a production profile stands', async () => {
    const house = await makeHouse({environment: 'production', statedKeys: true})
    const file = join(house.dir, 'solo.yaml')
    writeFileSync(file, stringify(soloPolicy, {aliasDuplicateObjects: false}))
    const ran = await runCommand(PolicyAdopt, 'policy adopt', [file, '--as', 'alice'], house.world)
    expect([ran.exit, ran.stderr]).toEqual([8, expect.stringContaining('Code: PRODUCTION_GUARD')])
    expect(await traces(house)).toEqual([{operation: 'policy.adopt', key: null, code: 'PRODUCTION_GUARD'}])
    house.remove()
  })
})

describe('no entry is left', () => {
  test.each<[string, CommandClass, string, () => string[]]>([
    ['a flag that is not there', RequestApply, 'request apply', () => ['r1', '--nonsense']],
    ['nobody who acts', LedgerErase, 'ledger erase', () => ['--person', person(0), '--reason', 'x']],
    ['a request that is not there', RequestApply, 'request apply', () => ['r999']],
    ['a request that is not there, shown', RequestShow, 'request show', () => ['r999']],
    ['a key that is not there', KeyActivate, 'key activate', () => ['nothing', '--as', person(0)]],
    ['a key that is not there, proved', KeyProve, 'key prove', () => ['nothing']],
    [
      'a person who is not there',
      RequestExport,
      'request export',
      () => ['r1', '--for', 'zoe', '--out', made.out()],
    ],
    [
      'a dry run of what would be refused',
      PolicyAdopt,
      'policy adopt',
      () => [policyFile((rules) => rules.filter(({id}) => id !== 'policy')), '--dry-run'],
    ],
    ['a policy that is none', PolicyAdopt, 'policy adopt', () => ['/nowhere/policy.yaml']],
    ['a question', PolicyExplain, 'policy explain', () => ['key.destroy', '--as', person(0)]],
  ])('by %s', async (_name, command, id, argv) => {
    expect(await left(command, id, argv())).toEqual([])
  })
})
