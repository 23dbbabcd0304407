import {afterAll, describe, expect, test} from '@jest/globals'
import {execFileSync} from 'node:child_process'
import * as fs from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {KeyriteError} from '../../src/base/errors.ts'
import {
  checkPrivateDir,
  makePrivateDir,
  readOwn,
  readPublic,
  replaceOwn,
  writeNew,
} from '../../src/base/files.ts'
import {testWith} from '../support/needs.ts'

const bytes = Buffer.from('the new bytes')

const made: string[] = []

function folder(): string {
  const path = fs.mkdtempSync(join(tmpdir(), 'keyrite-files-'))
  made.push(path)
  return path
}

afterAll(() => {
  for (const path of made) fs.rmSync(path, {recursive: true, force: true})
})

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyriteError) return error.code
    throw error
  }
  return 'no refusal'
}

function mode(path: string): string {
  return (fs.lstatSync(path).mode & 0o777).toString(8)
}

/** What an attacker or an accident may have put at a path. Each holds, or leads to, the old bytes where it can. */
const obstacles: readonly {name: string; put: (path: string) => void}[] = [
  {
    name: 'a symbolic link',
    put: (path) => {
      fs.writeFileSync(`${path}.target`, 'old', {mode: 0o600})
      fs.symlinkSync(`${path}.target`, path)
    },
  },
  {
    name: 'a dangling symbolic link',
    put: (path) => {
      fs.symlinkSync(`${path}.target`, path)
    },
  },
  {name: 'a named pipe', put: (path) => execFileSync('mkfifo', [path])},
  {
    name: 'a hard link',
    put: (path) => {
      fs.writeFileSync(`${path}.target`, 'old', {mode: 0o600})
      fs.linkSync(`${path}.target`, path)
    },
  },
  {
    name: 'a folder',
    put: (path) => {
      fs.mkdirSync(path)
    },
  },
]

describe.each(obstacles)('$name at the path', ({name, put}) => {
  const setUp = (): {path: string; unchanged: () => void} => {
    const path = join(folder(), 'file')
    put(path)
    const before = snapshot(join(path, '..'))
    return {
      path,
      unchanged: () => {
        expect(snapshot(join(path, '..'))).toEqual(before)
      },
    }
  }

  test('a new file is refused and nothing changes', () => {
    const {path, unchanged} = setUp()
    expect(
      codeOf(() => {
        writeNew(path, bytes)
      }),
    ).toBe('EXISTS')
    unchanged()
  })

  test('replacing is refused and nothing changes', () => {
    const {path, unchanged} = setUp()
    expect(
      codeOf(() => {
        replaceOwn(path, bytes)
      }),
    ).toBe('UNSAFE_FILE')
    unchanged()
  })

  test('it is not read as a file of our own', () => {
    const {path, unchanged} = setUp()
    expect(codeOf(() => readOwn(path, 100))).toBe('UNSAFE_FILE')
    unchanged()
  })

  test('it is no private folder unless it is a folder', () => {
    const {path, unchanged} = setUp()
    if (name === 'a folder') fs.chmodSync(path, 0o755)
    expect(
      codeOf(() => {
        makePrivateDir(path)
      }),
    ).toBe('UNSAFE_FILE')
    if (name !== 'a folder') unchanged()
  })
})

/** Every name in a folder with its type, link count and text. */
function snapshot(path: string): unknown {
  return fs.readdirSync(path).map((name) => {
    const found = fs.lstatSync(join(path, name))
    return [name, found.mode, found.nlink, found.isFile() ? fs.readFileSync(join(path, name), 'utf8') : '']
  })
}

describe('a new file', () => {
  test('holds the bytes, is ours alone and leaves nothing beside it', () => {
    const path = join(folder(), 'file')
    writeNew(path, bytes)
    expect(readOwn(path, 100)).toEqual(bytes)
    expect(mode(path)).toBe('600')
    expect(fs.readdirSync(join(path, '..'))).toEqual(['file'])
  })

  test('has the mode asked for whatever the umask', () => {
    const path = join(folder(), 'file')
    const before = process.umask(0o077)
    try {
      writeNew(path, bytes, 0o644)
    } finally {
      process.umask(before)
    }
    expect(mode(path)).toBe('644')
  })

  test('is not written into a folder that does not exist', () => {
    expect(
      codeOf(() => {
        writeNew(join(folder(), 'none', 'file'), bytes)
      }),
    ).toBe('FILE_NOT_FOUND')
  })

  test('a path through a file is a storage error that names the fact', () => {
    const path = join(folder(), 'file')
    writeNew(path, bytes)
    expect(() => {
      writeNew(join(path, 'below'), bytes)
    }).toThrow(/a part of the path is not a folder/)
    expect(
      codeOf(() => {
        writeNew(join(path, 'below'), bytes)
      }),
    ).toBe('STORAGE')
  })

  test('a full device is a storage error, and nothing is left behind', () => {
    const path = join(folder(), 'file')
    // RLIMIT_FSIZE stands in for a full disk: the write itself fails half-way.
    const script = `
      process.on('SIGXFSZ', () => {})
      const {writeNew} = await import(${JSON.stringify(new URL('../../src/base/files.ts', import.meta.url).href)})
      try { writeNew(${JSON.stringify(path)}, Buffer.alloc(100_000)) } catch (error) { console.log(error.code) }
    `
    const command = 'ulimit -f 16; exec "$0" --input-type=module -e "$1"'
    const out = execFileSync('sh', ['-c', command, process.execPath, script], {
      encoding: 'utf8',
      env: {...process.env, NODE_OPTIONS: ''},
    })
    expect(out.trim()).toBe('STORAGE')
    expect(fs.readdirSync(join(path, '..'))).toEqual([])
  })
})

describe('where the file system has no hard links', () => {
  const noLinks = (): void => {
    throw Object.assign(new Error('EPERM'), {code: 'EPERM', syscall: 'link'})
  }

  test('a new file is written all the same, alone', () => {
    const path = join(folder(), 'file')
    writeNew(path, bytes, 0o600, noLinks)
    expect(readOwn(path, 100)).toEqual(bytes)
    expect(fs.readdirSync(join(path, '..'))).toEqual(['file'])
  })

  test('a name that is taken is refused all the same', () => {
    const path = join(folder(), 'file')
    fs.symlinkSync('elsewhere', path)
    const refused = codeOf(() => {
      writeNew(path, bytes, 0o600, noLinks)
    })
    expect(refused).toBe('EXISTS')
    expect(fs.readdirSync(join(path, '..'))).toEqual(['file'])
  })
})

describe('replacing a file of our own', () => {
  test('creates it, and replaces it whole', () => {
    const path = join(folder(), 'file')
    replaceOwn(path, Buffer.from('a longer text that was here before'))
    replaceOwn(path, bytes)
    expect(readOwn(path, 100)).toEqual(bytes)
    expect(mode(path)).toBe('600')
    expect(fs.readdirSync(join(path, '..'))).toEqual(['file'])
  })

  test.each(['read', 'replace'])(
    'a second name left by a stop while writing is removed at the next %s',
    (act) => {
      const path = join(folder(), 'file')
      fs.writeFileSync(path, bytes, {mode: 0o600})
      fs.linkSync(path, join(path, '..', `.keyrite-${'0a'.repeat(8)}.tmp`))
      if (act === 'read') expect(readOwn(path, 100)).toEqual(bytes)
      else replaceOwn(path, Buffer.from('next'))
      expect(fs.readdirSync(join(path, '..'))).toEqual(['file'])
    },
  )
})

describe('reading', () => {
  test('a missing file is not found', () => {
    expect(codeOf(() => readOwn(join(folder(), 'none'), 10))).toBe('FILE_NOT_FOUND')
    expect(codeOf(() => readPublic(join(folder(), 'none'), 10))).toBe('FILE_NOT_FOUND')
  })

  test.each([0o620, 0o602])('a file of mode %s that others may write is refused', (open) => {
    const path = join(folder(), 'file')
    writeNew(path, bytes, open)
    expect(codeOf(() => readOwn(path, 100))).toBe('UNSAFE_FILE')
  })

  test('a file exactly as long as the limit is read, and one byte more is refused', () => {
    const path = join(folder(), 'file')
    const long = Buffer.alloc(200_000, 7)
    writeNew(path, long)
    expect(readOwn(path, 200_000)).toEqual(long)
    expect(readPublic(path, 200_000)).toEqual(long)
    expect(codeOf(() => readOwn(path, 199_999))).toBe('UNSAFE_FILE')
    expect(codeOf(() => readPublic(path, 199_999))).toBe('UNSAFE_FILE')
  })

  test('a public file is read through a link, and an empty one is empty', () => {
    const at = folder()
    writeNew(join(at, 'file'), Buffer.alloc(0))
    fs.symlinkSync('file', join(at, 'link'))
    expect(readPublic(join(at, 'link'), 10)).toEqual(Buffer.alloc(0))
  })

  test('a pipe, a folder and an endless device are not public files, and nothing waits for them', () => {
    const at = folder()
    execFileSync('mkfifo', [join(at, 'pipe')])
    for (const path of [join(at, 'pipe'), at, '/dev/zero'])
      expect(codeOf(() => readPublic(path, 10))).toBe('UNSAFE_FILE')
  })
})

describe('a private folder', () => {
  test('is made with those above it, for us alone, and may be made again', () => {
    const at = folder()
    makePrivateDir(join(at, 'a', 'b'))
    makePrivateDir(join(at, 'a', 'b'))
    expect([mode(join(at, 'a')), mode(join(at, 'a', 'b'))]).toEqual(['700', '700'])
  })

  test('a missing one is not found, and one open to others is refused with the command that closes it', () => {
    const at = folder()
    expect(
      codeOf(() => {
        checkPrivateDir(join(at, 'none'))
      }),
    ).toBe('FILE_NOT_FOUND')
    fs.chmodSync(at, 0o750)
    let hints: readonly string[] = []
    try {
      checkPrivateDir(at)
    } catch (error) {
      if (error instanceof KeyriteError) hints = error.hints
    }
    expect(hints).toEqual([`chmod 700 ${at}`])
  })
})

// Only root can give files away, and root may read what it does not own.
describe("somebody else's", () => {
  testWith('root', 'file is refused', () => {
    const path = join(folder(), 'it')
    writeNew(path, bytes)
    fs.chownSync(path, 12_345, 12_345)
    expect(codeOf(() => readOwn(path, 100))).toBe('UNSAFE_FILE')
    expect(
      codeOf(() => {
        replaceOwn(path, bytes)
      }),
    ).toBe('UNSAFE_FILE')
    expect(fs.lstatSync(path).uid).toBe(12_345)
  })

  testWith('root', 'folder is refused', () => {
    const path = join(folder(), 'it')
    makePrivateDir(path)
    fs.chownSync(path, 12_345, 12_345)
    expect(
      codeOf(() => {
        makePrivateDir(path)
      }),
    ).toBe('UNSAFE_FILE')
  })
})
