/** What this machine signed last lies in two places of one file: whatever becomes of the one that was being written, the other holds. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {jcs} from '../../src/base/jcs.ts'
import {loadHead, storeHead} from '../../src/ledger/head.ts'
import {newWriter} from '../../src/ledger/writer.ts'
import {signCheckpoint} from '../../src/ledger/note.ts'
import {outcome} from './support.ts'

const {key, privateKey} = newWriter('example.com/ledger/0123456789abcdef0123456789abcdef')
const noteOf = (size: number): string =>
  signCheckpoint({origin: key.name, size, root: Buffer.alloc(32, size)}, key, privateKey)

describe('the head that was signed last', () => {
  const fingerprint = 'ab'.repeat(32)
  let state: {readonly path: string}
  let path: string
  beforeEach(() => {
    state = {path: mkdtempSync(join(tmpdir(), 'keyrite-test-'))}
    mkdirSync(join(state.path, 'writers'), {mode: 0o700})
    path = join(state.path, 'writers', `${fingerprint}.head`)
  })
  afterEach(() => {
    rmSync(state.path, {recursive: true})
  })
  const keep = (size: number): void => {
    storeHead(state, fingerprint, {home: '/home/é', checkpoint: noteOf(size)})
  }

  test('is the newest that was kept, however many, and a smaller one too', () => {
    expect(loadHead(state, fingerprint)).toBeUndefined()
    for (const size of [1, 2, 3, 40, 7]) {
      keep(size)
      expect(loadHead(state, fingerprint)).toMatchObject({home: '/home/é', checkpoint: noteOf(size)})
    }
  })

  test('is the one before, wherever the writing of the next was cut off', () => {
    keep(1)
    keep(2)
    const before = readFileSync(path)
    keep(3)
    const after = readFileSync(path)
    let [old, young] = [0, 0]
    for (let cut = 0; cut <= 600; cut += 1) {
      const torn = Buffer.concat([after.subarray(0, cut), before.subarray(cut)])
      writeFileSync(path, torn)
      const found = loadHead(state, fingerprint)?.checkpoint
      expect([noteOf(2), noteOf(3)]).toContain(found)
      if (found === noteOf(2)) old += 1
      else young += 1
    }
    expect(old).toBeGreaterThan(300)
    expect(young).toBeGreaterThan(10)
  })

  test('written by a keyrite that knew no places is read, and put into one', () => {
    writeFileSync(path, jcs({checkpoint: noteOf(4), home: '/home/a'}), {mode: 0o600})
    expect(loadHead(state, fingerprint)).toMatchObject({home: '/home/a', checkpoint: noteOf(4)})
    for (const size of [5, 6]) {
      keep(size)
      expect(loadHead(state, fingerprint)?.checkpoint).toBe(noteOf(size))
    }
  })

  test('that is whole in neither place, or of which a bit was changed, is refused', async () => {
    keep(1)
    const good = readFileSync(path)
    for (const at of [0, 63, 64, 65, 100, 200]) {
      const bad = Buffer.from(good)
      bad[at] = (bad[at] ?? 0) ^ 1
      writeFileSync(path, bad)
      expect(await outcome(() => loadHead(state, fingerprint))).toBe('UNSAFE_FILE')
    }
  })

  test('of a home with a path that does not fit is not written over what is there', async () => {
    keep(1)
    const long = {home: `/${'x'.repeat(9_000)}`, checkpoint: noteOf(2)}
    expect(
      await outcome(() => {
        storeHead(state, fingerprint, long)
      }),
    ).toBe('STORAGE')
    expect(loadHead(state, fingerprint)?.checkpoint).toBe(noteOf(1))
  })
})
