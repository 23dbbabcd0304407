/** Changes of state at a real local token: what is tried afterwards, and what comes of a provider that lies, fails or dies. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {keyDocument, keysFold, planMove, proofOf, type KeyWish, type MoveName} from '../../src/keys/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {planInWords, requestAt, statusOf} from '../../src/requests/index.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {policyFold} from '../../src/policy/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, moved, typesSince, versionOf, type Bench} from './moving.ts'

let bench: Bench
let real: Provider
let count = 0
beforeAll(async () => {
  const made = await makeLedger({people: 3})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  real = await bench.app.provider('soft')
})
afterAll(async () => {
  await bench.app.close()
  expect(verified(bench.made.world).problems).toEqual([])
  bench.made.remove()
})

async function key(wish: Partial<KeyWish> = {}): Promise<string> {
  const name = `key-${(count += 1)}`
  await makeKey(bench.app, bench.made.founders, {profile: 'soft', algorithm: 'ed25519', ...wish, name})
  return name
}
const plan = (name: string, event: MoveName) => planMove(bench.app.ledger.view, name, event)
const proof = (name: string): string => proofOf(versionOf(bench, name).effect?.results ?? [])
const probes = (name: string): readonly string[] =>
  (versionOf(bench, name).effect?.results ?? []).map(({probe, ok}) => `${probe} ${ok ? 'ok' : 'not ok'}`)
const atProvider = async (name: string): Promise<string | undefined> =>
  (await real.store.describe(versionOf(bench, name).ref))?.availability

describe('a key that changes its state', () => {
  test.each<[string, Partial<KeyWish>, Record<'active' | 'suspended' | 'deactivated', readonly string[]>]>([
    [
      'sign',
      {algorithm: 'ec-p256'},
      {
        active: ['available ok', 'signature-verifies ok', 'export-refused ok'],
        suspended: ['available ok', 'sign-refused ok', 'verify-refused ok'],
        deactivated: ['available ok', 'verify-works ok', 'sign-refused ok'],
      },
    ],
    [
      'encrypt',
      {algorithm: 'aes-256', purpose: 'encrypt', class: 'dek'},
      {
        active: ['available ok', 'decrypts ok', 'export-refused ok'],
        suspended: ['available ok', 'encrypt-refused ok', 'decrypt-refused ok'],
        deactivated: ['available ok', 'decrypt-works ok', 'encrypt-refused ok'],
      },
    ],
    [
      'wrap',
      {algorithm: 'aes-256', purpose: 'wrap', class: 'dek'},
      {
        active: ['available ok', 'unwraps ok', 'export-refused ok'],
        suspended: ['available ok', 'wrap-refused ok', 'unwrap-refused ok'],
        deactivated: ['available ok', 'unwrap-works ok', 'wrap-refused ok'],
      },
    ],
    [
      'mac',
      {algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'},
      {
        active: ['available ok', 'mac-repeats ok', 'export-refused ok'],
        suspended: ['available ok', 'mac-refused ok', 'verify-refused ok'],
        deactivated: ['available ok', 'verify-works ok', 'mac-refused ok'],
      },
    ],
  ])('to %s is tried in each: what must work, and what must not', async (_purpose, wish, wanted) => {
    const name = await key(wish)
    expect(probes(name)).toEqual(wanted.active)
    await moved(bench, name, 'suspend')
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['suspended', 'disabled'])
    expect(probes(name)).toEqual(wanted.suspended)
    await moved(bench, name, 'resume')
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['active', 'enabled'])
    expect(probes(name)).toEqual(wanted.active)
    await moved(bench, name, 'deactivate')
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['deactivated', 'historic'])
    expect(probes(name)).toEqual(wanted.deactivated)
    expect(proof(name)).toBe('proven')
    await moved(bench, name, 'compromise')
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['compromised', 'disabled'])
    expect(versionOf(bench, name).compromisedAt).toBe(versionOf(bench, name).changedAt)
    for (const event of ['activate', 'resume', 'suspend', 'deactivate', 'compromise'] as const)
      expect(await outcome(() => plan(name, event))).toBe('KEY_STATE')
  })

  test('a key that only decrypts has nothing to do anew: its own use is what is refused', async () => {
    const name = await key({algorithm: 'rsa-3072', purpose: 'decrypt', class: 'dek'})
    await moved(bench, name, 'deactivate')
    expect(probes(name)).toEqual(['available ok', 'decrypt-works ok'])
    await moved(bench, name, 'compromise')
    expect(probes(name)).toEqual(['available ok', 'decrypt-refused ok'])
  })

  test('one that was never proved is not activated, and can be called compromised', async () => {
    const name = await key({activate: false})
    await moved(bench, name, 'compromise')
    expect(probes(name)).toEqual(['available ok', 'sign-refused ok', 'verify-refused ok'])
  })

  test('its plan says what is enforced, before anybody confirms, and what is only recorded', async () => {
    const name = await key()
    const {app} = bench
    const asked = {roster: app.ledger.of(custodyFold).roster, policy: app.ledger.of(policyFold).policy}
    const planned = plan(name, 'deactivate')
    const said = planInWords(asked, app.operations, planned).join('\n')
    expect(said).toContain(`Deactivate key "${name}" version 1, in profile "soft" (active -> deactivated)`)
    expect(said).toContain('Enforced by the provider itself (local): only reading what was made before.')
    const weak = {...planned.plan, change: {...planned.plan.change, enforced: false}}
    expect(planInWords(asked, app.operations, {plan: weak, names: {}}).join('\n')).toContain(
      'RECORDED, NOT ENFORCED: a provider of kind local cannot hold it to only reading what was made before.',
    )
  })
})

/** The real token, some of whose answers are others. */
function other(change: {
  readonly life?: Partial<Provider['life']>
  readonly use?: Partial<Provider['use']>
  readonly evidence?: Partial<Provider['evidence']>
  readonly store?: Partial<Provider['store']>
}): Provider {
  return {
    ...real,
    life: {...real.life, ...change.life},
    use: {...real.use, ...change.use},
    evidence: {...real.evidence, ...change.evidence},
    store: {...real.store, ...change.store},
  }
}
const failing = (code: ErrorCode) => (): Promise<never> =>
  Promise.reject(new KeyriteError(code, 'cannot: the test says so'))

describe('a provider that does not do what it says', () => {
  test('still signs: it is recorded, and KEY_STILL_USABLE', async () => {
    const name = await key()
    const request = await approved(bench, plan(name, 'suspend'))
    const before = bench.app.ledger.size
    const signs = other({use: {sign: () => Promise.resolve(new Uint8Array(64))}})
    expect(await outcome(() => act(bench, request, signs))).toBe('KEY_STILL_USABLE')
    expect(typesSince(bench, before)).toEqual(['key.state.intended', 'key.state.changed'])
    expect([versionOf(bench, name).state, proof(name)]).toEqual(['suspended', 'still-usable'])
    expect(keyDocument(bench.app.ledger, keyOf(name)).versions[0]?.effect?.proof).toBe('still-usable')
    // The approval is used, and the next one is for what comes next.
    expect(statusOf(requestAt(bench.app.ledger, request.seq), bench.app.ledger.time)).toBe('applied')
  })

  test('still decrypts what was made before: KEY_STILL_USABLE too', async () => {
    const name = await key({algorithm: 'aes-256', purpose: 'encrypt', class: 'dek'})
    await moved(bench, name, 'deactivate')
    const request = await approved(bench, plan(name, 'compromise'))
    // It says that it is disabled, and is not.
    const lies = other({
      life: {setAvailability: () => Promise.resolve('disabled')},
      store: {
        describe: async (ref) => {
          const now = await real.store.describe(ref)
          return now === undefined ? undefined : {...now, availability: 'disabled'}
        },
      },
    })
    expect(await outcome(() => act(bench, request, lies))).toBe('KEY_STILL_USABLE')
    expect(probes(name)).toEqual(['available ok', 'encrypt-refused ok', 'decrypt-refused not ok'])
  })

  test.each<ErrorCode>(['PROVIDER_UNREACHABLE', 'PROVIDER_FAILED', 'NETWORK', 'CREDENTIALS_REFUSED'])(
    'a try that fails otherwise (%s) proves nothing: NOT_PROVEN, and recorded so',
    async (code) => {
      const name = await key()
      const request = await approved(bench, plan(name, 'suspend'))
      const broken = other({use: {sign: failing(code), verify: failing(code)}})
      expect(await outcome(() => act(bench, request, broken))).toBe('NOT_PROVEN')
      expect([versionOf(bench, name).state, proof(name)]).toEqual(['suspended', 'not-proven'])
      expect(versionOf(bench, name).effect?.results.map(({evidence}) => evidence)).toEqual([
        'asserted',
        'asserted',
        'asserted',
      ])
    },
  )

  test('resumed, and refuses to sign: recorded, and KEY_NOT_AS_PLANNED', async () => {
    const name = await key()
    await moved(bench, name, 'suspend')
    const request = await approved(bench, plan(name, 'resume'))
    expect(await outcome(() => act(bench, request, other({use: {sign: failing('KEY_STATE')}})))).toBe(
      'KEY_NOT_AS_PLANNED',
    )
    expect([versionOf(bench, name).state, proof(name)]).toEqual(['active', 'not-working'])
  })

  test('says itself that the key is not in that state: nothing is claimed, and the failure is recorded', async () => {
    const name = await key()
    const request = await approved(bench, plan(name, 'suspend'))
    const idle = other({life: {setAvailability: () => Promise.resolve('disabled')}})
    expect(await outcome(() => act(bench, request, idle))).toBe('KEY_NOT_AS_PLANNED')
    expect(versionOf(bench, name).state).toBe('active')
    expect(statusOf(requestAt(bench.app.ledger, request.seq), bench.app.ledger.time)).toBe('failed')
  })

  test('enforces less than was approved: PLAN_MOVED, before anything is touched', async () => {
    const name = await key()
    const request = await approved(bench, plan(name, 'deactivate'))
    const before = bench.app.ledger.size
    const capabilities = await real.evidence.capabilities()
    const weaker = other({
      evidence: {capabilities: () => Promise.resolve({...capabilities, enforces: ['enabled', 'disabled']})},
    })
    expect(await outcome(() => act(bench, request, weaker))).toBe('PLAN_MOVED')
    expect(bench.app.ledger.size).toBe(before)
    expect(await atProvider(name)).toBe('enabled')
  })

  test('cannot hold it to reading only: that is recorded, what it does enforce is tried, and nothing more is claimed', async () => {
    const name = await key()
    const planned = plan(name, 'deactivate')
    const change = {...planned.plan.change, enforced: false}
    const request = await approved(bench, {...planned, plan: {...planned.plan, change}})
    await act(bench, request, other({life: {setAvailability: () => Promise.resolve('enabled')}}))
    expect([versionOf(bench, name).state, versionOf(bench, name).enforced, proof(name)]).toEqual([
      'deactivated',
      'enabled',
      'recorded',
    ])
    expect(keyDocument(bench.app.ledger, keyOf(name)).versions[0]).toMatchObject({
      enforced: 'enabled',
      recorded: 'historic',
    })
  })
})

describe('between intent and outcome', () => {
  test.each(['before the act', 'after the act', 'while it is tried'])(
    'a run that dies %s is finished by the next, and nothing is done twice',
    async (when) => {
      const name = await key()
      const request = await approved(bench, plan(name, 'suspend'))
      const before = bench.app.ledger.size
      const dies = (): Promise<never> => Promise.reject(new TypeError('the power'))
      const dying = other(
        when === 'before the act'
          ? {life: {setAvailability: dies}}
          : when === 'after the act'
            ? {
                life: {
                  setAvailability: async (ref, availability) => {
                    await real.life.setAvailability(ref, availability)
                    return dies()
                  },
                },
              }
            : {use: {sign: dies}},
      )
      await expect(act(bench, request, dying)).rejects.toThrow(TypeError)
      expect(typesSince(bench, before)).toEqual(['key.state.intended'])
      expect(keyDocument(bench.app.ledger, keyOf(name)).indeterminate).toHaveLength(1)
      await act(bench, request)
      expect(typesSince(bench, before)).toEqual(['key.state.intended', 'key.state.changed'])
      expect([versionOf(bench, name).state, await atProvider(name), proof(name)]).toEqual([
        'suspended',
        'disabled',
        'proven',
      ])
      expect(await outcome(() => act(bench, request))).toBe('ok')
      expect(typesSince(bench, before)).toHaveLength(2)
    },
  )

  test('what one person began comes first: another approval is told by which entry, and done after it', async () => {
    const name = await key()
    const suspend = await approved(bench, plan(name, 'suspend'))
    const compromise = await approved(bench, plan(name, 'compromise'))
    await expect(
      act(bench, suspend, other({life: {setAvailability: () => Promise.reject(new TypeError('the power'))}})),
    ).rejects.toThrow(TypeError)
    expect(await outcome(() => act(bench, compromise))).toBe('INDETERMINATE')
    await act(bench, suspend)
    // That it is compromised holds whatever became of it meanwhile.
    await act(bench, compromise)
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['compromised', 'disabled'])
  })

  test('what may still be done, and not from the state that was approved, is asked anew: PLAN_MOVED', async () => {
    const name = await key()
    const deactivate = await approved(bench, plan(name, 'deactivate'))
    await moved(bench, name, 'suspend')
    expect(await outcome(() => act(bench, deactivate))).toBe('PLAN_MOVED')
    expect([versionOf(bench, name).state, await atProvider(name)]).toEqual(['suspended', 'disabled'])
  })

  test('of two at once one wins, and the other is told since when and by which entry it is so', async () => {
    const name = await key()
    const [first, second] = [
      await approved(bench, plan(name, 'suspend')),
      await approved(bench, plan(name, 'deactivate')),
    ]
    await act(bench, second)
    const {changedAt, changedBy} = versionOf(bench, name)
    await expect(act(bench, first)).rejects.toMatchObject({
      code: 'KEY_STATE',
      message: `cannot suspend key "${name}": it is deactivated since ${changedAt} (entry ${changedBy})`,
      changed: false,
    })
    expect(await atProvider(name)).toBe('historic')
  })
})

function keyOf(name: string) {
  const found = bench.app.ledger.of(keysFold).keys.get(name)
  if (found === undefined) throw new Error(`there is no key ${name}`)
  return found
}
