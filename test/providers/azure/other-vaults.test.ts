/**
 * What published emulators of Key Vault (lowkey-vault, those of james-gould and calvinchengx) answer otherwise than Azure, as their sources have it, one
 * difference at a time on the stand-in: each act goes on as at Azure, or is refused with a code; nothing is called disabled, gone or free that is not.
 */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Quirk} from '../../standins/azure/quirks.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {intent, outcome, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const SLOW = process.env['SLOW'] === '1'
const until = new Date(Math.floor(Date.now() / 1000 + 9e6) * 1000)

type Life = Readonly<Record<string, string>>
const usual: Life = {
  ...{made: 'true', signed: 'true', dated: 'true', schedule: 'ok', disabled: 'disabled'},
  ...{'told disabled': 'disabled', used: 'KEY_STATE', 'its name': 'KEY_EXISTS', enabled: 'enabled'},
  ...{'signs again': 'true', found: 'one', 'backed up': 'ok', rotated: 'ok', 'once more': 'KEY_EXISTS'},
  ...{listed: '2', deleted: 'ok', 'told deleted': 'destruction-pending', recovered: 'disabled', purged: 'ok'},
  gone: 'undefined',
}

/** What differs then, by the act that it shows in. */
const rows: readonly (readonly [Quirk, Life])[] = [
  // What is purged is looked at first, and there is nothing to be looked at.
  ['hides-disabled', {purged: 'UNSUPPORTED', gone: 'destruction-pending'}],
  ['attributes-alone', {}],
  ['lists-repeat', {}],
  ['refuses-disabled', {purged: 'UNSUPPORTED', gone: 'destruction-pending'}],
  ['only-7-6', {}],
  ['no-inner', {}],
  ['zero-dates', {}],
  ['versions-404', {}],
  ['policy-404', {}],
  ['policy-501', {schedule: 'UNSUPPORTED'}],
  // A failure of the service proves no state of a key.
  ['breaks-on-disabled', {used: 'PROVIDER_UNREACHABLE'}],
  ['resets-others', {}],
  ['private-half', {}],
  ['pages-by-path', {}],
  ['other-blob', {'backed up': 'PROVIDER_FAILED'}],
  // A status alone does not say whose fault it is.
  ['html-errors', {used: 'CREDENTIALS_REFUSED'}],
  ['empty-errors', {used: 'CREDENTIALS_REFUSED'}],
  ['broken-errors', {used: 'CREDENTIALS_REFUSED'}],
  ['no-dates', {}],
  ['no-recovery', {purged: 'UNSUPPORTED', gone: 'disabled'}],
]

/** With these nothing is made, and nothing is asked for that would make it. */
const refused: readonly (readonly [Quirk, RegExp])[] = [
  ['flat-400', /cannot look at key/],
  ['pages-elsewhere', /the list goes on at https:\/\/standin\.vault\.azure\.net/],
  ['no-deleted-keys', /no such path/],
]

describe('a vault of others', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('vault', 'purgeable')
    box.open = await openVault(placeOf(box.standin, 'vault'), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const under = async <T>(quirks: readonly Quirk[], work: () => Promise<T>): Promise<T> => {
    await standin().ask({quirks, keysOnPage: 1})
    try {
      return await work()
    } finally {
      await standin().ask({quirks: [], keysOnPage: 25})
    }
  }
  /** What an act gives, or the code that it is refused with. */
  const said = async (act: () => Promise<unknown>): Promise<string> => {
    let given = 'ok'
    const code = await outcome(async () => {
      const value = await act()
      if (typeof value === 'string') given = value
      if (typeof value === 'boolean' || typeof value === 'number') given = String(value)
    })
    return code === 'ok' ? given : code
  }

  async function life(): Promise<Life> {
    const {store, use, life: change, schedule, keyBackups} = open()
    const [spec, made, text] = [specOf('ec-p256'), intent(), Buffer.from('x')]
    let ref = {key: spec.label, version: 'none'}
    const signs = async (): Promise<boolean> => use.verify(ref, text, await use.sign(ref, text))
    const told = async (): Promise<string> => (await store.describe(ref))?.availability ?? 'undefined'
    const seen: Record<string, string> = {}
    const acts: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['made', async () => (ref = await store.create(spec, made)).key === spec.label],
      ['signed', signs],
      [
        'dated',
        async () => (await change.setDates?.(ref, {from: null, until}))?.until?.getTime() === until.getTime(),
      ],
      ['schedule', async () => schedule?.read(ref.key)],
      ['disabled', () => change.setAvailability(ref, 'disabled')],
      ['told disabled', told],
      ['used', async () => use.sign(ref, text)],
      ['its name', () => store.create(spec, intent())],
      ['enabled', () => change.setAvailability(ref, 'enabled')],
      ['signs again', signs],
      ['found', async () => (await store.find(made, [])).kind],
      ['backed up', async () => keyBackups?.take(ref.key)],
      ['rotated', async () => change.rotate(ref.key, (again = intent()))],
      ['once more', () => change.rotate(ref.key, again)],
      [
        'listed',
        async () => {
          let count = 0
          for await (const one of store.list()) if (one.ref.key === ref.key) count++
          return count
        },
      ],
      [
        'deleted',
        async () => {
          ref = await store.create(specOf('ec-p256'), intent())
          await change.scheduleDestruction(ref, 90)
        },
      ],
      ['told deleted', told],
      ['recovered', () => change.cancelDestruction(ref)],
      [
        'purged',
        async () => {
          await change.scheduleForPurge?.(ref)
          await change.purge?.(ref)
        },
      ],
      ['gone', told],
    ]
    for (const [name, act] of acts) seen[name] = await said(act)
    return seen
  }
  let again = intent()

  for (const [quirk, differs] of SLOW ? rows : rows.slice(0, 4))
    testWith(
      'openssl',
      `that differs by ${quirk}: each act goes on as at Azure, or is refused, and nothing is called what it is not`,
      async () => {
        expect(await under([quirk], life)).toEqual({...usual, ...differs})
      },
      120_000,
    )

  for (const [quirk, words] of refused)
    testWith('openssl', `that differs by ${quirk} is refused before a key is made`, async () => {
      await open().store.create(specOf('ec-p256'), intent())
      await open().store.create(specOf('ec-p256'), intent())
      await under([quirk], async () => {
        await standin().ask({})
        await expect(open().store.create(specOf('ec-p256'), intent())).rejects.toMatchObject({
          code: 'PROVIDER_FAILED',
          message: expect.stringMatching(words),
        })
        expect((await standin().ask({})).map(({operation}) => operation)).not.toContain('create')
      })
    })

  testWith('openssl', 'that gives out private halves is said to protect nothing', async () => {
    const ref = await open().store.create(specOf('ec-p256'), intent())
    const told = await under(['private-half'], () => open().evidence.protection(ref))
    expect(told).toMatchObject({level: 'software', detail: expect.stringMatching(/GIVES OUT ITS PRIVATE/)})
  })

  testWith(
    'openssl',
    'that makes without an HSM what was asked for in one, or makes none, is not relied on',
    async () => {
      const place = {...placeOf(standin(), 'vault'), protection: 'hsm'} as const
      const hard = await openVault(place, 'keyrite/test')
      try {
        const made = under(['software-only'], () => hard.store.create(specOf('ec-p256'), intent()))
        await expect(made).rejects.toMatchObject({
          code: 'KEY_NOT_AS_PLANNED',
          changed: true,
          message: expect.stringMatching(
            /EC-HSM was asked for, and the service made EC, version [0-9a-f]{32}/,
          ),
        })
        const none = under(['refuses-hsm'], () => outcome(hard.store.create(specOf('ec-p256'), intent())))
        expect(await none).toBe('PROVIDER_FAILED')
      } finally {
        await hard.close()
      }
    },
  )

  testWith(
    'openssl',
    'that says otherwise who gives out its tokens is opened, or refused with what is missing; so is one whose authority nobody trusts',
    async () => {
      const opened = (over: object = {}) =>
        outcome(async () => {
          await (await openVault({...placeOf(standin(), 'vault'), ...over}, 'keyrite/test')).close()
        })
      expect(await under(['challenge-of-path'], opened)).toBe('ok')
      expect(await under(['bare-challenge'], opened)).toBe('PROVIDER_FAILED')
      await expect(
        openVault({...placeOf(standin(), 'vault'), caFile: null}, 'keyrite/test'),
      ).rejects.toMatchObject({
        code: 'PROVIDER_UNREACHABLE',
        message: expect.stringMatching(/its certificate is of no authority that is trusted here/),
      })
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
