/** Backups of a CloudHSM cluster, on the stand-in for AWS: what is seen here was never seen on AWS. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import BackupCopy from '../../src/commands/backup/copy.ts'
import BackupDelete from '../../src/commands/backup/delete.ts'
import BackupList from '../../src/commands/backup/list.ts'
import BackupRestore from '../../src/commands/backup/restore.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileClusters from '../../src/commands/profile/clusters.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {awsCli, credentials} from '../backends/aws.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../backends/standin.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {direct, here, newCluster} from './direct.ts'

const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const slow = process.env['SLOW'] === '1'
const both = ministack.present ? client : ministack
const there = 'eu-west-1'

describe('backups of a CloudHSM cluster', () => {
  const box: {standin?: AwsStandin; house?: House; cluster?: string} = {}
  const standin = (): AwsStandin => box.standin ?? missing()
  const house = (): House => box.house ?? missing()
  const cluster = (): string => box.cluster ?? missing()

  beforeAll(async () => {
    if (!both.present) return
    box.standin = await startAwsStandin(ministack)
    const {AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret} = credentials(standin())
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_EC2_METADATA_DISABLED: 'true',
    })
    box.cluster = await newCluster(standin())
    box.house = await makeHouse()
  }, 120_000)
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  const run = (command: CommandClass, id: string, argv: readonly string[]) =>
    runJson(command, id, argv, house().world)
  const signs = (...handles: readonly string[]): string[] => [
    '--as',
    'alice',
    ...handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const place = (id: string): string[] => [
    ...['hsms', '--kind', 'cloudhsm', '--environment', 'test', '--region', here, '--cluster', id],
    ...['--endpoint', standin().url],
  ]
  const copy = (id: string, more: readonly string[] = signs('alice', 'bob')) =>
    run(BackupCopy, 'backup copy', ['hsms', id, '--region', there, ...more])
  const listed = async (region?: string) =>
    (await run(BackupList, 'backup list', ['hsms', ...(region === undefined ? [] : ['--region', region])]))[
      'backups'
    ] as {id: string; state: string; copyOf: unknown}[]
  const entries = () =>
    house().using(({ledger}) =>
      Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq)).filter((entry) =>
        entry?.type.startsWith('backup.'),
      ),
    )

  testWhen(both, 'are of a profile whose identity is the cluster that answered, and no other', async () => {
    const absent = await run(ProfileAdd, 'profile add', [
      ...place('cluster-aaaaaaaaaaa'),
      ...signs('alice', 'bob'),
    ])
    expect(absent).toMatchObject({code: 'NOT_FOUND', exit: 4})
    const added = await run(ProfileAdd, 'profile add', [...place(cluster()), ...signs('alice', 'bob')])
    expect(added).toMatchObject({
      exit: 0,
      identity: {
        kind: 'cloudhsm',
        account: '000000000001',
        region: here,
        cluster: cluster(),
        not_aws: standin().url,
      },
    })
    const checked = await run(ProfileCheck, 'profile check', ['hsms'])
    expect(checked).toMatchObject({exit: 0, ok: true})
    expect(JSON.stringify(checked['checks'])).toMatch(/hsm2m\.medium, active.*2 of 2 active, in 2 zones/)
  })

  testWhen(both, 'lie in a cluster that is listed among all of its region, each with its HSMs', async () => {
    const made = await direct(standin(), 'CreateCluster', {
      HsmType: 'hsm1.medium',
      Mode: 'NON_FIPS',
      SubnetIds: ['subnet-c'],
    })
    const {ClusterId: bare} = made['Cluster'] as {ClusterId: string}
    for (let more = 0; more < 25; more++)
      await direct(standin(), 'CreateCluster', {HsmType: 'hsm2m.medium', SubnetIds: ['subnet-d']})
    const listed = await run(ProfileClusters, 'profile clusters', ['hsms'])
    expect(listed).toMatchObject({exit: 0, schema: 'keyrite.clusters/1', profile: 'hsms', region: here})
    const clusters = listed['clusters'] as Record<string, unknown>[]
    expect(clusters).toHaveLength(27)
    expect(clusters.filter(({own}) => own === true)).toEqual([
      {
        id: cluster(),
        own: true,
        ...{state: 'active', message: null, hsmType: 'hsm2m.medium', mode: 'FIPS'},
        madeAt: expect.stringMatching(/Z$/),
        ...{fromBackup: null, backupDays: 90, vpc: null},
        subnets: [
          {zone: `${here}a`, subnet: 'subnet-a'},
          {zone: `${here}b`, subnet: 'subnet-b'},
        ],
        hsms: ['a', 'b'].map((zone, at) => ({
          id: expect.stringMatching(/^hsm-/),
          ...{state: 'active', message: null, zone: `${here}${zone}`, subnet: `subnet-${zone}`},
          ip: `10.0.0.1${at}`,
        })),
        certificates: ['cluster', 'hsm', 'aws-hardware', 'manufacturer-hardware'].map((which) => ({
          which,
          until: expect.stringMatching(/^2081-/),
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        })),
      },
    ])
    expect(clusters.find(({id}) => id === bare)).toMatchObject({
      ...{own: false, hsmType: 'hsm1.medium', mode: 'NON_FIPS', hsms: [], certificates: []},
    })
    const told = await runCommand(ProfileClusters, 'profile clusters', ['hsms'], house().world)
    expect(told.stdout).toMatch(/, which is this profile\nState: active\nHSMs: hsm2m\.medium, FIPS\n/)
    expect(told.stdout).toMatch(/Certificates: cluster until 2081-/)
    expect(told.stdout).toContain('It has no HSM: nothing can be done with its keys.')
  })

  testWhen(both, 'leave its keys to PKCS#11, and say so before anybody is asked', async () => {
    const refused = await run(KeyCreate, 'key create', [
      ...[
        'payments',
        '--profile',
        'hsms',
        '--algorithm',
        'ec-p256',
        '--purpose',
        'sign',
        '--class',
        'jwt-signing',
      ],
      ...['--owner', 'Payments', ...signs('alice', 'bob', 'carol')],
    ])
    expect(refused).toMatchObject({code: 'UNSUPPORTED', exit: 5, changed: false})
  })

  testWhen(both, 'are listed by the page, and those of other clusters are not', async () => {
    expect(await listed()).toEqual([])
    const other = await newCluster(standin())
    await standin().backUpCluster(other)
    for (let made = 0; made < 51; made++) await standin().backUpCluster(cluster())
    expect(await listed()).toHaveLength(51)
  })

  testWhen(both, 'are copied where people agreed, once, although the answer was lost', async () => {
    const [newest] = await listed()
    const id = newest?.id ?? ''
    const shown = await copy(id, ['--dry-run'])
    expect(shown).toMatchObject({
      exit: 0,
      plan: {operation: 'backup.copy', change: {backup: id, region: there}},
    })
    expect(await copy(id, signs('alice'))).toMatchObject({exit: 8, status: 'open'})
    expect(await listed(there)).toEqual([])
    await standin().fault('cut-after', {operation: 'CopyBackupToRegion'})
    expect(await copy(id, signs('bob'))).toMatchObject({code: 'PROVIDER_UNREACHABLE', exit: 7})
    expect(await copy(id, signs())).toMatchObject({exit: 0, id, state: 'ready', copies: [{state: 'ready'}]})
    expect(await listed(there)).toMatchObject([{state: 'ready', copyOf: {region: here, backup: id}}])
    expect((await entries()).map((entry) => entry?.type)).toEqual(['backup.copy.intended', 'backup.copied'])
  })

  testWhen(both, 'are deleted and taken back, each seen by AWS’s own client', async () => {
    const [, second] = await listed()
    const id = second?.id ?? ''
    const confirm = ['--confirm', `${id}@hsms`]
    const remove = (more: readonly string[]) => run(BackupDelete, 'backup delete', ['hsms', id, ...more])
    const wrong = await remove(['--confirm', id, ...signs('alice', 'bob', 'carol')])
    expect(wrong).toMatchObject({code: 'NOT_CONFIRMED', exit: 3, changed: false})
    const early = await run(BackupRestore, 'backup restore', ['hsms', id, ...signs('alice', 'bob')])
    expect(early).toMatchObject({code: 'UNSUPPORTED', exit: 5})
    expect(await remove([...confirm, ...signs('alice', 'bob', 'carol')])).toMatchObject({
      exit: 0,
      state: 'deleted',
    })
    expect(await seen(id)).toMatchObject({BackupState: 'PENDING_DELETION'})
    expect(await remove([...confirm, ...signs()])).toMatchObject({code: 'UNSUPPORTED', exit: 5})
    const back = await run(BackupRestore, 'backup restore', ['hsms', id, ...signs('alice', 'bob')])
    expect(back).toMatchObject({exit: 0, state: 'ready', goneAt: null})
    expect(await seen(id)).toMatchObject({BackupState: 'READY'})
    expect((await entries()).slice(2).map((entry) => entry?.type)).toEqual([
      'backup.delete.intended',
      'backup.deleted',
      'backup.restore.intended',
      'backup.restored',
    ])
    expect(await run(LedgerVerify, 'ledger verify', [])).toMatchObject({exit: 0, ok: true})
  })

  async function seen(id: string): Promise<unknown> {
    const args = ['cloudhsmv2', 'describe-backups', '--filters', `backupIds=${id}`]
    const {Backups: all} = (await awsCli(client, standin(), args)) as {Backups: unknown[]}
    return all[0]
  }

  testWhen(both, 'are not deleted when the last one was approved as one of several', async () => {
    const [first, ...rest] = await listed()
    const id = first?.id ?? ''
    const args = ['hsms', id, '--confirm', `${id}@hsms`]
    const asked = await run(BackupDelete, 'backup delete', [...args, ...signs('alice')])
    expect(asked).toMatchObject({exit: 8, plan: {change: {last: false}}})
    for (const {id: other} of rest) await direct(standin(), 'DeleteBackup', {BackupId: other})
    const moved = await run(RequestApply, 'request apply', [String(asked['id']), ...signs('bob', 'carol')])
    expect(moved).toMatchObject({code: 'PLAN_MOVED', exit: 8})
    expect((await listed()).find((one) => one.id === id)).toMatchObject({state: 'ready'})
  })

  testWhen(both, 'are not there for a place whose service makes none', async () => {
    const refused = await run(BackupList, 'backup list', ['nowhere'])
    expect(refused).toMatchObject({code: 'PROFILE_NOT_FOUND', exit: 4})
  })

  testWhen(both, 'are refused by name where credentials, permission or the service are wrong', async () => {
    for (const [kind, code, exit] of [
      ['refuse', 'CREDENTIALS_REFUSED', 11],
      ['denied', 'CREDENTIALS_REFUSED', 11],
      ['unavailable', 'PROVIDER_FAILED', 7],
    ] as const) {
      await standin().fault(kind, {operation: 'DescribeClusters', times: 20})
      const refused = await run(BackupList, 'backup list', ['hsms'])
      expect(refused).toMatchObject({code, exit, message: expect.stringContaining('find cluster')})
      await standin().clearFaults()
    }
  })

  /** Each call that a deletion and its taking back make, and the one that does it. */
  for (const [act, operation] of [
    ['delete', 'DeleteBackup'],
    ['restore', 'RestoreBackup'],
  ] as const)
    testWhen(
      both,
      `are found again where the service died at any call of backup ${act}: done once, and said as done`,
      async () => {
        const id = await standin().backUpCluster(cluster())
        const undo = act === 'delete' ? 'RestoreBackup' : 'DeleteBackup'
        // Another one that is ready, so that it is not the last.
        await standin().backUpCluster(cluster())
        if (act === 'restore') await direct(standin(), 'DeleteBackup', {BackupId: id})
        const once = (more: readonly string[]) =>
          act === 'delete'
            ? run(BackupDelete, 'backup delete', ['hsms', id, '--confirm', `${id}@hsms`, ...more])
            : run(BackupRestore, 'backup restore', ['hsms', id, ...more])
        let died = 0
        for (let nth = slow ? 0 : 8; slow || nth < 9; nth++) {
          await standin().seen()
          // It does this call, and neither answers that nor any other.
          await standin().fault('cut-after', {skip: nth, times: 1})
          await standin().fault('cut-before', {skip: nth, times: 1000})
          const first = await once(signs('alice', 'bob', 'carol'))
          await standin().clearFaults()
          if (first.exit === 0) break
          died++
          expect(first).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
          const again = await once(signs('alice', 'bob', 'carol'))
          const state = act === 'delete' ? 'deleted' : 'ready'
          // Done, and only what is shown of it was not to be had: then it is no longer to be done.
          const said = (await entries()).at(-1)
          const recorded = said?.type === `backup.${act}d` && said.data['backup'] === id
          expect([nth, again.exit === 0 ? again['state'] : again['code'], recorded]).toEqual([
            nth,
            again.exit === 0 ? state : 'UNSUPPORTED',
            true,
          ])
          const asked = (await standin().seen()).filter((one) => one.operation === operation)
          expect(asked.length).toBeLessThanOrEqual(2)
          expect(await seen(id)).toMatchObject({
            BackupState: act === 'delete' ? 'PENDING_DELETION' : 'READY',
          })
          await direct(standin(), undo, {BackupId: id})
          expect(nth).toBeLessThan(60)
        }
        expect(died).toBeGreaterThan(slow ? 2 : 0)
        expect(await run(LedgerVerify, 'ledger verify', [])).toMatchObject({exit: 0, ok: true})
      },
      300_000,
    )
})

function missing(): never {
  throw new Error('it was not started')
}
