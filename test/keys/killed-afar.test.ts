/** What a local token cannot do, killed at each call of a service: on our stand-in for AWS KMS, which AWS's own client is asked about. */
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {
  keysFold,
  planAlias,
  planCreate,
  planReplicate,
  planSchedule,
  type KeyWish,
  type Planned,
} from '../../src/keys/index.ts'
import type {App} from '../../src/app.ts'
import {noTerms} from '../../src/providers/schedule.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {awsStandin as place, type Standing} from '../incidents/places/places.ts'
import {makeKey} from '../support/ledger.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {dies} from './killed-child.ts'
import {workOn} from './killed-work.ts'
import {approved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'
const [home, away] = ['eu-central-1', 'eu-west-1'] as const
const secret = {algorithm: 'aes-256', purpose: 'encrypt', class: 'dek'} as const
const wish: KeyWish = {
  ...{name: '', profile: 'there', algorithm: 'ec-p256', scheme: null, purpose: 'sign', class: 'jwt-signing'},
  ...{classification: 'confidential', owner: 'x', consumers: [], parent: null, expires: null, activate: true},
}

interface Row {
  /** What is there before. */
  readonly first: (app: App, name: string) => Promise<void>
  readonly plan: (app: App, name: string) => Planned
  /** What must be so at the service. @param id - of the key there. */
  readonly there: (kms: KMS, id: string, name: string) => Promise<void>
}

describe('killed at a call of AWS’s like, the next run finds what happened, and nothing is done twice', () => {
  const box: {house?: House; there?: Standing; kms?: KMS} = {}
  const house = (): House => box.house ?? missing()
  const kms = (): KMS => box.kms ?? missing()
  let count = 0
  beforeAll(async () => {
    if (!place.need.present) return
    box.house = await makeHouse()
    box.there = await place.start(house())
    const flags = box.there.flags ?? []
    box.kms = new KMS({region: home, endpoint: flags[flags.indexOf('--endpoint') + 1] ?? ''})
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const args = ['there', '--environment', 'test', ...flags, '--replica-regions', away, '--as', 'alice']
    const added = await runJson(ProfileAdd, 'profile add', [...args, ...signs], house().world)
    expect(added).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    box.kms?.destroy()
    await box.there?.stop()
    if (box.house === undefined) return
    expect(problemsOf(house())).toEqual([])
    house().remove()
  })

  const make = (app: App, name: string, more: Partial<KeyWish> = {}): Promise<void> =>
    makeKey(app, house().founders, {name, profile: 'there', ...more})
  const standsFor = async (alias: string): Promise<string> =>
    (await kms().describeKey({KeyId: `alias/${alias}`})).KeyMetadata?.KeyId ?? ''
  const copiesOf = async (id: string): Promise<readonly (string | undefined)[]> => {
    const {KeyMetadata} = await kms().describeKey({KeyId: id})
    return (KeyMetadata?.MultiRegionConfiguration?.ReplicaKeys ?? []).map(({Region}) => Region)
  }

  const rows: Readonly<Record<string, Row>> = {
    alias: {
      async first(app, name) {
        await make(app, `${name}-old`, {alias: name})
        await make(app, name)
      },
      plan: ({ledger}, name) => planAlias(ledger.view, name, name, null),
      async there(_kms, id, name) {
        expect(await standsFor(name)).toBe(id)
      },
    },
    replicate: {
      first: make,
      plan: ({ledger}, name) => planReplicate(ledger.view, name, {regions: [away], primary: null}, null),
      async there(_kms, id) {
        expect(await copiesOf(id)).toEqual([away])
      },
    },
    schedule: {
      first: (app, name) => make(app, name, secret),
      plan: ({ledger}, name) => planSchedule(ledger.view, name, {...noTerms, everyDays: 90}),
      async there(client, id) {
        const status = await client.getKeyRotationStatus({KeyId: id})
        expect(status).toMatchObject({KeyRotationEnabled: true, RotationPeriodInDays: 90})
      },
    },
    'create with a copy and an alias': {
      first: () => Promise.resolve(),
      plan: ({ledger}, name) => planCreate(ledger.view, {...wish, name, regions: [away], alias: name}),
      async there(_kms, id, name) {
        expect([await standsFor(name), await copiesOf(id)]).toEqual([id, [away]])
      },
    },
  }

  for (const [what, row] of Object.entries(rows)) {
    if (!SLOW && what !== 'alias') continue
    testWhen(
      place.need,
      `key ${what}`,
      async () => {
        let killed = 0
        for (const when of SLOW ? (['before', 'after'] as const) : (['after'] as const))
          for (let nth = SLOW ? 1 : 3; SLOW || nth < 4; nth++) {
            const name = `key-${(count += 1)}`
            const work = await house().using(async (app) => {
              await row.first(app, name)
              return (await approved({made: house(), app}, row.plan(app, name))).id
            })
            const called = dies(house().world, {work, nth, when})
            if (called === null) killed++
            await house().using(async (app) => {
              await workOn(app, contextFor(app, null), work)
              const {keys, open} = app.ledger.of(keysFold)
              const [version, ...more] = keys.get(name)?.versions ?? []
              expect({nth, when, state: version?.state, more: more.length, open: open.size}).toEqual({
                ...{nth, when, state: 'active', more: 0, open: 0},
              })
              await row.there(kms(), version?.ref.key ?? '', name)
              expect(await labelled(app, name)).toBe(1)
            })
            if (called !== null) break
          }
        expect(killed).toBeGreaterThan(SLOW ? 3 : 0)
      },
      1_200_000,
    )
  }

  /** How many keys of that name the service has. */
  async function labelled(app: App, name: string): Promise<number> {
    let found = 0
    for await (const {spec} of (await app.provider('there')).store.list()) if (spec.label === name) found++
    return found
  }
})

function missing(): never {
  throw new Error('it is not there')
}
