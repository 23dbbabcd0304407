import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {writeNewFolder} from '../../src/base/new-folder.ts'
import {refusalOf} from './refusal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-test-'))
})
afterEach(() => {
  rmSync(folder, {recursive: true, force: true})
})

const bytes = Buffer.from('x')
const files = [
  ['a', bytes],
  ['deep/er/b', bytes],
] as const

describe('a new folder', () => {
  test.each([
    ['where nothing is', () => undefined],
    [
      'where an empty folder is',
      (path: string) => {
        mkdirSync(path)
      },
    ],
  ])('appears whole, readable by its owner only, %s', (_name, prepare) => {
    const path = join(folder, 'new')
    prepare(path)
    writeNewFolder(path, 'it', files)
    expect(readdirSync(folder)).toEqual(['new'])
    expect(readFileSync(join(path, 'deep/er/b'), 'utf8')).toBe('x')
    for (const one of ['', 'deep', 'deep/er']) expect(statSync(join(path, one)).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, 'a')).mode & 0o777).toBe(0o600)
  })

  test('is not there at all where making one of its files fails', () => {
    function* failing(): Generator<readonly [string, Uint8Array]> {
      yield* files
      throw new RangeError('half-way')
    }
    expect(() => {
      writeNewFolder(join(folder, 'new'), 'it', failing())
    }).toThrow(new RangeError('half-way'))
    expect(readdirSync(folder)).toEqual([])
  })

  test.each<[string, (path: string) => void]>([
    [
      'a folder that is not empty',
      (path) => {
        mkdirSync(path)
        writeFileSync(join(path, 'mine'), '')
      },
    ],
    [
      'a file',
      (path) => {
        writeFileSync(path, '')
      },
    ],
    [
      'a symlink to nothing',
      (path) => {
        symlinkSync('nowhere', path)
      },
    ],
  ])('never stands in the place of %s', (_name, prepare) => {
    const path = join(folder, 'new')
    prepare(path)
    const refusal = refusalOf(() => {
      writeNewFolder(path, 'it', files)
    })
    expect(refusal.code).toBe('EXISTS')
    expect(readdirSync(folder)).toEqual(['new'])
  })

  test('needs the folder above it', () => {
    const refusal = refusalOf(() => {
      writeNewFolder(join(folder, 'no/new'), 'it', files)
    })
    expect(refusal.code).toBe('FILE_NOT_FOUND')
  })

  test('is refused two files of one name, and is then not there', () => {
    const refusal = refusalOf(() => {
      writeNewFolder(join(folder, 'new'), 'it', [...files, ...files])
    })
    expect(refusal.code).toBe('EXISTS')
    expect(readdirSync(folder)).toEqual([])
  })
})
