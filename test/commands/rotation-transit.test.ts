/** Keys of OpenBao rotated by commands over days; the server is asked over HTTP each time. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {ask, openbao, startTransit} from '../providers/transit/bao.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {datedWay, type Dated} from './dated.ts'
import {makeClocked, pair, planOf, rewrapsAfter, rotatesWhole, secret, type Clocked} from './rotated.ts'

interface KeyThere {
  readonly data: {
    readonly keys: Readonly<Record<string, unknown>>
    readonly latest_version: number
    readonly min_encryption_version: number
  }
}

describe('on OpenBao, rotation run', () => {
  const box: {clocked?: Clocked; bao?: OpenBao; way?: Dated} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  const clocked = (): Clocked => box.clocked ?? missing()
  beforeAll(async () => {
    if (!openbao.present) return
    box.clocked = await makeClocked()
    box.bao = await startTransit()
    const {house, signs} = clocked()
    const tokenFile = join(house.dir, 'bao.token')
    writeFileSync(tokenFile, `${bao().token}\n`, {mode: 0o600})
    box.way = await datedWay(bao().url, () => clocked().now())
    const place = ['--kind', 'transit', '--environment', 'test', '--address', box.way.url]
    const added = await runJson(
      ProfileAdd,
      'profile add',
      ['bao', ...place, '--token-file', tokenFile, '--as', 'alice', ...signs('alice', 'bob', 'carol')],
      house.world,
    )
    expect(added).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    box.clocked?.house.remove()
    await box.way?.close()
    await box.bao?.stop()
  })

  const there = async (phase: string, ids: readonly string[]): Promise<void> => {
    const names = new Set(ids.map((id) => id.slice(0, id.lastIndexOf('/'))))
    expect(names.size).toBe(1)
    const {data} = await ask<KeyThere>(bao(), 'GET', `transit/keys/${[...names][0] ?? ''}`)
    expect(Object.keys(data.keys)).toEqual(phase === 'made' ? ['1'] : ['1', '2'])
    // What is retired makes nothing any more, also for whoever has a token and no keyrite.
    if (phase === 'retired') expect(data.min_encryption_version).toBe(2)
  }
  const all = [
    ['tokens', pair],
    ['orders', secret],
  ] as const
  for (const [name, how] of process.env['SLOW'] === '1' ? all : all.slice(0, 1))
    testWhen(
      openbao,
      `rotates ${name} to a new version of the same key, in its days, and the server says the same`,
      async () => {
        await rotatesWhole(clocked(), {profile: 'bao', name, how, there})
        expect(await planOf(clocked(), name)).toContain(
          'AT ONCE: from when it is made, this provider uses the newest version',
        )
      },
      120_000,
    )

  testWhen(
    openbao,
    'data keys under a key that was rotated are wrapped anew by the service itself, and compared',
    async () => {
      await rewrapsAfter(clocked(), 'bao')
    },
    180_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}
