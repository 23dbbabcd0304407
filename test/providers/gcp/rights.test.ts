/** Rights on a key at Google: taken away at night, and given back as they were. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import {letsUse} from '../../../src/providers/gcp/roles.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {KeyRights, Right} from '../../../src/providers/rights.ts'
import {here as has, testWith} from '../../support/needs.ts'
import type {Fault} from '../../standins/google/world.ts'
import {intent, outcome, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const [ci, night, prover] = ['ci', 'night', 'prover'].map(
  (one) => `serviceAccount:${one}@p.iam.gserviceaccount.com`,
)
const until = {title: 'this week', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")'}

describe('rights on a key at Google', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const rights = (): KeyRights => box.open?.rights ?? missing()
  const ring = (): string => box.standin?.ring ?? missing()
  const on = (key: string): string => `${ring()}/cryptoKeys/${key}`
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {endpoint, credentials, ca} = box.standin
    const place = {ring: ring(), endpoint, credentials, ca, protection: 'software', destroyDays: 30} as const
    box.open = await openKeyRing(place, 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const trouble = (method: string, fault: Fault, times = 1) =>
    box.standin?.ask({faults: [{method, fault, times}]})

  /** A key that others may use, administer and read, one of them for a while only; and one who may use the whole ring. */
  async function bound(): Promise<string> {
    const {key} = (await box.open?.store.create(specOf('hmac-sha256'), intent())) ?? missing()
    await box.standin?.ask({
      policies: {
        [on(key)]: [
          {role: 'roles/cloudkms.signerVerifier', members: [ci, prover]},
          {role: 'roles/cloudkms.signer', members: [ci], condition: until},
          {role: 'roles/cloudkms.admin', members: [night]},
          {role: 'roles/cloudkms.viewer', members: ['group:auditors@example.com']},
          {role: 'projects/p/roles/own', members: ['user:eve@example.com']},
        ],
        [ring()]: [{role: 'roles/cloudkms.cryptoOperator', members: [night]}],
      },
    })
    return key
  }
  const roles = (all: readonly Right[]) => all.map(({role, member}) => [role, member])

  testWith(
    'openssl',
    'are read from the key and its ring, with what they let do and until when',
    async () => {
      const key = await bound()
      const all = await rights().read(key)
      expect(all).toHaveLength(7)
      expect(all[2]).toEqual({
        on: on(key),
        role: 'roles/cloudkms.signer',
        member: ci,
        condition: until,
        uses: true,
      })
      expect(all.map(({uses}) => uses)).toEqual([true, true, true, false, false, null, true])
      expect(all.at(-1)?.on).toBe(ring())
    },
  )

  testWith(
    'openssl',
    'to use it are taken away, those to administer and to read stay, and who proves goes on',
    async () => {
      const key = await bound()
      const before = await rights().read(key)
      const {taken, left} = await rights().strip(key, [prover ?? ''])
      expect(roles(taken)).toEqual([
        ['roles/cloudkms.signerVerifier', ci],
        ['roles/cloudkms.signer', ci],
        ['projects/p/roles/own', 'user:eve@example.com'],
      ])
      expect(roles(left)).toEqual([
        ['roles/cloudkms.signerVerifier', prover],
        ['roles/cloudkms.cryptoOperator', night],
      ])
      expect(roles((await rights().read(key)).filter((one) => one.on === on(key)))).toEqual([
        ['roles/cloudkms.signerVerifier', prover],
        ['roles/cloudkms.admin', night],
        ['roles/cloudkms.viewer', 'group:auditors@example.com'],
      ])
      expect((await rights().strip(key, [prover ?? ''])).taken).toEqual([])
      await rights().give(key, taken)
      await rights().give(key, taken)
      const sorted = (all: readonly Right[]) => all.map((one) => JSON.stringify(one)).sort()
      expect(sorted(await rights().read(key))).toEqual(sorted(before))
      await rights().take(key, [{role: 'roles/cloudkms.signer', member: ci ?? '', condition: null}])
      expect(sorted(await rights().read(key))).toEqual(sorted(before))
    },
  )

  testWith(
    'openssl',
    'that others change at the same time are read anew, and nothing of theirs is lost',
    async () => {
      const key = await bound()
      const {taken} = await rights().strip(key, [])
      await Promise.all(
        taken.map((one, at) => rights().give(key, [{...one, member: `user:${at}@example.com`}])),
      )
      const all = (await rights().read(key)).filter((one) => one.on === on(key))
      expect(all.filter(({member}) => member.startsWith('user:'))).toHaveLength(taken.length)
    },
  )

  // What is asked while the service misbehaves, what comes of it, and that asking again ends it.
  const rows: readonly [Fault, string][] = [
    ['throttle', 'PROVIDER_FAILED'],
    ['lie', 'PROVIDER_FAILED'],
    ['cut', 'PROVIDER_UNREACHABLE'],
    ['internal', 'PROVIDER_FAILED'],
    ['unauthenticated', 'CREDENTIALS_REFUSED'],
  ]
  for (const [fault, code] of rows)
    testWith('openssl', `under ${fault} are ${code}, and the same again ends it`, async () => {
      const key = await bound()
      await trouble('setIamPolicy', fault)
      expect(await outcome(rights().strip(key, []))).toBe(code)
      expect(roles((await rights().strip(key, [])).left)).toEqual([['roles/cloudkms.cryptoOperator', night]])
    })

  testWith('openssl', 'that may not be changed are said to be, and nothing is', async () => {
    const key = await bound()
    await box.standin?.ask({denied: ['cloudkms.cryptoKeys.setIamPolicy']})
    expect(await outcome(rights().strip(key, []))).toBe('CREDENTIALS_REFUSED')
    await box.standin?.ask({denied: []})
    expect(await rights().read(key)).toHaveLength(7)
  })

  test('of roles that keyrite writes are known by their names, and those of others are not guessed', () => {
    expect(letsUse('projects/p/roles/keyrite_key_user_sign_sign')).toBe(true)
    expect(letsUse('projects/p/roles/keyrite_key_prover_mac')).toBe(true)
    expect(letsUse('projects/p/roles/keyrite_key_admin_sign')).toBe(false)
    expect(letsUse('projects/p/roles/keyrite_key_auditor_sign')).toBe(false)
    expect(letsUse('roles/cloudkms.publicKeyViewer')).toBe(false)
    expect(letsUse('roles/owner')).toBeNull()
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
