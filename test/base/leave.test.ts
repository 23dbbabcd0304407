/** A process that is to end does so, though the system still looks up a name for it. */
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {onPath, testWhen} from '../support/needs.ts'

const need = {
  present: process.platform === 'linux' && onPath('cc') !== undefined,
  what: 'Linux with a C compiler',
  how: 'install it: apt-get install gcc libc6-dev',
}

/** A server of names that answers nobody, as it looks from here. */
const silent = '#include <unistd.h>\nint getaddrinfo(void) { sleep(60); return -3; }\n'

describe('a process whose name server is silent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-leave-'))
  const library = join(folder, 'silent.so')
  beforeAll(() => {
    if (!need.present) return
    writeFileSync(join(folder, 'silent.c'), silent)
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'silent.c')])
  })
  afterAll(() => {
    rmSync(folder, {recursive: true, force: true})
  })

  const ends = (how: string) => {
    const source = `
      import {lookup} from 'node:dns'
      import {leave, looksUpNames} from ${JSON.stringify(join(import.meta.dirname, '../../src/base/leave.ts'))}
      process.on('exit', () => console.log('ends'))
      lookup('kms.eu-central-1.amazonaws.com', () => undefined)
      console.log(looksUpNames())
      ${how}`
    return spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      env: {...process.env, LD_PRELOAD: library},
      encoding: 'utf8',
      timeout: 20_000,
    })
  }

  testWhen(
    need,
    'leaves with its status, and after what is done at its end',
    () => {
      expect(ends('leave(10)')).toMatchObject({status: 10, signal: null, stdout: 'true\nends\n', stderr: ''})
      // A status that was changed at the end is kept.
      expect(ends(`process.on('exit', () => (process.exitCode = 12)); leave(0)`)).toMatchObject({status: 12})
    },
    60_000,
  )
})
