/** T14: keyrite, as it is shipped, is killed at any moment while it appends: what it said is so, and the next command goes on. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as after} from 'node:timers/promises'
import {expect} from '@jest/globals'
import {keysFold} from '../../src/keys/index.ts'
import {slow} from '../ledger/support.ts'
import {chances} from '../power/disk.ts'
import {needing} from '../support/needs.ts'
import {said, SmallHome} from './home.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

const kills = slow ? 300 : 4

let home: SmallHome
beforeAll(() => {
  home = new SmallHome()
}, 120_000)
afterAll(() => {
  home.remove()
})

test('commands that are killed at any moment lose nothing that was acknowledged, and do nothing twice', async () => {
  const began = performance.now()
  home.ok(...home.makes('first'))
  const takesMs = performance.now() - began
  const chance = chances(20261201)
  const acknowledged = ['first']
  let least = home.verified().entries
  let met = 0
  let midway = 0
  for (let round = 0; round < kills; round += 1) {
    const name = `key-${round}`
    const [program = '', ...argv] = home.started(home.makes(name))
    const child = spawn(program, argv, {stdio: ['ignore', 'pipe', 'ignore'], env: process.env})
    let stdout = ''
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    // The first third is Node's and the reading of the program, of which nothing can be lost.
    await Promise.race([ended, after(takesMs * (0.3 + 0.9 * chance()))])
    child.kill('SIGKILL')
    const [exit, signal] = await ended
    // One that was quicker than its killer went well.
    if (signal === null) expect([round, exit]).toEqual([round, 0])
    else met += 1
    // What it said counts, however it ended.
    const told = said({stdout})
    const done = Object.keys(told).length > 0
    if (done) {
      expect([round, told.code]).toEqual([round, undefined])
      acknowledged.push(name)
    }
    const {problems, entries} = home.verified()
    expect([round, problems]).toEqual([round, []])
    expect(entries).toBeGreaterThanOrEqual(least)
    if (entries > least && signal !== null) midway += 1
    // The same command again finishes it, or finds it done; what was said to be done is not made by it.
    const again = home.run(home.makes(name))
    expect([round, again.exit, said(again).code]).toEqual(
      again.exit === 0 && !done ? [round, 0, undefined] : [round, 5, 'KEY_EXISTS'],
    )
    least = home.verified().entries
  }
  const made = await home.using(({ledger}) => {
    expect([...ledger.of(keysFold).open.values()]).toEqual([])
    return [...ledger.of(keysFold).keys.keys()]
  })
  expect(made).toEqual(expect.arrayContaining(acknowledged))
  expect(await home.keysInToken()).toEqual(made.sort())
  process.stderr.write(
    `kills of the command line: ${met} of ${kills} met it, ${midway} after it had appended, ${acknowledged.length} acknowledged, 0 lost, 0 made twice\n`,
  )
  if (slow) expect(midway).toBeGreaterThan(kills / 10)
}, 3_600_000)
