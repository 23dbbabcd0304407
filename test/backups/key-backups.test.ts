/** Backups of single keys of OpenBao: sealed before they are anywhere, put back elsewhere, and tried. */
import {execFile, execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import BackupPutBack from '../../src/commands/backup/put-back.ts'
import BackupTake from '../../src/commands/backup/take.ts'
import CustodianSetRecipient from '../../src/commands/custodian/set-recipient.ts'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {openbao, startTransit} from '../providers/transit/bao.ts'
import {Way} from '../providers/transit/proxy.ts'
import {here, testWhen} from '../support/needs.ts'
import {cli} from '../support/process.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'

describe('a backup of a key of OpenBao', () => {
  const box: {house?: House; bao?: OpenBao; other?: OpenBao; way?: Way; recipient?: string} = {}
  const house = (): House => box.house ?? missing()
  const bao = (): OpenBao => box.bao ?? missing()
  const other = (): OpenBao => box.other ?? missing()
  const at = (name: string): string => join(house().dir, name)
  const run = (command: CommandClass, id: string, argv: readonly string[]) =>
    runJson(command, id, argv, house().world)
  const all = ['alice', 'bob', 'carol', 'dan', 'erin']
  const signed = (handles: readonly string[] = all): string[] => [
    ...['--as', 'alice'],
    ...handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const take = (key: string, out: string, more: readonly string[] = signed(), to = box.recipient ?? '') =>
    run(BackupTake, 'backup take', [key, '--recipient', to, '--out', at(out), ...more])
  const putBack = (
    file: string,
    profile: string,
    more: readonly string[] = signed(),
    identity = 'good.agekey',
  ) =>
    run(BackupPutBack, 'backup put-back', [
      ...[at(file), '--profile', profile, '--identity-file', at(identity)],
      ...more,
    ])
  const made = async (id: string, type: string, ...more: string[]) =>
    bao().bao('write', '-f', `transit/keys/${id}`, `type=${type}`, ...more)
  const adopt = (id: string) =>
    run(KeyAdopt, 'key adopt', ['--profile', 'bao', id, '--class', 'dek', '--owner', 'alice', ...signed()])
  const dataOf = async (server: OpenBao, ...args: string[]): Promise<Record<string, string>> =>
    (JSON.parse(await server.bao(...args.toSpliced(1, 0, '-format=json'))) as {data: Record<string, string>})
      .data
  const data = async (...args: string[]) => dataOf(bao(), ...args)

  beforeAll(async () => {
    if (!openbao.present) return
    box.house = await makeHouse()
    box.bao = await startTransit()
    // A server of its own: another process, another store, another barrier.
    box.other = await startTransit()
    box.way = await Way.to(bao().port)
    await bao().bao('secrets', 'enable', '-path=third', 'transit')
    await bao().bao('secrets', 'enable', '-path=fourth', 'transit')
    for (const name of ['good', 'bad']) {
      const identity = await generateIdentity()
      writeFileSync(at(`${name}.agekey`), `# a key\n${identity}\n`, {mode: 0o600})
      if (name === 'good') box.recipient = await identityToRecipient(identity)
    }
    writeFileSync(at('bao.token'), `${bao().token}\n`, {mode: 0o600})
    for (const [name, mount, address] of [
      ['bao', 'transit', bao().url],
      ['bao-2', 'transit', other().url],
      ['bao-3', 'third', box.way.url],
      ['bao-4', 'fourth', bao().url],
    ] as const) {
      const flags = ['--kind', 'transit', '--environment', 'test', '--address', address, '--mount', mount]
      const added = await run(ProfileAdd, 'profile add', [
        name,
        ...flags,
        '--token-file',
        at('bao.token'),
        ...signed(),
      ])
      expect(added).toMatchObject({exit: 0})
    }
    const may = ['exportable=true', 'allow_plaintext_backup=true']
    await made('orders', 'aes256-gcm96', ...may)
    await made('invoices', 'ecdsa-p256', ...may)
    await made('kept', 'aes256-gcm96')
    await bao().bao('write', '-f', 'transit/keys/orders/rotate')
    expect(await adopt('kept')).toMatchObject({exit: 0})
    // Taken over, and said that it can leave.
    for (const id of ['orders', 'invoices']) expect(await adopt(id)).toMatchObject({exit: 10})
  }, 120_000)
  afterAll(async () => {
    await box.way?.close()
    await box.bao?.stop()
    await box.other?.stop()
    box.house?.remove()
  })

  testWhen(
    openbao,
    'is taken once people agreed, and on another server opens what the key made, by that server’s own word',
    async () => {
      const plaintext = Buffer.from('of the first version').toString('base64')
      const {ciphertext = ''} = await data(
        'write',
        'transit/encrypt/orders',
        `plaintext=${plaintext}`,
        'key_version=1',
      )
      expect(await take('orders', 'orders.age', signed(['alice', 'bob']))).toMatchObject({exit: 8})
      const taken = await take('orders', 'orders.age')
      expect(taken).toMatchObject({exit: 0, key: 'orders', recipient: box.recipient})
      const file = readFileSync(at('orders.age'))
      expect(file.subarray(0, 21).toString()).toBe('age-encryption.org/v1')
      // Nothing of the key is in it: what the server exports is in no spelling there, nor in the ledger.
      const {keys} = (await data('read', 'transit/export/encryption-key/orders')) as unknown as {
        keys: Record<string, string>
      }
      for (const material of Object.values(keys))
        for (const bytes of [file, readFileSync(join(house().world.home, 'ledger.db'))])
          for (const spelling of [material, Buffer.from(material, 'base64').toString('latin1')])
            expect(bytes.includes(Buffer.from(spelling, 'latin1'))).toBe(false)
      expect(await putBack('orders.age', 'bao-2', signed(['alice', 'bob']))).toMatchObject({exit: 8})
      expect(await putBack('orders.age', 'bao-2')).toMatchObject({exit: 0, id: 'orders', versions: [1, 2]})
      expect(other().port).not.toBe(bao().port)
      const opened = await dataOf(other(), 'write', 'transit/decrypt/orders', `ciphertext=${ciphertext}`)
      expect(opened['plaintext']).toBe(plaintext)
      expect(await putBack('orders.age', 'bao-2')).toMatchObject({code: 'KEY_EXISTS'})
    },
    60_000,
  )

  if (SLOW)
    testWhen(
      here('age') ? openbao : {present: false, what: 'age', how: 'install it (Debian: apt-get install age)'},
      'is in the custody of several: the identity is made, split and put together again through pipes, and is in no file',
      async () => {
        const holders = ['carol', 'dan', 'erin']
        for (const name of holders) {
          const identity = await generateIdentity()
          writeFileSync(at(`${name}.age`), `${identity}\n`, {mode: 0o600})
          const argv = [name, await identityToRecipient(identity), ...signed()]
          expect(await run(CustodianSetRecipient, 'custodian set-recipient', argv)).toMatchObject({exit: 0})
        }
        // As an operator types it, with the program as it is shipped.
        const sh = (line: string) =>
          promisify(execFile)(
            'sh',
            ['-c', `set -e; keyrite() { "${process.execPath}" "${cli}" "$@"; }; ${line}`],
            {
              cwd: house().dir,
              env: {
                PATH: process.env['PATH'],
                HOME: house().dir,
                KEYRITE_HOME: house().world.home,
                XDG_STATE_HOME: dirname(house().world.state),
              },
            },
          )
        const by = signed().join(' ')
        await sh(
          `age-keygen 2>recipient.txt | keyrite share split --name backups --secret-file - --threshold 2 ${holders.map((one) => `--holder ${one}`).join(' ')} --out shares ${by}`,
        )
        const [recipient = ''] = /age1[a-z0-9]+/.exec(readFileSync(at('recipient.txt'), 'utf8')) ?? []
        expect(await take('invoices', 'held.age', signed(), recipient)).toMatchObject({exit: 0, recipient})
        const combine = (files: string, keys: string) =>
          `keyrite share combine --set backups --out - --ticket T-1 ${files} ${keys} ${by}`
        const [first, second] = readdirSync(at('shares')).filter((name) => name.endsWith('.age'))
        const identities = holders.map((one) => `--identity ${one}.age`).join(' ')
        const back = `keyrite backup put-back held.age --profile bao-2 --identity-file - ${by} --json`
        // One share is none.
        await expect(sh(`${combine(`shares/${first}`, identities)} | ${back}`)).rejects.toThrow()
        await expect(other().bao('read', 'transit/keys/invoices')).rejects.toThrow()
        // Whoever should take it has ended: that is said, and the same again goes on.
        await expect(
          sh(`${combine(`shares/${first} shares/${second}`, identities)} | true`),
        ).resolves.toMatchObject({
          stderr: expect.stringContaining('whatever should read it has ended'),
        })
        const {stdout} = await sh(`${combine(`shares/${first} shares/${second}`, identities)} | ${back}`)
        expect(JSON.parse(stdout)).toMatchObject({exit: 0, id: 'invoices', profile: 'bao-2'})
        const signedThere = await dataOf(other(), 'write', 'transit/sign/invoices', 'input=eA==')
        const verified = await data(
          'write',
          'transit/verify/invoices',
          'input=eA==',
          `signature=${signedThere['signature']}`,
        )
        expect(verified['valid']).toBe(true)
        expect(
          execFileSync('grep', ['-rlI', 'AGE-SECRET-KEY', house().dir], {encoding: 'utf8', env: process.env})
            .trim()
            .split('\n')
            .sort(),
        ).toEqual(
          ['bad.agekey', 'good.agekey', ...holders.map((one) => `${one}.age`)].map((name) => at(name)).sort(),
        )
        expect(await run(LedgerVerify, 'ledger verify', [])).toMatchObject({ok: true})
      },
      120_000,
    )

  testWhen(
    openbao,
    'is put back where it was lost, and where the answer was lost the same command ends it',
    async () => {
      expect(await take('invoices', 'invoices.age')).toMatchObject({exit: 0})
      await bao().bao('write', 'transit/keys/invoices/config', 'deletion_allowed=true')
      await bao().bao('delete', 'transit/keys/invoices')
      expect(await putBack('invoices.age', 'bao')).toMatchObject({exit: 0, profile: 'bao', id: 'invoices'})
      if (box.way !== undefined) box.way.cuts = 'restore/invoices'
      expect(await putBack('invoices.age', 'bao-3')).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      expect(await bao().bao('list', 'third/keys')).toContain('invoices')
      expect(await putBack('invoices.age', 'bao-3')).toMatchObject({exit: 0, profile: 'bao-3'})
      expect(await run(LedgerVerify, 'ledger verify', [])).toMatchObject({ok: true})
    },
    60_000,
  )

  testWhen(
    openbao,
    'is refused of a key that was not made for it, to nobody who could share it, and with what is not its own',
    async () => {
      const makes = [
        'own',
        '--profile',
        'bao',
        '--algorithm',
        'aes-256',
        '--purpose',
        'encrypt',
        '--class',
        'dek',
      ]
      expect(await run(KeyCreate, 'key create', [...makes, '--owner', 'alice', ...signed()])).toMatchObject({
        exit: 0,
      })
      for (const key of ['own', 'kept']) {
        const refused = await take(key, `${key}.age`)
        expect(refused).toMatchObject({code: 'UNSUPPORTED', exit: 5})
        expect(JSON.stringify(refused)).toContain('without exportable and allow_plaintext_backup')
      }
      expect(await take('orders', 'x.age', signed(), 'age1nobody')).toMatchObject({code: 'USAGE'})
      expect(await take('orders', 'orders.age')).toMatchObject({code: 'EXISTS'})
      writeFileSync(at('other.age'), 'not taken here')
      expect(await putBack('other.age', 'bao-2')).toMatchObject({code: 'NOT_FOUND'})
      expect(await putBack('orders.age', 'main')).toMatchObject({code: 'UNSUPPORTED'})
      expect(await putBack('orders.age', 'bao-3', signed(), 'bad.agekey')).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        message: expect.stringContaining('sealed to another key'),
      })
      expect(await bao().bao('list', 'third/keys')).not.toContain('orders')
      // What was begun is ended once somebody brings the right one.
      expect(await putBack('orders.age', 'bao-3')).toMatchObject({exit: 0})
    },
    60_000,
  )

  testWhen(
    openbao,
    'that would bring back what is compromised says so to those who are asked, and one of nothing else is not put back',
    async () => {
      const compromise = (version: string) =>
        run(KeyCompromise, 'key compromise', [
          'orders',
          '--version',
          version,
          '--reason',
          'seen',
          '--confirm',
          'orders@bao',
          ...signed(),
        ])
      expect(JSON.stringify(await putBack('orders.age', 'bao-4', ['--dry-run']))).not.toContain('revives')
      expect(await compromise('1')).toMatchObject({exit: 0})
      expect(await putBack('orders.age', 'bao-4', ['--dry-run'])).toMatchObject({
        plan: {change: {revives: [{state: 'compromised', version: 1}]}},
      })
      await compromise('2')
      expect(await putBack('orders.age', 'bao-4')).toMatchObject({
        code: 'KEY_STATE',
        message: expect.stringContaining('version 1 is compromised, version 2 is compromised'),
      })
      await expect(bao().bao('list', 'fourth/keys')).rejects.toThrow()
    },
    60_000,
  )
})

function missing(): never {
  throw new Error('nothing is started')
}
