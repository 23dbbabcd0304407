/** An HSM by commands alone: added with approvals, a whole ceremony on it, and a stranger's tool asked what is there. */
import {execFileSync} from 'node:child_process'
import {verify} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileRemove from '../../src/commands/profile/remove.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {softHsm, type SoftHsm} from '../providers/pkcs11/softhsm.ts'
import {testWith} from '../support/needs.ts'
import {runJson, somebody} from '../support/run.ts'
import {held, run} from './held.ts'

const need = 'softhsm2'

describe('an HSM by PKCS#11', () => {
  const box: {house?: House; hsm?: SoftHsm; pinFile?: string} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const hsm = (): SoftHsm => box.hsm ?? missing('there is no token')
  beforeAll(async () => {
    box.house = await makeHouse()
    box.pinFile = join(box.house.dir, 'hsm.pin')
  })
  afterAll(() => {
    box.house?.remove()
    box.hsm?.remove()
  })

  const place = (changes: readonly string[] = []): string[] => [
    ...['hsm', '--kind', 'pkcs11', '--environment', 'test', '--module', hsm().module, '--as', 'alice'],
    ...['--token-serial', hsm().serial, '--pin-file', box.pinFile ?? '', ...changes],
  ]
  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const tool = (...args: readonly string[]): string =>
    execFileSync(
      'pkcs11-tool',
      ['--module', hsm().module, '--token-label', 'lab', '--login', '--pin', hsm().pin, ...args],
      {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: process.env},
    )
  const add = (args: readonly string[]) => runJson(ProfileAdd, 'profile add', args, house().world)

  testWith(
    need,
    'is asked who it is before people are, and is there when enough of them agree, also later',
    async () => {
      box.hsm = softHsm()
      writeFileSync(box.pinFile ?? '', `${hsm().pin}\n`, {mode: 0o600})
      const asked = await add(place(signs('bob')))
      expect(asked).toMatchObject({
        exit: 8,
        schema: 'keyrite.request/1',
        operation: 'profile.add',
        status: 'open',
      })
      expect(asked['plan']).toMatchObject({
        profile: {name: 'hsm', kind: 'pkcs11', identity: {serial: hsm().serial, model: 'SoftHSM v2'}},
      })
      const applied = await runJson(
        RequestApply,
        'request apply',
        [String(asked['id']), ...signs('alice', 'carol'), '--as', 'alice'],
        house().world,
      )
      expect(applied).toMatchObject({exit: 0, status: 'applied'})
      const checked = await runJson(ProfileCheck, 'profile check', ['hsm'], house().world)
      expect(checked).toMatchObject({exit: 0, ok: true, identity: {kind: 'pkcs11', serial: hsm().serial}})
    },
  )

  testWith(
    need,
    'that is not the one that was said, or of which no serial number is known, is named by those that are there, before any PIN',
    async () => {
      const {module, serial} = hsm()
      const other = (...more: readonly string[]) =>
        runJson(
          ProfileAdd,
          'profile add',
          [
            ...['other', '--kind', 'pkcs11', '--environment', 'test', '--module', module, '--as', 'alice'],
            ...more,
          ],
          {...house().world, ask: somebody()},
        )
      const shows = new RegExp(`the module shows .*${serial} \\(lab\\)`)
      expect(await other()).toMatchObject({
        ...{exit: 2, code: 'USAGE', message: expect.stringMatching(shows)},
        try: ['the same command with --token-serial SERIAL'],
      })
      expect(await other('--token-serial', '1')).toMatchObject({
        ...{code: 'PROVIDER_UNREACHABLE', message: expect.stringMatching(shows)},
      })
    },
  )

  testWith(
    need,
    'holds the key of a whole ceremony, whose record names model, serial number and firmware',
    async () => {
      const document = await held(house(), {
        parameters: {...parameters, profile: 'hsm', 'key-name': 'hsm-jwt'},
      })
      expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'hsm-jwt', version: 1}]})
      const machine = await house().using((app) =>
        Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)).find(
          (entry) => entry?.type === 'step.done' && entry.data['kind'] === 'machine',
        ),
      )
      const recorded = JSON.stringify(machine?.data)
      for (const fact of ['"model":"SoftHSM v2"', `"serial":"${hsm().serial}"`])
        expect(recorded).toContain(fact)
      expect(recorded).toMatch(/"firmware":"\d+\.\d+"/)
      const shown = await runJson(KeyShow, 'key show', ['hsm-jwt'], house().world)
      expect(shown).toMatchObject({
        state: 'active',
        versions: [{protection: {level: 'software', evidence: 'verified'}, enforced: 'enabled'}],
      })
    },
  )

  testWith(
    [need, 'pkcs11-tool'],
    'is told by a stranger’s tool to hold it, sensitive, never extractable, made inside',
    () => {
      const listed = tool('--list-objects', '--type', 'privkey')
      expect(listed).toMatch(/label:\s+hsm-jwt v1 es256 sign \d{4}-/)
      expect(listed).toMatch(/Access:\s+sensitive, always sensitive, never extractable, local/)
      expect(listed).toMatch(/Usage:\s+sign\s*$/m)
    },
  )

  testWith(
    [need, 'pkcs11-tool'],
    'holds the key of the shipped ceremony for JWT keys, as a stranger’s tool describes it, and a signature of that tool verifies',
    async () => {
      const values = {...parameters, profile: 'hsm', scheme: 'rs256', 'key-name': 'shipped-jwt'}
      const answers = ['--answers', house().answers({parameters: values})]
      expect(await run(house(), answers, 'jwt-signing-rsa-4096')).toMatchObject({
        ...{exit: 0, status: 'signed-off', keys: [{name: 'shipped-jwt', version: 1}]},
      })
      const listed = tool('--list-objects', '--type', 'privkey').split(/^Private Key Object; /m)
      const one = listed.find((object) => object.includes('shipped-jwt v1 rs256 sign')) ?? ''
      expect(one).toMatch(/^RSA/)
      expect(one).toMatch(/Usage:\s+sign\s*$/m)
      expect(one).toMatch(/Access:\s+sensitive, always sensitive, never extractable, local/)
      const id = /ID:\s+([0-9a-f]+)/.exec(one)?.[1] ?? ''
      expect(tool('--list-objects', '--type', 'pubkey', '--id', id)).toMatch(/RSA 4096 bits/)
      const [message, signature] = [join(house().dir, 'token'), join(house().dir, 'token.sig')]
      writeFileSync(message, 'a token')
      tool('--sign', '--id', id, '-m', 'SHA256-RSA-PKCS', '-i', message, '-o', signature)
      const {text} = await runJson(KeyPublic, 'key public', ['shipped-jwt'], house().world)
      expect(verify('sha256', readFileSync(message), String(text), readFileSync(signature))).toBe(true)
    },
    120_000,
  )

  testWith(need, 'proves the key: it signs, and refuses to give it away', async () => {
    const proved = await runJson(KeyProve, 'key prove', ['hsm-jwt', '--as', 'bob'], house().world)
    expect(proved).toMatchObject({exit: 0})
    expect(JSON.stringify(proved)).toMatch(/export-refused/)
  })

  testWith(
    need,
    'is refused where flags are missing, of another kind, or lead nowhere; and nothing is recorded',
    async () => {
      const size = () => house().using((app) => app.ledger.size)
      const before = await size()
      const other = (...args: readonly string[]) =>
        add(['other', '--environment', 'test', '--as', 'alice', ...args])
      expect(await other('--kind', 'pkcs11', '--module', hsm().module)).toMatchObject({
        exit: 2,
        code: 'USAGE',
      })
      expect(await other('--kind', 'local', '--module', hsm().module)).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await other('--kind', 'floppy')).toMatchObject({exit: 5, code: 'UNSUPPORTED'})
      const pinned = ['--pin-file', box.pinFile ?? '']
      const at = (module: string, serial: string) =>
        other('--kind', 'pkcs11', '--module', module, '--token-serial', serial, ...pinned)
      expect(await at(hsm().module, 'no-such')).toMatchObject({code: 'PROVIDER_UNREACHABLE', exit: 7})
      expect(await at(join(house().dir, 'nothing.so'), hsm().serial)).toMatchObject({
        code: 'PROVIDER_FAILED',
        exit: 7,
      })
      // The same token under another environment would make keys of test those of production.
      expect(
        await add([
          'twin',
          ...place()
            .slice(1)
            .map((one) => (one === 'test' ? 'staging' : one)),
        ]),
      ).toMatchObject({
        code: 'PROFILE_ENVIRONMENT',
      })
      const wrong = join(house().dir, 'wrong.pin')
      writeFileSync(wrong, 'not the pin\n', {mode: 0o600})
      const refused = await other(
        '--kind',
        'pkcs11',
        '--module',
        hsm().module,
        '--token-serial',
        hsm().serial,
        '--pin-file',
        wrong,
      )
      expect(refused).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
      expect(JSON.stringify(refused)).not.toContain('not the pin')
      // That a PIN was refused, and a place was wanted for two environments, is kept.
      expect((await size()) - before).toBe(2)
    },
  )

  testWith(need, 'cannot be removed while keys live there', async () => {
    const refused = await runJson(
      ProfileRemove,
      'profile remove',
      ['hsm', '--confirm', 'hsm', '--as', 'alice'],
      house().world,
    )
    expect(refused).toMatchObject({code: 'PROFILE_IN_USE'})
  })
})

function missing(what: string): never {
  throw new Error(what)
}
