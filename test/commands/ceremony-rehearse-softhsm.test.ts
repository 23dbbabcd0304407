/** Rehearsals on a token of SoftHSM2 that is made for them, and what is refused before one is. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Secret} from '../../src/base/secret.ts'
import Rehearse from '../../src/commands/ceremony/rehearse.ts'
import {newSoftToken} from '../../src/providers/pkcs11/index.ts'
import {shortTemplate} from '../ceremony/room.ts'
import {softHsm} from '../providers/pkcs11/softhsm.ts'
import {emptyWorld} from '../support/ledger.ts'
import {softhsmModule, testWith} from '../support/needs.ts'
import {runCommand, type World} from '../support/run.ts'
import {expectNoSecrets, files, marked, rehearse} from './rehearsed.ts'

/** The room has a break after the token was opened: it is logged out, and nobody knows its PIN. */
const paused = shortTemplate.replace(
  '      - {id: prove,',
  '      - {id: break, kind: pause, by: operator, minutes: 10, text: Everybody has a break.}\n      - {id: prove,',
)
const before = process.env['SOFTHSM2_CONF']
/** Of other makers, where this machine has them. */
const others = ['opensc-pkcs11.so', 'p11-kit-trust.so']
  .map((name) => `/usr/lib/x86_64-linux-gnu/pkcs11/${name}`)
  .filter((path) => existsSync(path))

let world: World & {readonly remove: () => void}
let file: string
beforeAll(() => {
  world = emptyWorld()
  mkdirSync(dirname(world.home), {recursive: true})
  file = join(dirname(world.home), 'short.yaml')
  writeFileSync(file, paused)
})
afterAll(() => {
  world.remove()
  if (before === undefined) Reflect.deleteProperty(process.env, 'SOFTHSM2_CONF')
  else process.env['SOFTHSM2_CONF'] = before
})

test('a software token that a break logged out is opened again, and nobody is asked for a PIN that nobody has', async () => {
  const document = await rehearse(world, file, '--unattended')
  expect([document.code, document.status, document.steps.done]).toEqual([undefined, 'rehearsed', 10])
}, 60_000)

testWith(
  ['softhsm2'],
  'the keys live in a token of SoftHSM2 that was made for it, in a folder of its own, and nothing of it is left',
  async () => {
    const own = softHsm('mine', 'my own pin')
    const before = files(own.folder)
    const dir = join(dirname(world.home), 'on-softhsm2')
    try {
      const ran = await runCommand(
        Rehearse,
        'ceremony rehearse',
        [file, '--unattended', '--on', 'softhsm2', '--dir', dir],
        world,
      )
      expect([ran.exit, marked(ran.stdout), marked(ran.stderr)]).toEqual([0, [], []])
      expect(ran.stderr.replace(/\s+/g, ' ')).toContain(
        'token of SoftHSM2 (software) "rehearsal-token" stands in for the place where the key will live',
      )
      expect(readFileSync(join(dir, 'bundle/minutes.txt'), 'utf8')).toContain('SoftHSM')
      expectNoSecrets(dir)
      expect(existsSync(join(dir, 'home/tokens'))).toBe(false)
      // The token that this machine has already was not touched, and is found again.
      expect(files(own.folder)).toEqual(before)
      expect(process.env['SOFTHSM2_CONF']).toBe(join(own.folder, 'softhsm2.conf'))
    } finally {
      own.remove()
    }
  },
  60_000,
)

testWith(
  ['softhsm2'],
  'a token is made in nothing but an empty SoftHSM2: beside one that somebody has there it is refused, and in another maker’s module',
  async () => {
    const own = softHsm('mine', 'my own pin')
    const there = files(own.folder)
    const make = (module: string): Promise<string> =>
      newSoftToken(
        {module, label: 'rehearsal-token', mine: []},
        new Secret(Buffer.from('abcdefgh')),
        new Secret(Buffer.from('abcdefgh')),
      )
    try {
      await expect(make(softhsmModule ?? '')).rejects.toMatchObject({
        code: 'NOT_PERMITTED',
        message:
          'cannot make a token there: it shows a token "mine"; a token is made in nothing but an empty SoftHSM2',
      })
      for (const module of others)
        await expect(make(module)).rejects.toMatchObject({
          code: 'NOT_PERMITTED',
          message: expect.stringContaining('cannot make a token there: the module is by "'),
        })
      expect(files(own.folder)).toEqual(there)
    } finally {
      own.remove()
    }
  },
  60_000,
)

test.each([
  [
    ['--on', 'softhsm2', '--module', '/nowhere/libsofthsm2.so'],
    'UNSUPPORTED',
    'there is no module "/nowhere',
  ],
  [['--module', '/nowhere/libsofthsm2.so'], 'USAGE', 'it goes with --on softhsm2'],
])('%j is refused in a word, and nothing is made', async (flags, code, text) => {
  const kept = [...files(dirname(world.home)).keys()]
  const {exit, stdout, stderr} = await runCommand(
    Rehearse,
    'ceremony rehearse',
    [file, '--unattended', ...flags],
    world,
  )
  expect([exit, stdout]).toEqual([code === 'USAGE' ? 2 : 5, ''])
  expect(stderr.replace(/\s+/g, ' ')).toContain(text)
  expect(stderr).toContain(`Code: ${code}`)
  expect([...files(dirname(world.home)).keys()]).toEqual(kept)
})
