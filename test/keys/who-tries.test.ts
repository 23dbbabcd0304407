import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {Secret} from '../../src/base/secret.ts'
import {judgedRefusal, proveKey, tryerInWords, tryerOf} from '../../src/keys/index.ts'
import {profilesFold} from '../../src/profiles/index.ts'
import type {KeyUse, Provider} from '../../src/providers/ports.ts'
import {planProfile, recordProfile, type Place} from '../../src/ui/add-profile.ts'
import {planRemoval} from '../../src/ui/remove-profile.ts'
import {outcome, verified} from '../ledger/support.ts'
import {contextOf, planned, type Context} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal, pin} from '../support/profile.ts'

let made: TestLedger
let app: App
// The profile `main` and its prover `tries` are one place.
beforeAll(async () => {
  made = await makeLedger({people: 3})
  app = made.open()
  await addLocal(app, 'tries')
  await addLocal(app, 'elsewhere')
  await add('main', 'tries')
  await makeKey(app, made.founders, {name: 'payments', profile: 'main', activate: false})
  await makeKey(app, made.founders, {name: 'alone', profile: 'tries', activate: false})
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const token = (name: string): string => join(made.world.home, 'tokens', `${name}.token`)

/** One more profile, on the token of another. */
async function add(
  name: string,
  prover: string | null,
  on = 'tries',
  environment: Place['environment'] = 'test',
) {
  const settings = {path: token(on)}
  const place: Place = {name, kind: 'local', environment, settings, prover, pinFile: undefined}
  const plan = await planProfile(app, place, new Secret(Buffer.from(pin)))
  await recordProfile(app, place, plan, null)
}

/** As if the identity of this profile might administer keys and not use them. */
function deniedTo(profile: string, code: ErrorCode = 'CREDENTIALS_REFUSED'): Context {
  const denied = (): Promise<never> =>
    Promise.reject(new KeyriteError(code, 'cannot sign: this identity may not'))
  const context = contextOf(app)
  return {
    ...context,
    provider: async (name) => {
      const provider = await context.provider(name)
      return name === profile
        ? {...provider, use: {...provider.use, sign: denied, decrypt: denied}}
        : provider
    },
  }
}

const entries = (type: string) =>
  Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)).filter(
    (entry) => entry?.type === type,
  )

describe('who tries what keys do', () => {
  test('is the prover, which may use keys; the administrator, which may not, is never asked to', async () => {
    expect(tryerOf(app.ledger.view, 'main')).toBe('tries')
    expect(await outcome(() => proveKey({...deniedTo('main'), approved: 0}, 'payments', 1))).toBe('ok')
    expect(planned(app, {profile: 'main', name: 'more'}).plan.rests).toContain(
      'what its keys do is tried by profile "tries"',
    )
    expect(tryerInWords(app.ledger.view, 'tries')).toBe('what its keys do is tried by profile "tries" itself')
  })

  test('proves nothing where it is not permitted to use the key: said, recorded, and the key stays as it was', async () => {
    const before = entries('key.tried').length
    await expect(proveKey({...deniedTo('tries'), approved: 0}, 'alone', 1)).rejects.toMatchObject({
      code: 'NOT_PROVEN',
      exit: 9,
      message: expect.stringMatching(/profile "tries" may not use it, which says nothing of the key/),
    })
    expect(entries('key.tried')).toHaveLength(before)
    expect(entries('key.try.failed').at(-1)?.data).toMatchObject({key: 'alone', code: 'NOT_PROVEN'})
  })

  test('leaves it open where the network failed: the next run tries again', async () => {
    const failed = entries('key.try.failed').length
    const cut = {...deniedTo('tries', 'PROVIDER_UNREACHABLE'), approved: 0}
    expect(await outcome(() => proveKey(cut, 'payments', 1))).toBe('PROVIDER_UNREACHABLE')
    expect(entries('key.try.failed')).toHaveLength(failed)
    const intents = entries('key.try.intended').length
    expect(await outcome(() => proveKey({...contextOf(app), approved: 0}, 'payments', 1))).toBe('ok')
    expect(entries('key.try.intended')).toHaveLength(intents)
  })

  test('says of each call which announced intent it is a probe of', async () => {
    const context = contextOf(app)
    const marked: string[] = []
    const watched: Context = {
      ...context,
      provider: async (name) => {
        const provider = await context.provider(name)
        const signs = (intent: string): KeyUse => ({
          ...provider.use,
          sign: (ref, message) => {
            marked.push(`${name} ${intent}`)
            return provider.use.sign(ref, message)
          },
        })
        const probing = (intent: string): Provider => ({...provider, use: signs(intent)})
        return {...provider, probing}
      },
    }
    await proveKey({...watched, approved: 0}, 'payments', 1)
    const announced = entries('key.try.intended').at(-1)?.data['intent']
    expect(marked).toEqual([`tries ${typeof announced === 'string' ? announced : ''}`])
  })

  test.each<[ErrorCode, string]>([
    ['KEY_STATE', 'rightly'],
    ['CREDENTIALS_REFUSED', 'not-proven'],
    ['NETWORK', 'not-proven'],
    ['PROVIDER_UNREACHABLE', 'not-proven'],
    ['PROVIDER_FAILED', 'not-proven'],
    ['UNSUPPORTED', 'not-proven'],
  ])('takes a refusal with %s for: %s', (code, judged) => {
    expect(judgedRefusal({code})).toBe(judged)
  })
})

describe('a prover', () => {
  test('is a profile of the same place, that has none itself', async () => {
    expect(await outcome(() => add('more', 'nowhere'))).toBe('USAGE')
    expect(await outcome(() => add('more', 'elsewhere'))).toBe('USAGE')
    expect(await outcome(() => add('more', 'main'))).toBe('USAGE')
    expect(await outcome(() => add('more', 'more'))).toBe('USAGE')
    expect([...app.ledger.of(profilesFold).profiles.keys()]).toEqual(['tries', 'elsewhere', 'main'])
  })

  test('is not removed while another profile names it', async () => {
    const {profiles} = app.ledger.of(profilesFold)
    const [tries, main] = [profiles.get('tries'), profiles.get('main')]
    if (tries === undefined || main === undefined) throw new Error('they were added')
    expect(await outcome(async () => planRemoval(app, tries))).toBe('PROFILE_IN_USE')
    expect(await outcome(async () => planRemoval(app, main))).toBe('ok')
  })

  test.each(['nowhere', 'main', 'elsewhere'])(
    'that is none ("%s") has no effect, whoever wrote the entry',
    async (prover) => {
      const main = app.ledger.of(profilesFold).profiles.get('main')
      if (main === undefined) throw new Error('it was added')
      const {kind, environment, identity} = main
      const data = {name: 'forged', kind, environment, identity: {...identity}, prover, generation: 9}
      const entry = {type: 'profile.added', data, actor: contextOf(app).actor, approved: 0}
      await expect(app.ledger.append([entry])).rejects.toThrow(/prover|try its keys|tried by|another place/)
    },
  )
})
