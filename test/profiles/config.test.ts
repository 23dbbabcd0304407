import {chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {readConfig, writeConfig} from '../../src/profiles/index.ts'
import {outcome} from '../ledger/support.ts'
import {emptyWorld} from '../support/ledger.ts'

let home: string
let remove: () => void
beforeEach(() => {
  const world = emptyWorld()
  ;({home, remove} = world)
  mkdirSync(home, {recursive: true, mode: 0o700})
})
afterEach(() => {
  remove()
})
const file = (): string => join(home, 'config.yaml')
const local = {settings: {path: '/tokens/a: b'}, pinFile: undefined}

describe('config.yaml', () => {
  test('is nothing where it is not there', () => {
    expect(readConfig(home).size).toBe(0)
  })

  test('remembers and forgets what reaches a profile, for its owner only', () => {
    writeConfig(home, 'soft', local)
    writeConfig(home, 'other', {settings: {path: '/b'}, pinFile: '/pin'})
    expect(Object.fromEntries(readConfig(home))).toEqual({
      soft: local,
      other: {settings: {path: '/b'}, pinFile: '/pin'},
    })
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    writeConfig(home, 'soft', null)
    expect([...readConfig(home).keys()]).toEqual(['other'])
  })

  test('may be empty', () => {
    writeFileSync(file(), '', {mode: 0o600})
    expect(readConfig(home).size).toBe(0)
  })

  test.each([
    ['is not YAML', 'a: [', /: it is not YAML$/],
    ['has a member more', 'environment: production', /: Unrecognized key: "environment"$/],
    [
      'says of a profile where it is production',
      'profiles: {soft: {settings: {}, environment: test}}',
      /: profiles\.soft: Unrecognized key: "environment"$/,
    ],
    [
      'has a setting that is no text',
      'profiles: {soft: {settings: {path: 1}}}',
      /: profiles\.soft\.settings\.path: /,
    ],
  ])('that %s is refused, by what is wrong with it', async (_name, text, fact) => {
    writeFileSync(file(), text, {mode: 0o600})
    expect(await outcome(() => readConfig(home))).toBe('USAGE')
    expect(() => readConfig(home)).toThrow(fact)
  })

  test('that others may write, or that is a link, is not believed', async () => {
    writeFileSync(file(), 'profiles: {}')
    chmodSync(file(), 0o666)
    expect(await outcome(() => readConfig(home))).toBe('UNSAFE_FILE')
    const linked = join(home, 'sub')
    mkdirSync(linked, {mode: 0o700})
    symlinkSync(file(), join(linked, 'config.yaml'))
    expect(await outcome(() => readConfig(linked))).toBe('UNSAFE_FILE')
  })
})
