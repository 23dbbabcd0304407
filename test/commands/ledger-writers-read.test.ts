/** A log whose writer changed, read by a reader that knows only the documents (read-log.py). */
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import LedgerExport from '../../src/commands/ledger/export.ts'
import {makeMachines, type Machine, type Machines} from '../ledger/machines.ts'
import {runCommand} from '../support/run.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, testWith} = needing('ssh-keygen')

const reader = join(import.meta.dirname, 'read-log.py')

let all: Machines
let last: Machine
let vkey: string
let tiles: string
const pins: string[] = []
beforeAll(async () => {
  all = await makeMachines()
  vkey = await all.using(all.first, ({ledger}) => ledger.view.facts.vkey)
  const pin = async (on: Machine): Promise<void> => {
    const out = all.out()
    expect(await all.run(on, 'ledger pin', '--out', out)).toMatchObject({exit: 0})
    pins.push(out)
  }
  await pin(all.first)
  const reason = ['--reason', 'yearly']
  expect(await all.run(all.first, 'ledger replace-key', ...reason, ...all.signed())).toMatchObject({exit: 0})
  await pin(all.first)
  expect(await all.append(all.first)).toBe('ok')
  await pin(all.first)
  last = all.machine('second')
  const [file, key] = [all.out(), await all.prepared(last)]
  const handed = await all.run(all.first, 'ledger hand-over', '--to', key, '--out', file, ...all.signed())
  expect(handed).toMatchObject({exit: 0})
  expect(await all.run(last, 'ledger take-over', file)).toMatchObject({exit: 0})
  expect(await all.append(last)).toBe('ok')
  tiles = all.out()
  const ran = await runCommand(LedgerExport, 'ledger export', ['--format', 'tiles', '--out', tiles], last)
  expect(ran.exit).toBe(0)
}, 60_000)
afterAll(() => {
  all.remove()
})

const read = (...argv: readonly string[]): Record<string, unknown> =>
  JSON.parse(execFileSync('python3', [reader, 'log', tiles, ...argv], {stdio: 'pipe'}).toString()) as Record<
    string,
    unknown
  >

describe('a log that three keys wrote', () => {
  testWith('python3', 'is read from the key of entry 0 on, with older checkpoints of each key', async () => {
    const {size, root} = await all.using(last, ({ledger}) => ({
      size: ledger.size,
      root: ledger.view.rootAt(ledger.size),
    }))
    const said = read(vkey, ...pins)
    expect(said).toMatchObject({size, keys: 3})
    expect(Buffer.from(String(said['root']), 'hex').toString('base64')).toBe(root)
    expect((said['pins'] as number[]).length).toBe(3)
  })

  testWith('python3', 'is not read from another key, nor with a checkpoint of another size', async () => {
    const newer = await all.using(last, ({ledger}) => ledger.view.facts.vkey)
    expect(() => read(newer)).toThrow(/wrong/)
    const moved = all.out()
    const note = await all.using(last, ({ledger}) => ledger.note)
    writeFileSync(moved, note.replace(/\n\d+\n/, '\n5\n'))
    expect(() => read(vkey, moved)).toThrow(/wrong/)
  })
})
