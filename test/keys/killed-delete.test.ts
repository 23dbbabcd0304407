/**
 * What is destroyed in a key ring of Google's, as the stand-in has it, deleted there: keyrite is killed at each call of the provider, or the answer to
 * each call of the service is lost. The same work again ends it: no version is lost sight of, and none is deleted twice.
 */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {keysFold, planDelete, planDestroy, planStandby, type Key, type Planned} from '../../src/keys/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {problemsOf} from '../ceremony/room.ts'
import {makeClocked, type Clocked} from '../commands/rotated.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {outcome} from '../providers/support.ts'
import {makeKey} from '../support/ledger.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {dies} from './killed-child.ts'
import {workOn} from './killed-work.ts'
import {approved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'
/** Beyond the wait of Google’s own that the profile asks for, and of the policy. */
const waited = 31

interface Row {
  /** Which version, or the whole key. */
  readonly version: number | null
  /** How often each is to be deleted at the service, all in all. */
  readonly deeds: Readonly<Record<string, number>>
  /** By version: whether it is deleted at the end. */
  readonly deleted: readonly boolean[]
}
const rows: Readonly<Record<string, Row>> = {
  'a whole key': {
    ...{version: null, deleted: [true, true]},
    deeds: {deleteCryptoKeyVersion: 2, deleteCryptoKey: 1},
  },
  'one version': {version: 2, deeds: {deleteCryptoKeyVersion: 1}, deleted: [false, true]},
}

/** A key that is destroyed, and the request to delete it. */
interface Doomed {
  readonly name: string
  readonly id: string
}

describe('deleting at Google’s like, broken off', () => {
  const box: {clocked?: Clocked; standin?: Standin} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  const standin = (): Standin => box.standin ?? missing()
  const days = async (count: number): Promise<void> => {
    clocked().days(count)
    await standin().ask({forward: count * 86_400_000})
  }
  const using = <T>(work: (app: App) => Promise<T>): Promise<T> => clocked().house.using(work)
  let count = 0

  beforeAll(async () => {
    if (!has('openssl')) return
    box.clocked = await makeClocked()
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = box.standin
    await box.standin.ask({forward: 30 * 86_400_000})
    const place = ['--kind', 'gcp', '--environment', 'test', '--key-ring', ring, '--endpoint', endpoint]
    const rest = ['--credentials-file', credentials, '--ca-file', ca, '--destroy-days', '30']
    const args = ['ring', ...place, ...rest, '--as', 'alice', ...clocked().signs('alice', 'bob', 'carol')]
    expect(await runJson(ProfileAdd, 'profile add', args, clocked().house.world)).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    await box.standin?.stop()
    if (box.clocked === undefined) return
    expect(problemsOf(box.clocked.house)).toEqual([])
    box.clocked.house.remove()
  })

  /** What everybody approved, done as far as it goes today. */
  const work = async (app: App, planned: Planned): Promise<string> => {
    const {id} = await approved({made: clocked().house, app}, planned)
    await workOn(app, contextFor(app, null), id)
    return id
  }

  /** Keys of two versions, both destroyed at their place, each with what everybody approved of its deletion. */
  async function destroyed(version: number | null, howMany: number): Promise<readonly Doomed[]> {
    const ending = {waitDays: 30, graceDays: 0, order: null, due: null, scheduleOnly: false}
    const begun = await using(async (app) => {
      const {ledger} = app
      const all = []
      for (let at = 0; at < howMany; at++) {
        const name = `over-${(count += 1)}`
        await makeKey(app, clocked().house.founders, {name, profile: 'ring'})
        await work(app, planStandby(ledger.view, name))
        const ids = []
        for (const one of [2, 1]) {
          const wish = {...ending, key: name, version: one}
          ids.push(await work(app, planDestroy(ledger.view, wish, ledger.time.toISOString())))
        }
        all.push({name, ids})
      }
      return all
    })
    await days(waited)
    return using(async (app) => {
      const all = []
      for (const {name, ids} of begun) {
        for (const one of ids) await workOn(app, contextFor(app, null), one)
        expect(keyIn(app, name).versions.map(({state}) => state)).toEqual(['destroyed', 'destroyed'])
        const planned = planDelete(app.ledger.view, name, version)
        all.push({name, id: (await approved({made: clocked().house, app}, planned)).id})
      }
      return all
    })
  }

  /** Another one, of those that were made at once. */
  function supply({version}: Row): () => Promise<Doomed> {
    const left: Doomed[] = []
    return async () => {
      if (left.length === 0) left.push(...(await destroyed(version, SLOW ? 12 : 1)))
      await standin().ask({})
      return left.pop() ?? missing()
    }
  }

  /** Ends it, and looks at the ledger and at the service. @param seen - what the service was asked before. */
  async function ends(row: Row, {name, id}: Doomed, seen: readonly string[]): Promise<void> {
    await using(async (app) => {
      await workOn(app, contextFor(app, null), id)
      const {versions} = keyIn(app, name)
      expect(app.ledger.of(keysFold).open.size).toBe(0)
      expect(versions.map(({deletedAt}) => typeof deletedAt === 'string')).toEqual(row.deleted)
      const asked = [...seen, ...(await standin().ask({})).map(({operation}) => operation)]
      expect(deedsOf(asked)).toEqual(row.deeds)
      const {deletion} = await app.provider('ring')
      for (const [at, {ref}] of versions.entries())
        expect([ref.version, await deletion?.isGone(ref)]).toEqual([ref.version, row.deleted[at]])
      await standin().ask({})
    })
  }

  for (const [what, row] of Object.entries(rows)) {
    if (!SLOW && row.version !== null) continue
    testWith(
      'openssl',
      `${what}: killed at each call of the provider, it is ended by the same work`,
      async () => {
        let killed = 0
        const next = supply(row)
        for (const when of SLOW ? (['before', 'after'] as const) : (['after'] as const))
          for (let nth = SLOW ? 1 : 2; SLOW || nth < 3; nth++) {
            const one = await next()
            const at = clocked().now().toISOString()
            const called = dies(clocked().house.world, {work: one.id, nth, when, at})
            if (called === null) killed++
            const seen = (await standin().ask({})).map(({operation}) => operation)
            await using(async (app) => {
              // Not lost sight of: what is begun stands open, and the ledger has both versions as they were.
              const {open} = app.ledger.of(keysFold)
              const {versions} = keyIn(app, one.name)
              if (called === null && deedsOf(seen) !== undefined)
                expect([nth, when, open.size, versions.length]).toEqual([nth, when, 1, 2])
            })
            await ends(row, one, seen)
            if (called !== null) break
          }
        expect(killed).toBeGreaterThan(SLOW ? 4 : 0)
      },
      1_800_000,
    )

    testWith(
      'openssl',
      `${what}: where the answer to any call is lost, it is ended by the same work`,
      async () => {
        let lost = 0
        const next = supply(row)
        for (let skip = SLOW ? 0 : 2; SLOW || skip < 3; skip++) {
          const one = await next()
          await standin().ask({faults: [{method: '*', fault: 'cut', times: 1, skip}]})
          const came = await using((app) => outcome(workOn(app, contextFor(app, null), one.id)))
          const seen = (await standin().ask({faults: []})).map(({operation}) => operation)
          expect([skip, came]).toEqual([skip, expect.stringMatching(/^(ok|PROVIDER_UNREACHABLE)$/)])
          await ends(row, one, seen)
          if (seen.length <= skip) break
          lost++
        }
        expect(lost).toBeGreaterThan(SLOW ? 4 : 0)
      },
      1_800_000,
    )
  }

  function keyIn(app: App, name: string): Key {
    return app.ledger.of(keysFold).keys.get(name) ?? missing()
  }
})

/** How often each kind of deletion was asked for; undefined where none was. */
function deedsOf(asked: readonly string[]): Readonly<Record<string, number>> | undefined {
  const deeds: Record<string, number> = {}
  for (const one of asked) if (one.startsWith('delete')) deeds[one] = (deeds[one] ?? 0) + 1
  return Object.keys(deeds).length === 0 ? undefined : deeds
}

function missing(): never {
  throw new Error('it is not there')
}
