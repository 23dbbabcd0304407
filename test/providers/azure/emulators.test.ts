/** What emulators of other people do otherwise than Azure, one difference at a time, on the stand-in: what goes on, and what is refused, by its code. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Quirk} from '../../standins/azure/quirks.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, outcome, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

describe('an emulator of Key Vault', () => {
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
    await standin().ask({quirks})
    try {
      return await work()
    } finally {
      await standin().ask({quirks: []})
    }
  }
  /** What a key goes through, and what came of each. */
  async function life(): Promise<Readonly<Record<string, string>>> {
    const {store, use, life: change} = open()
    const [ref, made, text] = [await enabled(open(), specOf('ec-p256')), intent(), Buffer.from('x')]
    const said = {
      signed: String(await use.verify(ref, text, await use.sign(ref, text))),
      disabled: await change.setAvailability(ref, 'disabled'),
      used: await outcome(use.sign(ref, text)),
      'nothing found': (await store.find(intent(), [])).kind,
      rotated: await outcome(change.rotate(ref.key, made)),
      'once more': await outcome(change.rotate(ref.key, made)),
      listed: await outcome(
        (async () => {
          for await (const one of store.list()) if (one.ref.key === ref.key) JSON.stringify(one)
        })(),
      ),
    }
    return said
  }
  const usual = {
    ...{signed: 'true', disabled: 'disabled', used: 'KEY_STATE', 'nothing found': 'none'},
    ...{rotated: 'ok', 'once more': 'KEY_EXISTS', listed: 'ok'},
  }

  for (const quirk of ['no-dates', 'no-recovery', 'other-host', 'no-next-link'] as const)
    testWith('openssl', `that differs by ${quirk} keeps keys as Azure does`, async () => {
      expect(await under([quirk], life)).toEqual(usual)
    })

  testWith('openssl', 'that asks nobody who they are is no place for keys', async () => {
    const opened = () => openVault(placeOf(standin(), 'vault'), 'keyrite/test')
    expect(await under(['no-challenge'], () => outcome(opened()))).toBe('PROVIDER_FAILED')
  })

  testWith('openssl', 'that names who gives out tokens by another word is used as Azure is', async () => {
    const used = await under(['challenge-by-uri'], async () => {
      const other = await openVault(placeOf(standin(), 'vault'), 'keyrite/test')
      try {
        const ref = await other.store.create(specOf('ec-p256'), intent())
        return (await other.store.describe(ref))?.ref
      } finally {
        await other.close()
      }
    })
    expect(used).toMatchObject({key: expect.any(String)})
  })

  testWith(
    'openssl',
    'that keeps nothing of what is deleted is refused before a key is made there',
    async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      const said = await under(['no-deleted-keys'], () => outcome(open().store.create(spec, made)))
      expect(said).toBe('PROVIDER_FAILED')
      expect(await open().store.find(made, [])).toEqual({kind: 'none'})
    },
  )

  testWith('openssl', 'that keeps no tags is not asked twice for one key, whose name is taken', async () => {
    await under(['no-tags'], async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      expect(await outcome(open().store.create(spec, made))).toBe('ok')
      expect(await outcome(open().store.create(spec, made))).toBe('KEY_EXISTS')
    })
  })

  testWith('openssl', 'whose yes is another one is not believed, and what it made is found', async () => {
    const [spec, made] = [specOf('ec-p256'), intent()]
    expect(await under(['created-201'], () => outcome(open().store.create(spec, made)))).not.toBe('ok')
    expect(await open().store.find(made, [])).toMatchObject({kind: 'one'})
  })

  testWith(
    'openssl',
    'whose words for kinds of keys are others makes none that keyrite would use',
    async () => {
      const ref = await open().store.create(specOf('ec-p256'), intent())
      await under(['lower-case'], async () => {
        expect(await outcome(open().use.sign(ref, Buffer.from('x')))).toBe('KEY_NOT_FOUND')
        expect(await outcome(open().life.setAvailability(ref, 'disabled'))).toBe('KEY_NOT_FOUND')
      })
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
