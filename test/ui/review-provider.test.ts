/** What stands before every provider: the guards of production, and a PIN that others cannot read. */
import {chmodSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {readConfig} from '../../src/profiles/index.ts'
import {makeHouse} from '../ceremony/room.ts'
import {somebody, surroundingsOf} from '../support/run.ts'

describe.each(['production', 'test'] as const)('a profile in %s', (environment) => {
  let house: Awaited<ReturnType<typeof makeHouse>>
  beforeAll(async () => {
    house = await makeHouse({environment})
  })
  afterAll(() => {
    house.remove()
  })

  /** Opens the provider as a command does. @returns `open` or the code, and what was said. */
  async function opening(instruments: readonly string[]): Promise<{code: string; said: string[]}> {
    const said: string[] = []
    const world = surroundingsOf({...house.world, instruments})
    const app = new App({...world, ask: somebody(), command: 'keyrite test', say: (line) => said.push(line)})
    try {
      await app.provider('main')
      return {code: 'open', said}
    } catch (error) {
      if (error instanceof KeyriteError) return {code: error.code, said}
      throw error
    } finally {
      await app.close()
    }
  }

  test('is opened by a program that nothing steers, and by another only outside production', async () => {
    expect((await opening([])).code).toBe('open')
    const steered = environment === 'production' ? 'PRODUCTION_GUARD' : 'open'
    expect((await opening(['LD_PRELOAD is set'])).code).toBe(steered)
  })

  test('whose PIN file others can read is refused in production, and elsewhere that is said', async () => {
    const file = readConfig(house.world.home).get('main')?.pinFile ?? ''
    chmodSync(file, 0o644)
    const {code, said} = await opening([])
    chmodSync(file, 0o600)
    expect(code).toBe(environment === 'production' ? 'UNSAFE_FILE' : 'open')
    expect(said.some((line) => line.includes('chmod 600'))).toBe(environment === 'test')
  })
})
