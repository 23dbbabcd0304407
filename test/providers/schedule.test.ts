/** The provider's own schedule of rotation, on our stand-ins: read, refused, set, acting when their clocks are moved. AWS: aws/service.test.ts. */
import {describe, expect} from '@jest/globals'
import {openVault} from '../../src/providers/azure/index.ts'
import {openKeyRing} from '../../src/providers/gcp/index.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {
  noTerms,
  scheduleDifferences,
  type KeySchedule,
  type ScheduleTerms,
} from '../../src/providers/schedule.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {needing, testWhen, testWith} from '../support/needs.ts'
import {placeOf} from './azure/place.ts'
import {startStandin as startAzure, type Standin as AzureStandin} from './azure/standin.ts'
import {startStandin as startGoogle} from './gcp/standin.ts'
import {openAs, openbao, placeOf as transitPlace, startTransit} from './transit/bao.ts'
import {all, enabled, intent, none, outcome, specOf} from './support.ts'

interface Box {
  provider?: Provider
  standin?: {ask?(wish: {forward: number}): Promise<unknown>; stop(): Promise<void>}
}

const dayMs = 86_400_000
const unset = {...noTerms, next: null, notes: []}
const terms = (over: Partial<ScheduleTerms>): ScheduleTerms => ({...noTerms, ...over})

/** @param hooks - of what its place needs of the machine. */
function opened(start: (box: Box) => Promise<void>, hooks = needing('openssl')) {
  const box: Box = {}
  hooks.beforeAll(async () => start(box))
  hooks.afterAll(async () => {
    await box.provider?.close()
    await box.standin?.stop()
  })
  const provider = (): Provider => box.provider ?? missing()
  return {
    provider,
    schedule: (): KeySchedule => provider().schedule ?? missing(),
    forward: async (days: number) => box.standin?.ask?.({forward: days * dayMs}),
    async versions(key: string): Promise<readonly VersionRef[]> {
      return (await all(provider().store)).filter(({ref}) => ref.key === key).map(({ref}) => ref)
    },
  }
}

describe('the rotation period of Google Cloud KMS', () => {
  const here = opened(async (box) => {
    const standin = await startGoogle()
    const {ring, endpoint, credentials, ca} = standin
    box.standin = standin
    box.provider = await openKeyRing(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'keyrite/test',
    )
  })

  testWith('openssl', 'is read, set, seen to act, and taken away', async () => {
    const first = await enabled(here.provider(), specOf('aes-256'))
    expect(await here.schedule().read(first.key)).toEqual(unset)
    const set = await here.schedule().set(first.key, terms({everyDays: 90}))
    expect(set).toMatchObject({everyDays: 90, next: expect.any(Date)})
    expect(await here.schedule().read(first.key)).toEqual(set)
    await here.forward(181)
    expect(await here.versions(first.key)).toHaveLength(3)
    // What the key encrypts with is the newest one, as Google makes it primary by itself.
    const sealed = await here.provider().use.encrypt({...first, version: '3'}, Buffer.from('x'), none)
    expect(await outcome(here.provider().use.decrypt({...first, version: '3'}, sealed, none))).toBe('ok')
    expect(await here.schedule().set(first.key, noTerms)).toEqual(unset)
    await here.forward(400)
    expect(await here.versions(first.key)).toHaveLength(3)
  })

  testWith('openssl', 'a version that it made is not taken for one that keyrite meant', async () => {
    const first = await enabled(here.provider(), specOf('aes-256'))
    await here.schedule().set(first.key, terms({everyDays: 1}))
    await here.forward(2)
    expect(await here.provider().store.find(intent(), [first])).toEqual({kind: 'none'})
    expect(await here.provider().store.describe({...first, version: '2'})).toMatchObject({intent: null})
  })

  testWith('openssl', 'what Google does not do is refused before it is asked', async () => {
    const key = await enabled(here.provider(), specOf('aes-256'))
    const pair = await enabled(here.provider(), specOf('ec-p256'))
    for (const everyDays of [0, -1, 1.5, 36_501])
      expect(await outcome(here.schedule().set(key.key, terms({everyDays})))).toBe('UNSUPPORTED')
    expect(await outcome(here.schedule().permit(key.key, terms({expireAfterDays: 90})))).toBe('UNSUPPORTED')
    expect(await outcome(here.schedule().read(pair.key))).toBe('UNSUPPORTED')
    expect(await outcome(here.schedule().read('nothing-here'))).toBe('KEY_NOT_FOUND')
    expect(await here.schedule().read(key.key)).toEqual(unset)
  })
})

describe.each(['vault', 'hsm'] as const)('the rotation policy of Azure, in a stand-in as %s', (kind) => {
  const here = opened(async (box) => {
    const standin: AzureStandin = await startAzure(kind)
    box.standin = standin
    box.provider = await openVault(placeOf(standin, kind), 'keyrite/test')
  })
  // Rotate 30 days before the end, an end after 90 days; a vault also tells somebody the day after.
  const wanted = terms({
    beforeExpiryDays: 30,
    expireAfterDays: 90,
    notifyBeforeExpiryDays: kind === 'vault' ? 29 : null,
  })

  testWith('openssl', 'is read, set, and waits for a version that has an end', async () => {
    const first = await enabled(here.provider(), specOf('ec-p256'))
    expect(await here.schedule().read(first.key)).toEqual(unset)
    const set = await here.schedule().set(first.key, wanted)
    expect(scheduleDifferences(wanted, set)).toEqual([])
    expect(set.next).toBeNull()
    expect(set.notes).toContain('The newest version has no end: nothing rotates before one that has is made.')
    await here.forward(400)
    expect(await here.versions(first.key)).toHaveLength(1)
    // A vault adds a notice of its own to every policy, and takes it from none: it is said, and no term that somebody set.
    for (const one of [terms({everyDays: 60}), noTerms]) {
      const {notes, ...said} = await here.schedule().set(first.key, one)
      expect(scheduleDifferences(one, said)).toEqual([])
      expect(notes.some((note) => note.startsWith('A vault adds a notice'))).toBe(kind === 'vault')
    }
    // Where it would tell somebody it is a term, whoever set it.
    const ending = terms({everyDays: 60, expireAfterDays: 90})
    expect(scheduleDifferences(ending, await here.schedule().set(first.key, ending))).toEqual(
      kind === 'vault' ? [{term: 'notifyBeforeExpiryDays', wanted: null, found: 30}] : [],
    )
  })

  testWith('openssl', 'acts when its time has come, and what it made is nobody’s intent twice', async () => {
    const [made, spec] = [intent(), specOf('ec-p256')]
    const first = await here.provider().store.create(spec, made)
    const set = await here.schedule().set(first.key, terms({everyDays: 60, expireAfterDays: 90}))
    expect(set.next).toBeInstanceOf(Date)
    await here.forward(121)
    expect(await here.versions(first.key)).toHaveLength(3)
    expect(await here.provider().store.find(made, [])).toEqual({kind: 'one', ref: first})
    expect(await here.schedule().set(first.key, wanted)).toMatchObject({next: expect.any(Date)})
  })

  testWith('openssl', 'what Azure does not do is refused before it is asked', async () => {
    const {key} = await enabled(here.provider(), specOf('ec-p256'))
    const refused: Partial<ScheduleTerms>[] = [
      {everyDays: kind === 'hsm' ? 27 : 6},
      {everyDays: 60, beforeExpiryDays: 30, expireAfterDays: 90},
      {beforeExpiryDays: 30},
      {beforeExpiryDays: 6, expireAfterDays: 90},
      {beforeExpiryDays: 89, expireAfterDays: 90},
      {expireAfterDays: 27},
      {notifyBeforeExpiryDays: 29},
      kind === 'hsm'
        ? {expireAfterDays: 90, notifyBeforeExpiryDays: 29}
        : {expireAfterDays: 90, notifyBeforeExpiryDays: 90},
      {everyDays: 30.5},
    ]
    for (const one of refused)
      expect([one, await outcome(here.schedule().permit(key, terms(one)))]).toEqual([one, 'UNSUPPORTED'])
    expect(await outcome(here.schedule().read('nothing-here'))).toBe('KEY_NOT_FOUND')
    expect(await here.schedule().read(key)).toEqual(unset)
  })
})

describe('the period of transit', () => {
  const here = opened(async (box) => {
    if (!openbao.present) return
    const bao: OpenBao = await startTransit({tls: true})
    box.standin = bao
    box.provider = await openAs(transitPlace(bao), 'root')
  }, needing([]))

  testWhen(
    openbao,
    'is read, set and taken away at OpenBao, and refused where it has no such thing',
    async () => {
      const {key} = await enabled(here.provider(), specOf('ec-p256'))
      expect(await here.schedule().read(key)).toEqual(unset)
      expect(await here.schedule().set(key, terms({everyDays: 30}))).toMatchObject({
        everyDays: 30,
        next: null,
      })
      expect(await here.schedule().read(key)).toMatchObject({everyDays: 30})
      expect(await outcome(here.schedule().permit(key, terms({expireAfterDays: 90})))).toBe('UNSUPPORTED')
      expect(await outcome(here.schedule().permit(key, terms({everyDays: 0})))).toBe('UNSUPPORTED')
      expect(await outcome(here.schedule().read('nothing'))).toBe('KEY_NOT_FOUND')
      expect(await here.schedule().set(key, noTerms)).toEqual(unset)
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
