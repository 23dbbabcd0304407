/** A ceremony of some two hundred steps, as they are held in the field: it lints at once, prints, and runs. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {lint} from '../../src/ceremony/lint.ts'
import {standIns} from '../../src/ceremony/parameters.ts'
import {fill} from '../../src/ceremony/template.ts'
import CeremonyScript from '../../src/commands/ceremony/script.ts'
import {run} from '../commands/held.ts'
import {runJson} from '../support/run.ts'
import {longTemplate} from './long.ts'
import {makeHouse, problemsOf} from './room.ts'
import {answersTo} from './shipped.ts'
import {load} from './template-support.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-long-'))
  file = join(folder, 'long.yaml')
  writeFileSync(file, longTemplate)
})
afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

const loaded = load(longTemplate)
const steps = fill(loaded, standIns(loaded.template.parameters)).acts.flatMap((act) => act.steps)

test('two hundred steps of three sites lint clean, and in a moment', () => {
  expect(steps.length).toBe(200)
  lint(loaded, new Map(), null, null)
  const before = process.cpuUsage()
  expect(lint(loaded, new Map(), null, null)).toEqual([])
  const {user, system} = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1500)
})

test('its script has every step, an exception sheet for every thirty, and the same bytes twice', async () => {
  const world = {home: join(folder, 'home'), state: join(folder, 'state')}
  const print = (out: string): Promise<{files: readonly {sha256: string}[]}> =>
    runJson(CeremonyScript, 'ceremony script', [file, '--out', join(folder, out), '--profile', 'main'], world)
  expect((await print('one')).files).toEqual((await print('two')).files)
  const page = readFileSync(join(folder, 'one', 'script.html'), 'utf8')
  expect(steps.filter(({id}) => !page.includes(`step “${id}”`))).toEqual([])
  expect(page.includes('Exception sheet 7')).toBe(true)
})

if (process.env['SLOW'] === '1')
  test('it runs from an answers file to its sign-off', async () => {
    const house = await makeHouse()
    try {
      const people = {
        ...{'security-officer': ['carol'], operator: ['frank'], custodian: ['alice', 'bob', 'dan']},
        ...{north: ['alice'], south: ['bob'], east: ['dan'], witness: ['grace', 'person7', 'person8']},
      }
      const answers = house.answers({
        parameters: {profile: 'main', owner: 'alice', location: 'Room 4', 'delivery-number': 'A 1001'},
        participants: people,
        signers: Object.fromEntries(
          [...new Set(Object.values(people).flat())].map((one) => [one, house.keyOf(one)]),
        ),
        steps: answersTo(steps, ''),
      })
      expect(await run(house, ['--answers', answers], file)).toMatchObject({
        exit: 0,
        status: 'signed-off',
        steps: {done: steps.length, of: steps.length},
      })
      expect(problemsOf(house)).toEqual([])
    } finally {
      house.remove()
    }
  }, 300_000)
