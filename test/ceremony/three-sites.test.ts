/** A ceremony of 64 steps that was written from docs/ceremony-templates.md alone, for a case that it does not show. */
import {mkdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {lint} from '../../src/ceremony/lint.ts'
import CeremonyScript from '../../src/commands/ceremony/script.ts'
import {classifications} from '../../src/keys/index.ts'
import {classes} from '../../src/policy/index.ts'
import {algorithms, purposes, schemes} from '../../src/providers/algorithms.ts'
import {rehearse} from '../commands/rehearsed.ts'
import {emptyWorld} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {runJson, type World} from '../support/run.ts'
import {load} from './template-support.ts'

const file = join(import.meta.dirname, 'three-sites.yaml')
let world: World & {readonly remove: () => void}
beforeAll(() => {
  world = emptyWorld()
  mkdirSync(dirname(world.home), {recursive: true})
})
afterAll(() => {
  world.remove()
})

test('it lints clean, and is printed as the same bytes twice', async () => {
  expect(lint(load(readFileSync(file, 'utf8')), new Map(), null, null)).toEqual([])
  const print = (out: string): Promise<{files: readonly {sha256: string}[]}> =>
    runJson(
      CeremonyScript,
      'ceremony script',
      [file, '--out', join(dirname(world.home), out), '--profile', 'main', '--zone', 'Asia/Kolkata'],
      world,
    )
  expect((await print('one')).files).toEqual((await print('two')).files)
}, 60_000)

const whole = {status: 'rehearsed', steps: {done: 64, of: 64, next: null}}

test('it is rehearsed to its end by stand-ins, who have the file that goes out; what only the device meets is named', async () => {
  const document = await rehearse(world, file, '--unattended')
  expect(document).toMatchObject(whole)
  expect(document.notMet.map(({step}) => step)).toEqual(['device-asked', 'protected'])
  expect(readFileSync(join(document.dir, 'request.pem'), 'utf8')).toMatch(
    /^-----BEGIN CERTIFICATE REQUEST-----/,
  )
}, 120_000)

if (process.env['SLOW'] === '1')
  testWith(
    ['softhsm2'],
    'it is rehearsed on SoftHSM2 as well',
    async () => {
      expect(await rehearse(world, file, '--unattended', '--on', 'softhsm2')).toMatchObject(whole)
    },
    300_000,
  )

test('the documents have every word that a key can be described with', () => {
  const text = readFileSync(join(packageRoot(), 'docs/ceremony-templates.md'), 'utf8')
  const section = text.slice(text.indexOf('### Keys\n'), text.indexOf('### Certificates\n'))
  const words = [...algorithms, ...schemes, ...purposes, ...classes, ...classifications]
  expect(words.filter((word) => !section.includes(`\`${word}\``))).toEqual([])
})
