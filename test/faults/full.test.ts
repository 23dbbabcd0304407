/** T15: a disk that is full or cannot be written. keyrite as it is shipped says so, claims nothing, and goes on when it can. */
import {chmodSync, rmSync, statfsSync, writeFileSync} from 'node:fs'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {needing} from '../support/needs.ts'
import {said, SmallHome} from './home.ts'

const {afterEach, beforeEach, test, testWith} = needing('ssh-keygen')

let home: SmallHome
beforeEach(() => {
  home = new SmallHome()
})
afterEach(() => {
  home.remove()
})

const mount = (...args: string[]): void => {
  const {status, stderr} = spawnSync('mount', args, {encoding: 'utf8'})
  if (status !== 0) throw new Error(stderr)
}

/** Makes keys until one cannot be made. @returns how many could. */
function makeUntilRefused(before: readonly string[] = []): {readonly made: number; readonly code: string} {
  for (let made = 0; made < 200; made += 1) {
    const ended = home.run(home.makes(`key-${made}`), before)
    const document = said(ended)
    if (ended.exit !== 0) {
      expect([ended.exit, document.message]).toEqual([12, expect.any(String)])
      return {made, code: document.code ?? ''}
    }
    expect(document.exit).toBe(0)
  }
  throw new Error('the disk never became full')
}

/** What was said to be made is there, the rest is finished by the same command, and everything verifies. */
async function expectWhole(made: number): Promise<void> {
  expect(home.verified().problems).toEqual([])
  expect(home.run(home.makes(`key-${made}`)).exit).toBe(0)
  expect(home.verified().problems).toEqual([])
  expect(await home.keysInToken()).toEqual(Array.from({length: made + 1}, (_, at) => `key-${at}`).sort())
}

testWith(
  'root',
  'a file system without room: STORAGE, and the same command finishes when there is room',
  async () => {
    home.keep('quiet')
    mount('-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', home.work)
    try {
      spawnSync('cp', ['-a', `${join(home.folder, 'quiet')}/.`, home.work])
      const ballast = join(home.work, 'ballast')
      const {bavail, bsize} = statfsSync(home.work)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 100 * 1024))
      const {made, code} = makeUntilRefused()
      expect(code).toBe('STORAGE')
      rmSync(ballast)
      await expectWhole(made)
    } finally {
      spawnSync('umount', ['-l', home.work])
    }
  },
  300_000,
)

test('a file that may not grow: STORAGE, and the same command finishes when it may', async () => {
  const limit = ['sh', '-c', 'ulimit -f 190; exec "$0" "$@"'] // blocks of 512 bytes
  const {made, code} = makeUntilRefused(limit)
  expect(code).toBe('STORAGE')
  await expectWhole(made)
}, 300_000)

testWith(
  'root',
  'a home that is mounted read-only: STORAGE, nothing recorded; reading works',
  () => {
    mount('--bind', home.home, home.home)
    try {
      mount('-o', 'remount,ro,bind', home.home)
      const {entries} = home.verified()
      const ended = home.run(home.makes('never'))
      expect([ended.exit, said(ended).code]).toEqual([12, 'STORAGE'])
      expect(said(ended).changed).toBe(false)
      expect(home.verified()).toMatchObject({problems: [], entries})
      expect(home.run(['ledger', 'show', '--last', '1']).exit).toBe(0)
      expect(home.run(['ledger', 'verify']).exit).toBe(0)
    } finally {
      spawnSync('umount', ['-l', home.home])
    }
    expect(home.run(home.makes('now')).exit).toBe(0)
  },
  120_000,
)

testWith(
  'root',
  'a state folder that is mounted read-only: the entry is recorded, and that is said',
  () => {
    const writers = join(home.state, 'keyrite', 'writers')
    mount('--bind', writers, writers)
    const {entries} = home.verified()
    try {
      mount('-o', 'remount,ro,bind', writers)
      const document = said(home.run(home.makes('made')))
      expect(document).toMatchObject({exit: 12, code: 'STORAGE', changed: true})
      expect(document.message).toMatch(/the entry itself is recorded$/)
      expect(home.verified()).toMatchObject({problems: [], entries: entries + 1})
    } finally {
      spawnSync('umount', ['-l', writers])
    }
    chmodSync(writers, 0o700)
    expect(home.run(home.makes('made')).exit).toBe(0)
    expect(home.verified()).toMatchObject({problems: [], entries: entries + 5})
  },
  120_000,
)
