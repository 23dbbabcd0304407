/** A root key ceremony of 217 steps, written by somebody who had read docs/ceremony-templates.md and nothing else. */
import {mkdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {counting, lint} from '../../src/ceremony/lint.ts'
import CeremonyScript from '../../src/commands/ceremony/script.ts'
import {rehearse} from '../commands/rehearsed.ts'
import {emptyWorld} from '../support/ledger.ts'
import {runJson, type World} from '../support/run.ts'
import {load} from './template-support.ts'

const file = join(import.meta.dirname, 'root-of-strangers.yaml')
let world: World & {readonly remove: () => void}
beforeAll(() => {
  world = emptyWorld()
  mkdirSync(dirname(world.home), {recursive: true})
})
afterAll(() => {
  world.remove()
})

test('it lints clean but for what it waives, on the days on which that holds', () => {
  const found = lint(
    load(readFileSync(file, 'utf8')),
    new Map(),
    null,
    null,
    new Date('2027-03-02T08:00:00Z'),
  )
  expect(counting(found)).toEqual([])
  expect(found).toMatchObject([{rule: 'checklist', step: 'root-make', waived: {by: 'Ueli Hess'}}])
})

test('it is printed as the same bytes twice', async () => {
  const print = (out: string): Promise<{files: readonly {sha256: string}[]}> =>
    runJson(
      CeremonyScript,
      'ceremony script',
      [file, '--out', join(dirname(world.home), out), '--zone', 'Europe/Zurich'],
      world,
    )
  expect((await print('one')).files).toEqual((await print('two')).files)
}, 120_000)

if (process.env['SLOW'] === '1')
  test('it is rehearsed to its end by stand-ins', async () => {
    expect(await rehearse(world, file, '--unattended')).toMatchObject({
      status: 'rehearsed',
      steps: {done: 217, of: 217, next: null},
    })
  }, 600_000)
