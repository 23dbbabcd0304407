import {spawnSync} from 'node:child_process'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {join} from 'node:path'
import {createProvider, openProvider, providerKind, providerKinds} from '../../src/providers/registry.ts'
import type {Opening} from '../../src/providers/kind.ts'
import {LocalBench, pin} from './local/bench.ts'
import {outcome, random, secretOf} from './support.ts'

let bench: LocalBench
let opening: Opening
beforeAll(async () => {
  bench = await new LocalBench().create()
  const {clock, path} = bench
  opening = {settings: {path}, secret: secretOf(pin), leastGeneration: null, random, clock}
})
afterAll(async () => bench.close())

test('every kind says what it needs, and software is never called hardware', () => {
  expect(Object.keys(providerKinds)).toEqual([
    'local',
    'pkcs11',
    'transit',
    'aws',
    'gcp',
    'cloudhsm',
    'azure',
  ])
  expect(providerKind('pkcs11')).toMatchObject({secret: 'PIN', hardware: 'possible', create: null})
  expect(providerKind('local')).toMatchObject({
    secret: 'PIN',
    hardware: 'never',
    settings: {path: expect.any(String)},
  })
})

test('a local token is made and opened by its kind', async () => {
  const made = await createProvider('local', 'spare', {
    ...opening,
    settings: {path: join(bench.folder, 'spare.token')},
  })
  expect((await made.evidence.device())['name']).toBe('spare')
  await made.close()
  const opened = await openProvider('local', opening)
  expect(opened.kind).toBe('local')
  await opened.close()
})

test.each<[string, string, Partial<Opening>, string]>([
  ['an unknown kind', 'floppy', {}, 'UNSUPPORTED'],
  ['a kind by the name of an inherited property', 'constructor', {}, 'UNSUPPORTED'],
  ['a missing setting', 'local', {settings: {}}, 'USAGE'],
  ['an empty setting', 'local', {settings: {path: ''}}, 'USAGE'],
  ['an unknown setting', 'local', {settings: {path: '/x', region: 'eu'}}, 'USAGE'],
  ['a missing PIN', 'local', {secret: null}, 'USAGE'],
  ['a wrong PIN', 'local', {secret: secretOf('wrong horse')}, 'CREDENTIALS_REFUSED'],
  ['a generation that was not reached', 'local', {leastGeneration: 99}, 'TOKEN_ROLLED_BACK'],
])('%s is refused', async (_name, kind, over, code) => {
  expect(await outcome(openProvider(kind, {...opening, ...over}))).toBe(code)
})

test('an unknown kind is refused by naming the ones there are', () => {
  expect(() => providerKind('floppy')).toThrow('cannot use provider kind "floppy": there are local, pkcs11')
})

test('asking for the kinds loads none of them, and opening loads the one', () => {
  const script = `
    import {registerHooks} from 'node:module'
    const seen = []
    registerHooks({resolve: (name, context, next) => (seen.push(name), next(name, context))})
    const {openProvider} = await import('./src/providers/registry.ts')
    const before = seen.filter((name) => /local|sqlite/.test(name))
    await openProvider('local', {settings: {path: '/nonexistent'}, secret: {}}).catch(() => undefined)
    console.log(before.length, seen.some((name) => name === 'better-sqlite3'))`
  const {stdout} = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  expect(stdout).toBe('0 true\n')
})
