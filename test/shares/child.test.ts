/** The process that holds a secret: what it does, what it is given, and that it ends. */
import {readFileSync, readdirSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {Secret} from '../../src/base/secret.ts'
import {combineApart, Dealer, type Dealt} from '../../src/shares/child/line.ts'
import {readShareBlock} from '../../src/shares/blocks.ts'
import type {Share} from '../../src/shares/format.ts'
import {readRow} from '../../src/shares/row.ts'
import type {Sharing} from '../../src/shares/split.ts'
import {subsets} from '../../src/shares/subsets.ts'
import {numbers, slow} from './support.ts'

const head = {holder: 'Carol', ledger: 'ab'.repeat(32), entry: 7}

async function shareOf(dealer: Dealer, index: number): Promise<Share> {
  const rows = (await dealer.rows(index)).map((row, at) => {
    const read = readRow('s', at + 1, 4, row.subarray(3))
    if (read.kind !== 'good') throw new Error('a row that was just made')
    return read.bytes
  })
  return readShareBlock(Buffer.concat(rows)).share
}

async function dealt(
  secret: string,
  sharing: Sharing,
): Promise<{readonly made: Dealt; readonly shares: readonly Share[]}> {
  const dealer = new Dealer()
  try {
    const made = await dealer.split(new Secret(Buffer.from(secret)), sharing)
    const shares: Share[] = []
    for (let index = 1; index <= sharing.holders; index++) shares.push(await shareOf(dealer, index))
    return {made, shares}
  } finally {
    await dealer.end()
  }
}

/** The process of a child, by its program. */
function hosts(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1]
      return (
        parent === String(process.pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('child/host.ts')
      )
    } catch {
      return false // it ended meanwhile
    }
  })
}

describe('a secret in a process of its own', () => {
  test('is split there and put together there, by any subset', async () => {
    const next = numbers(3)
    const runs = slow ? 20 : 4
    const {made, shares} = await dealt('through the child', {threshold: 3, holders: 6})
    const all = [...subsets(6, 3)]
    for (let run = 0; run < runs; run++) {
      const chosen = slow ? all[run % all.length] : all[1 + next(all.length - 1)]
      const facts = {...made, threshold: 3, holders: 6}
      const secret = await combineApart(
        (chosen ?? []).flatMap((at) => shares[at] ?? []),
        facts,
        made,
      )
      expect(secret.consume((bytes) => Buffer.from(bytes).toString())).toBe('through the child')
    }
  }, 600_000)

  test('is refused there as here: too few, altered, another wrapped secret', async () => {
    const sharing = {threshold: 2, holders: 3}
    const {made, shares} = await dealt('refused', sharing)
    const facts = {...made, ...sharing}
    const [one, two] = shares
    if (one === undefined || two === undefined) throw new Error('three shares')
    await expect(combineApart([one], facts, made)).rejects.toMatchObject({code: 'SHARES_MISSING'})
    const raw = Buffer.from(two.raw)
    raw[68] = raw[68] === 0x30 ? 0x31 : 0x30
    await expect(combineApart([one, {...two, raw}], facts, made)).rejects.toMatchObject({
      code: 'SHARE_BAD',
      message: expect.stringContaining('cannot use share 2: it was altered'),
    })
  })

  test('is given no variable and no core file, and is gone when it is done', async () => {
    expect(hosts()).toEqual([])
    const dealer = new Dealer()
    try {
      await dealer.split(new Secret(Buffer.from('x')), {threshold: 2, holders: 2})
      const [pid = ''] = hosts()
      expect(
        readFileSync(`/proc/${pid}/environ`, 'latin1').replace(/(?:PWD|SHLVL|_|OLDPWD)=[^\0]*\0/g, ''),
      ).toBe('')
      expect(readFileSync(`/proc/${pid}/limits`, 'latin1')).toMatch(/^Max core file size +0 /m)
      await dealer.seal(1, head, 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p')
    } finally {
      await dealer.end()
    }
    expect(hosts()).toEqual([])
  })

  test('that ends by itself is said, and nothing is given out', async () => {
    const dealer = new Dealer()
    await dealer.split(new Secret(Buffer.from('x')), {threshold: 2, holders: 2})
    const [pid = ''] = hosts()
    process.kill(Number(pid), 'SIGKILL')
    await expect(dealer.rows(1)).rejects.toMatchObject({code: 'STOPPED'})
    await dealer.end()
  })
})
