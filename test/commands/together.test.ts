/** T16, by the command line as it is shipped: several operators at once, on one machine. */
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {hostFacts, hostLine} from '../../src/base/this-host.ts'
import {keysFold} from '../../src/keys/index.ts'
import {slow} from '../ledger/support.ts'
import {start, type Ended, type Started} from '../support/process.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
}, 60_000)
afterAll(() => {
  house.remove()
})

const held = /^Waiting for the ledger: it is held by keyrite key create \(pid (\d+), since [^)]+\)\.$/m

function create(name: string, algorithm: string, ...signers: readonly string[]): Started {
  return createIn({}, name, algorithm, ...signers)
}

function createIn(
  more: NodeJS.ProcessEnv,
  name: string,
  algorithm: string,
  ...signers: readonly string[]
): Started {
  const {world, pinFile} = house
  const argv = [
    ...['key', 'create', name, '--profile', 'main', '--algorithm', algorithm, '--purpose', 'sign'],
    ...['--class', 'jwt-signing', '--owner', 'alice', '--as', 'alice', '--pin-file', pinFile, '--json'],
    ...signers.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`]),
  ]
  const env = {PATH: process.env['PATH'], KEYRITE_HOME: world.home, XDG_STATE_HOME: dirname(world.state)}
  return start(argv, {...env, ...more})
}

const typesOf = (): Promise<string[]> =>
  house.using(({ledger}) =>
    Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq)?.type ?? '?'),
  )

describe('commands at once', () => {
  const [processes, each] = slow ? [8, 50] : [4, 2]

  test(`${processes} that each record ${each} requests lose none, and make no fork`, async () => {
    const before = (await typesOf()).length
    const lane = async (at: number): Promise<Ended[]> => {
      const ended: Ended[] = []
      for (let turn = 0; turn < each; turn += 1)
        ended.push(await create(`lane-${at}-${turn}`, 'ec-p256').ended)
      return ended
    }
    const all = (await Promise.all(Array.from({length: processes}, (_, at) => lane(at)))).flat()
    // Each asked for its quorum; one that was kept waiting for a second says by whom.
    expect(all.map(({exit}) => exit)).toEqual(all.map(() => 8))
    const waited = all.filter(({stderr}) => stderr.includes('Waiting for'))
    expect(waited.filter(({stderr}) => !held.test(stderr))).toEqual([])
    const seqs = all.map(({stdout}) => Number((JSON.parse(stdout) as {id: string}).id.slice(1)))
    expect(seqs.sort((a, b) => a - b)).toEqual(all.map((_, at) => before + at))
    expect((await typesOf()).slice(before)).toEqual(all.map(() => 'quorum.opened'))
    expect(problemsOf(house)).toEqual([])
  }, 1_800_000)

  test('one that waits says for whom, and goes on when that one has ended', async () => {
    const three = ['carol', 'dan', 'erin']
    const first = create('first', 'rsa-4096', ...three)
    const {pid = -1} = first.child
    while (!existsSync(join(house.world.home, 'acts.lock.info'))) await pause(5)
    process.kill(pid, 'SIGSTOP') // in the middle of its act: it may hold on as long as it likes
    const second = create('second', 'ec-p256', ...three)
    let told = ''
    second.child.stderr?.on('data', (bytes: Buffer) => void (told += bytes.toString()))
    try {
      for (const last = Date.now() + 30_000; !told.includes('Waiting for') && Date.now() < last;)
        await pause(50)
      expect(Number(held.exec(told)?.[1])).toBe(pid)
      await pause(300)
      expect(second.child.exitCode).toBeNull()
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    expect([(await first.ended).exit, (await second.ended).exit]).toEqual([0, 0])
    await house.using(({ledger}) => {
      const {keys, open} = ledger.of(keysFold)
      expect(['first', 'second'].map((name) => keys.get(name)?.versions.length)).toEqual([1, 1])
      expect([...open.values()]).toEqual([])
    })
    expect(problemsOf(house)).toEqual([])
  }, 120_000)

  test('each records its machine by name and address, and from where somebody came to it (A1)', async () => {
    const ssh = {SSH_CONNECTION: '198.51.100.4 50123 192.0.2.7 22'}
    expect((await createIn(ssh, 'from-afar', 'ec-p256').ended).exit).toBe(8)
    const said = await house.using(({ledger}) =>
      ledger.view.open(ledger.view.entry(ledger.size - 1)?.actor.host),
    )
    expect(said).toBe(hostLine(hostFacts(ssh)))
    expect(said).toMatch(/; by SSH from 198\.51\.100\.4\)$/)
  })
})
