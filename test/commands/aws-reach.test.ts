/** Aliases, copies and grants of keys in AWS KMS by commands, on the stand-in: no emulator moves the primary. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyAlias from '../../src/commands/key/alias.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyGrant from '../../src/commands/key/grant.ts'
import KeyGrants from '../../src/commands/key/grants.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyReplicate from '../../src/commands/key/replicate.ts'
import KeyUngrant from '../../src/commands/key/ungrant.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {away, home, ministack, reachHouse} from './reach-house.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

describe('aliases, copies and grants in AWS KMS', () => {
  const {house, standin, ask, make, shown, kmsIn, standsFor, lastRequest, idOf, ahead, start, stop} =
    reachHouse()
  beforeAll(start, 60_000)
  afterAll(stop)

  testWhen(
    ministack,
    'a key is made with copies and an alias that nothing had, and the ledger says both',
    async () => {
      const made = await make('orders', 'two', '--alias', 'alias/orders', '--replica-region', away)
      expect(made).toMatchObject({exit: 0, state: 'active'})
      expect(await shown('orders')).toMatchObject({aliases: ['orders'], copies: [away], primaryRegion: null})
      for (const region of [home, away]) expect(await standsFor('orders', region)).toBe(await idOf('orders'))
      expect(await make('orders-2', 'two', '--alias', 'orders')).toMatchObject({code: 'KEY_EXISTS', exit: 5})
      expect(await standsFor('orders')).toBe(await idOf('orders'))
    },
    60_000,
  )

  testWhen(
    ministack,
    'an alias is moved to another key with approval: the other has it no more, there and in the ledger',
    async () => {
      expect(await make('invoices', 'two', '--replica-region', away)).toMatchObject({exit: 0})
      const waits = await ask(KeyAlias, 'key alias', ['invoices', 'orders'], 0)
      expect(waits).toMatchObject({exit: 8})
      expect(await standsFor('orders')).toBe(await idOf('orders'))
      const id = await lastRequest()
      // Cut off after the work: what was done is found, and finished, by the same command.
      await standin().fault('cut-after', {operation: 'UpdateAlias', times: 1})
      await ask(RequestApply, 'request apply', [id])
      expect(await ask(RequestApply, 'request apply', [id])).toMatchObject({exit: 0})
      expect(await standsFor('orders')).toBe(await idOf('invoices'))
      expect(await standsFor('orders', away)).toBe(await idOf('invoices'))
      expect((await shown('orders')).aliases).toEqual([])
      expect((await shown('invoices')).aliases).toEqual(['orders'])
    },
    60_000,
  )

  testWhen(
    ministack,
    'a copy is made primary and the first one again, and what cannot be is refused before anybody is asked',
    async () => {
      const lead = async (region: string) =>
        ask(KeyReplicate, 'key replicate', ['orders', '--primary', region])
      expect(await lead(away)).toMatchObject({exit: 0})
      expect((await shown('orders')).primaryRegion).toBe(away)
      expect(await lead(home)).toMatchObject({exit: 0})
      expect((await shown('orders')).primaryRegion).toBe(home)
      const {entries} = await runJson<{entries: unknown[]}>(
        LedgerShow,
        'ledger show',
        ['--last', '1'],
        house().world,
      )
      const before = JSON.stringify(entries)
      const refused: readonly (readonly [CommandClass, string, readonly string[], string])[] = [
        [KeyReplicate, 'key replicate', ['orders'], 'USAGE'],
        [KeyReplicate, 'key replicate', ['orders', '--region', 'us-east-1'], 'UNSUPPORTED'],
        [KeyReplicate, 'key replicate', ['orders', '--primary', 'us-east-1'], 'UNSUPPORTED'],
        [KeyReplicate, 'key replicate', ['orders', '--region', away, '--region', away], 'USAGE'],
        [KeyAlias, 'key alias', ['orders', 'aws/orders'], 'USAGE'],
        [KeyAlias, 'key alias', ['orders', 'a b'], 'USAGE'],
        [KeyAlias, 'key alias', ['orders-2', 'orders'], 'KEY_STATE'],
        [KeyAlias, 'key alias', ['nothing', 'orders'], 'KEY_NOT_FOUND'],
      ]
      for (const [command, id, args, code] of refused)
        expect([args, (await ask(command, id, args))['code']]).toEqual([args, code])
      expect(await make('single', 'one', '--replica-region', away)).toMatchObject({code: 'UNSUPPORTED'})
      const after = await runJson<{entries: unknown[]}>(
        LedgerShow,
        'ledger show',
        ['--last', '1'],
        house().world,
      )
      expect(JSON.stringify(after.entries)).toBe(before)
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
    60_000,
  )

  const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
  const listed = async (name: string, region: string = home) => {
    const KeyId = await idOf(name)
    return (await kmsIn(region, async (kms) => kms.listGrants({KeyId}))).Grants ?? []
  }

  testWhen(
    ministack,
    'a grant is given with approval, once although the answer was lost, and taken away the same way',
    async () => {
      const wish = ['orders', '--to', role('orders'), '--operation', 'Sign', '--operation', 'GetPublicKey']
      const there = [...wish, '--region', away]
      expect(await ask(KeyGrant, 'key grant', there, 0)).toMatchObject({exit: 8})
      expect(await listed('orders', away)).toEqual([])
      await standin().fault('cut-after', {operation: 'CreateGrant', times: 4})
      expect(await ask(KeyGrant, 'key grant', there)).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      // Another one is not begun over it, and the same command ends it.
      expect(await ask(KeyGrant, 'key grant', wish)).toMatchObject({code: 'INDETERMINATE'})
      const given = await ask(KeyGrant, 'key grant', there, 0)
      expect(given).toMatchObject({
        exit: 0,
        grants: [{region: away, grantee: role('orders'), operations: ['GetPublicKey', 'Sign']}],
      })
      const [one, ...more] = await listed('orders', away)
      expect(more).toEqual([])
      expect(one).toMatchObject({GranteePrincipal: role('orders'), Operations: ['GetPublicKey', 'Sign']})
      expect(await ask(RequestApply, 'request apply', [await lastRequest()], 0)).toMatchObject({exit: 0})
      expect(await listed('orders')).toHaveLength(1)

      const id = one?.GrantId ?? ''
      // Done, and not seen to be done.
      await standin().fault('cut-before', {operation: 'ListGrants', skip: 3, times: 4})
      expect(await ask(KeyUngrant, 'key ungrant', ['orders', id.slice(0, 12)])).toMatchObject({
        code: 'PROVIDER_UNREACHABLE',
      })
      expect(await listed('orders', away)).toEqual([])
      expect(await ask(KeyUngrant, 'key ungrant', ['orders', id.slice(0, 12)], 0)).toMatchObject({
        exit: 0,
        grants: [{region: home}],
      })
      // What somebody else gave is taken away by its name.
      const theirs = {GranteePrincipal: role('stranger'), Operations: ['Sign' as const], Name: 'theirs'}
      const KeyId = await idOf('orders')
      await kmsIn(home, async (kms) => kms.createGrant({KeyId, ...theirs}))
      expect(await ask(KeyUngrant, 'key ungrant', ['orders', 'theirs'])).toMatchObject({exit: 0})
      expect(await listed('orders')).toHaveLength(1)
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
    60_000,
  )

  testWhen(
    ministack,
    'a grant that was given is told as given where the service tells nothing besides, and key grants tells the rest',
    async () => {
      const to = (name: string) => ['orders', '--to', role(name), '--operation', 'Sign']
      const [noLast, noGrants] = [
        {
          untold: [
            {what: 'last use', why: expect.stringMatching(/^PROVIDER_\w+: cannot ask when key "orders"/)},
          ],
        },
        {grants: null, untold: [{what: 'access', why: expect.stringContaining('read the policy of key')}]},
      ]
      await standin().fault('unavailable', {operation: 'GetKeyLastUsage', times: 1_000})
      const listed_ = await runJson(KeyGrants, 'key grants', ['orders'], house().world)
      expect(listed_).toMatchObject({exit: 0, lastUse: null, grants: [{region: home}], ...noLast})
      const text = await runCommand(KeyGrants, 'key grants', ['orders'], house().world)
      expect(text.stdout).toMatch(/Used last: no answer\n/)
      expect(text.stdout).toMatch(/No answer: last use: PROVIDER_/)
      expect(await ask(KeyGrant, 'key grant', to('second'))).toMatchObject({
        exit: 0,
        ...noLast,
        grants: expect.arrayContaining([expect.objectContaining({grantee: role('second')})]),
      })
      await standin().clearFaults()

      // Nothing is told at all: the hint names the profile that was asked.
      await standin().fault('denied', {operation: 'ListGrants', times: 1_000})
      expect(await runJson(KeyGrants, 'key grants', ['orders'], house().world)).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        try: expect.arrayContaining(['keyrite profile check two']),
      })
      await standin().clearFaults()

      // Who can reach it is not told either: it was made, and that is what is said.
      await standin().fault('unavailable', {operation: 'GetKeyPolicy', times: 1_000})
      expect(await ask(KeyGrant, 'key grant', to('third'))).toMatchObject({exit: 0, ...noGrants})
      const third = (await listed('orders')).find(({GranteePrincipal}) => GranteePrincipal === role('third'))
      expect(await ask(KeyUngrant, 'key ungrant', ['orders', third?.GrantId ?? ''])).toMatchObject({
        exit: 0,
        ...noGrants,
      })
      await standin().clearFaults()
      const second = (await listed('orders')).find(
        ({GranteePrincipal}) => GranteePrincipal === role('second'),
      )
      expect(await ask(KeyUngrant, 'key ungrant', ['orders', second?.GrantId ?? ''])).toMatchObject({
        exit: 0,
        untold: [],
      })
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
    60_000,
  )

  testWhen(
    ministack,
    'a grant that cannot be is refused before anybody is asked, and so it is where no place keeps any',
    async () => {
      const soft = await make('soft-key', 'main', '--pin-file', house().pinFile)
      expect(soft).toMatchObject({exit: 0})
      const last = async () =>
        JSON.stringify(await runJson(LedgerShow, 'ledger show', ['--last', '1'], house().world))
      const before = await last()
      const to = (name: string, operation: string, ...more: string[]) =>
        [name, '--to', role('r'), '--operation', operation].concat(more)
      const refused: readonly (readonly [CommandClass, string, readonly string[], string])[] = [
        [KeyGrant, 'key grant', to('orders', 'CreateGrant'), 'USAGE'],
        [KeyGrant, 'key grant', to('orders', 'Decrypt'), 'USAGE'],
        [KeyGrant, 'key grant', to('orders', 'Sign', '--region', 'us-east-1'), 'USAGE'],
        [KeyGrant, 'key grant', ['orders', '--to', 'everybody', '--operation', 'Sign'], 'USAGE'],
        [KeyGrant, 'key grant', to('orders-2', 'Sign'), 'KEY_STATE'],
        [KeyGrant, 'key grant', to('orders', 'Sign', '--version', '2'), 'KEY_NOT_FOUND'],
        [KeyGrant, 'key grant', to('soft-key', 'Sign'), 'UNSUPPORTED'],
        [KeyUngrant, 'key ungrant', ['orders', 'nothing-called-so'], 'NOT_FOUND'],
        [KeyUngrant, 'key ungrant', ['soft-key', 'f00df00d'], 'UNSUPPORTED'],
      ]
      for (const [command, id, args, code] of refused)
        expect([args, (await ask(command, id, args))['code']]).toEqual([args, code])
      expect(await ask(KeyGrant, 'key grant', to('soft-key', 'Sign'))).toMatchObject({
        message: expect.stringMatching(/keeps none; kinds that do: aws, gcp, azure$/),
      })
      expect(await last()).toBe(before)
      expect(await runJson(KeyGrants, 'key grants', ['orders'], house().world)).toMatchObject({
        grants: [{region: home}],
      })
    },
    60_000,
  )

  testWhen(
    ministack,
    'a key with copies is not destroyed: people are told beforehand, and the commands that destroy them are named',
    async () => {
      await ask(
        KeyCreate,
        'key create',
        [
          'gone',
          '--profile',
          'two',
          '--algorithm',
          'ec-p256',
          '--purpose',
          'sign',
          '--class',
          'webhook',
        ].concat(['--owner', 'Orders', '--replica-region', away]),
        5,
      )
      const id = await idOf('gone')
      const wish = ['gone', '--reason', 'replaced', '--confirm', 'gone@two']
      const planned = await ask(KeyDestroy, 'key destroy', [...wish, '--dry-run'], 0)
      expect(JSON.stringify(planned)).toContain(`it lay in ${away} too`)
      const refused = await ask(KeyDestroy, 'key destroy', wish, 5)
      expect(refused).toMatchObject({
        code: 'KEY_STATE',
        try: [`aws kms schedule-key-deletion --region ${away} --key-id ${id}`],
      })
      expect(await shown('gone')).toMatchObject({state: 'pre-active'})
      await kmsIn(away, async (kms) => kms.scheduleKeyDeletion({KeyId: id, PendingWindowInDays: 7}))
      ahead(8 * 86_400_000)
      await standin().clock(8 * 86_400)
      expect(await ask(KeyDestroy, 'key destroy', wish, 5)).toMatchObject({
        exit: 0,
        state: 'destruction-scheduled',
      })
    },
    60_000,
  )
})
