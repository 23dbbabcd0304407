/** The program is killed at each step of handing a ledger over and taking it over: the same command again finishes it, once. */
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {expect} from '@jest/globals'
import {makeMachines, type Machine, type Machines} from '../ledger/machines.ts'
import {slow} from '../ledger/support.ts'
import {start} from '../support/process.ts'
import {needing} from '../support/needs.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let all: Machines
let second: Machine
beforeEach(async () => {
  all = await makeMachines()
  const {home} = all.machine('second')
  second = {...all.machine('second'), home, state: join(dirname(home), 'state', 'keyrite')}
})
afterEach(() => {
  all.remove()
})

const envOf = (on: Machine): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  KEYRITE_HOME: on.home,
  XDG_STATE_HOME: dirname(on.state),
  ...on.env,
})

/** Runs a command until it has said so much, or ended; kills it so long after that. @returns whether it was killed. */
async function killed(on: Machine, argv: readonly string[], says: RegExp, afterMs: number): Promise<boolean> {
  const {child, ended} = start(argv, envOf(on))
  const heard = new Promise<void>((resolve) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (says.test(said)) resolve()
    })
  })
  await Promise.race([ended, heard])
  await Promise.race([ended, pause(afterMs)])
  if (child.exitCode === null) child.kill('SIGKILL')
  return (await ended).signal === 'SIGKILL'
}

test('killed after each answer, and at any moment between the change, the file and the new writer', async () => {
  const [file, vkey] = [all.out(), await all.prepared(second)]
  const handOver = ['ledger', 'hand-over', '--to', vkey, '--out', file, ...all.signed()]
  const heard = ['SHA-256 of the plan', 'Alice[^]*approved', 'Bob[^]*approved', 'Carol[^]*approved']
  let kills = 0
  for (const [at, says] of heard.entries())
    for (const afterMs of slow ? [0, 2, 5, 10, 20, 40, 80, 160] : [at * 7]) {
      const done = existsSync(file)
      if (!done && (await killed(all.first, handOver, new RegExp(says), afterMs))) kills += 1
    }
  expect(kills).toBeGreaterThan(1)
  const once = async (): Promise<number> =>
    all.using(all.first, ({ledger}) => ledger.view.facts.writers.filter(({by}) => by === 'hand-over').length)
  if (!existsSync(file)) {
    const {ended} = start([...handOver, '--json'], envOf(all.first))
    const {exit, stderr} = await ended
    expect([exit, stderr]).toEqual([0, expect.anything()])
  }
  expect(await once()).toBe(1)
  expect(await all.append(all.first)).toBe('LEDGER_NOT_WRITER')

  for (const afterMs of slow ? [200, 300, 400, 500, 600, 700, 800] : [450])
    await killed(second, ['ledger', 'take-over', file], /^never$/, afterMs)
  const {exit, stdout} = await start(['ledger', 'take-over', file, '--json'], envOf(second)).ended
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, {vkey}])
  expect(await all.append(second)).toBe('ok')
  expect(await all.run(second, 'ledger verify', '--deep')).toMatchObject({ok: true, forkRisks: []})
  process.stderr.write(`kills of a hand-over: ${kills}; handed over once, taken over once\n`)
}, 600_000)
