/** What protects a key at Google, on the stand-in with an HSM that it makes up: attested only under roots that somebody named. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openKeyRing} from '../../../src/providers/gcp/index.ts'
import {Service} from '../../../src/providers/gcp/service.ts'
import type {HsmRoots} from '../../../src/providers/attesting.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

describe('a key in an HSM at Google', () => {
  const box: {standin?: Standin; open?: Provider; roots: HsmRoots | null} = {roots: null}
  const open = (): Provider => {
    if (box.open === undefined) throw new Error('the stand-in did not start')
    return box.open
  }
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    const place = {ring, endpoint, credentials, ca, protection: 'hsm', destroyDays: 30} as const
    box.open = await openKeyRing(place, 'keyrite/test', undefined, {
      roots: () => box.roots,
      now: () => new Date(),
    })
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })

  testWith(
    'openssl',
    'is attested under the roots of the policy, and what vouches for it is kept whole',
    async () => {
      const refs = [
        await enabled(open(), specOf('aes-256')),
        await enabled(open(), specOf('ec-p256')),
        await enabled(open(), specOf('rsa-2048')),
      ]
      for (const ref of refs)
        expect(await open().evidence.protection(ref)).toMatchObject({
          evidence: 'asserted',
          detail:
            'localhost, which is no host of Google’s, says HSM; its attestation is not verified: the policy names no roots of HSMs (hsm_roots)',
        })
      box.roots = (await box.standin?.roots()) ?? null
      for (const ref of refs) {
        const {attestation, ...said} = await open().evidence.protection(ref)
        expect(said).toEqual({
          level: 'hardware',
          fips: null,
          evidence: 'attested',
          detail: expect.stringMatching(
            /^the HSM itself says that the key was made in it and cannot leave: CN=HSM:STANDIN-1:PARTN:1/,
          ),
        })
        expect(JSON.parse(Buffer.from(attestation ?? []).toString())).toMatchObject({
          type: 'keyrite.hsm-attestation/1',
          name: `${box.standin?.ring ?? ''}/cryptoKeys/${ref.key}/cryptoKeyVersions/1`,
          chains: {maker: [expect.any(String), expect.any(String)]},
        })
      }
    },
  )

  testWith('openssl', 'of its own is changed by proposals at Google, and that is said', async () => {
    const {ring = '', endpoint = null, credentials = null, ca = null} = box.standin ?? {}
    const google = await Service.open(
      {ring, endpoint, credentials, ca, protection: 'hsm', destroyDays: 30},
      'somebody/1',
    )
    const instance = `${ring.split('/keyRings/')[0] ?? ''}/singleTenantHsmInstances/one`
    await google.askPlainly((kms) =>
      kms.createCryptoKey({
        parent: ring,
        cryptoKeyId: 'single',
        cryptoKey: {
          purpose: 'MAC',
          versionTemplate: {algorithm: 'HMAC_SHA256', protectionLevel: 'HSM_SINGLE_TENANT'},
          cryptoKeyBackend: instance,
        },
      }),
    )
    await google.close()
    expect(await open().evidence.protection({key: 'single', version: '1'})).toEqual({
      level: 'unknown',
      fips: null,
      evidence: 'asserted',
      detail:
        'localhost, which is no host of Google’s, says HSM_SINGLE_TENANT; it gave no attestation; the HSM is changed by proposals that a quorum of its own approves at Google, beside keyrite’s',
    })
  })

  testWith('openssl', 'of its own: what is proposed for it is told, and who decides', async () => {
    const location = box.standin?.ring.split('/keyRings/')[0] ?? ''
    const name = `${location}/singleTenantHsmInstances/one`
    const hsm = {name, state: 'ACTIVE', quorumAuth: {totalApproverCount: 3, requiredApproverCount: 2}}
    const proposal = (id: string, more: object) => ({
      name: `${name}/proposals/${id}`,
      state: 'PENDING',
      ...more,
    })
    const said = async () =>
      (await open().evidence.check()).filter((one) => one.name.startsWith('single-tenant'))
    expect(await said()).toEqual([])
    await box.standin?.ask({instances: [hsm, {...hsm, name: name.replace('one', 'two'), state: 'DISABLED'}]})
    expect(await said()).toMatchObject([
      {
        name: 'single-tenant HSM one',
        ok: true,
        detail: expect.stringMatching(/^ACTIVE; 2 of 3 people .*nothing is proposed$/),
      },
      {
        name: 'single-tenant HSM two',
        ok: false,
        fix: expect.stringMatching(/keyrite makes, approves and carries out none/),
      },
    ])
    const quorumParameters = {requiredApproverCount: 2, approvedTwoFactorPublicKeyPems: ['one']}
    await box.standin?.ask({
      instances: [hsm],
      proposals: [
        proposal('over', {state: 'SUCCEEDED', deleteSingleTenantHsmInstance: {}}),
        proposal('more', {addQuorumMember: {twoFactorPublicKeyPem: 'x'}, quorumParameters}),
      ],
    })
    expect(await said()).toMatchObject([
      {
        ok: true,
        detail: expect.stringMatching(
          /proposal more is PENDING, 1 of 2 approved: add somebody to its quorum$/,
        ),
      },
    ])
    await box.standin?.ask({
      proposals: [
        proposal('end', {
          state: 'APPROVED',
          deleteSingleTenantHsmInstance: {},
          expireTime: {seconds: '1893456000', nanos: 0},
        }),
      ],
    })
    expect(await said()).toMatchObject([
      {
        ok: false,
        detail: expect.stringMatching(
          /proposal end is APPROVED: delete it, WITH EVERY KEY IN IT, until 2030-01-01T/,
        ),
      },
    ])
    await box.standin?.ask({denied: ['cloudkms.singleTenantHsmInstances.list']})
    expect(await said()).toMatchObject([
      {ok: true, detail: expect.stringMatching(/^not looked at: Permission/)},
    ])
    await box.standin?.ask({denied: [], instances: [], proposals: []})
  })

  testWith(
    'openssl',
    'is no more than asserted where it came from outside, is disabled, says nothing, or nothing that is known',
    async () => {
      box.roots = (await box.standin?.roots()) ?? null
      const said = async (ref: Awaited<ReturnType<typeof enabled>>) => {
        const {evidence, detail} = await open().evidence.protection(ref)
        expect(evidence).toBe('asserted')
        return detail.replace(
          /^localhost, which is no host of Google’s, says HSM; (its attestation is not verified: )?/,
          '',
        )
      }
      const brought = await open().move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 7)), intent())
      expect(await said(brought)).toBe(
        'the HSM says that the key was brought from outside: who else has it is not known',
      )
      const pair = await enabled(open(), specOf('ec-p256'))
      await open().life.setAvailability(pair, 'disabled')
      expect(await said(pair)).toBe('its public half is given out only while it is enabled')
      const edwards = await enabled(open(), specOf('ed25519'))
      expect(await said(edwards)).toBe('how a pair of this kind is attested is not known here')
      const secret = await enabled(open(), specOf('hmac-sha256'))
      await box.standin?.ask({attestation: 'opaque'})
      expect(await said(secret)).toBe('it is not compressed as it should be, or too long')
      await box.standin?.ask({attestation: 'none'})
      expect(await said(secret)).toBe('it gave no attestation')
      await box.standin?.ask({attestation: 'good'})
    },
  )
})
