import {closeSync, mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {isStream, readPin, withPinFile} from '../../src/ui/outside.ts'
import {signers} from '../../src/ui/flags.ts'
import {refusalOf} from '../base/refusal.ts'
import {somebody} from '../support/run.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-test-'))
  file = join(folder, 'pin')
  writeFileSync(file, 'twelve bytes\nmore\n', {mode: 0o600})
})
afterAll(() => {
  rmSync(folder, {recursive: true})
})

const text = (path: string): string => readPin(path).use((bytes) => Buffer.from(bytes).toString())

describe('a PIN file', () => {
  test('gives its first line', () => {
    expect(text(file)).toBe('twelve bytes')
  })

  test('may be an open descriptor', () => {
    const descriptor = openSync(file, 'r')
    expect(text(`/dev/fd/${descriptor}`)).toBe('twelve bytes')
    closeSync(descriptor)
    expect(refusalOf(() => readPin('/dev/fd/999')).code).toBe('STORAGE')
  })

  test('that is not there is refused', () => {
    expect(refusalOf(() => readPin(join(folder, 'none'))).code).toBe('FILE_NOT_FOUND')
  })

  test.each([
    ['-', true],
    ['/dev/fd/3', true],
    ['/proc/self/fd/3', true],
    ['/dev/fd/x', false],
    ['pin', false],
  ])('"%s" can be read only once: %s', (path, once) => {
    expect(isStream(path)).toBe(once)
  })

  test('answers for secrets only', async () => {
    const ask = withPinFile(somebody('yes'), file)
    expect(ask.secretGiven).toBe(true)
    expect((await ask.secret({message: 'PIN', flag: '--pin-file'})).use((bytes) => bytes.length)).toBe(12)
    expect(await ask.confirm({message: 'Go on', flag: '--yes'})).toBe(true)
  })
})

test('PERSON=KEY is split at its first "="', () => {
  expect(signers(['alice=a=b.pub', 'bob=c'])).toEqual([
    {person: 'alice', path: 'a=b.pub'},
    {person: 'bob', path: 'c'},
  ])
  expect(signers(undefined)).toEqual([])
})
