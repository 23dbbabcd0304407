/** The whole program under a clock that is ten years off, either way: T13, on a test profile. */
import {spawn} from 'node:child_process'
import {dirname} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {makeHouse, problemsOf, shortTemplate, parameters, type House} from '../ceremony/room.ts'
import {writeFileSync} from 'node:fs'
import {testWith} from '../support/needs.ts'
import {cli, type Ended} from '../support/process.ts'
import {signersBut} from '../commands/held.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

/** Runs the command line under a clock so many days off. */
function off(days: number, ...argv: readonly string[]): Promise<Ended> {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', cli, ...argv, '--json']
  const shift = `${days < 0 ? '-' : '+'}${Math.abs(days)}d`
  const [program = '', ...args] = days === 0 ? node : ['faketime', '-f', shift, ...node]
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      KEYRITE_HOME: house.world.home,
      XDG_STATE_HOME: dirname(house.world.state),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = {stdout: '', stderr: ''}
  child.stdout.on('data', (chunk: Buffer) => void (said.stdout += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => void (said.stderr += chunk.toString('utf8')))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, signal) => {
      resolve({exit, signal, ...said})
    })
  })
}
const document = ({stdout}: Ended): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>
const tenYears = 3_653
const create = (name: string): string[] => [
  'key',
  'create',
  name,
  '--profile',
  'main',
  '--algorithm',
  'ed25519',
  '--purpose',
  'sign',
  '--class',
  'jwt-signing',
  '--owner',
  'alice',
  '--as',
  'alice',
  '--pin-file',
  house.pinFile,
]
const signed = (...people: readonly string[]): string[] =>
  people.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
const apply = (id: string): string[] => [
  ...['request', 'apply', id, '--as', 'alice', '--pin-file', house.pinFile],
  ...signed('bob', 'carol'),
]
const sizeOf = (): Promise<number> => house.using((app) => app.ledger.size)
const dayOf = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

describe('ten years off', () => {
  testWith(
    'faketime',
    'behind: every change is refused with CLOCK_BEHIND, and nothing is recorded',
    async () => {
      const size = await sizeOf()
      for (const argv of [
        create('behind'),
        ['ceremony', 'run', house.template, '--answers', house.answers()],
      ]) {
        const ran = await off(-tenYears, ...argv)
        expect([ran.exit, document(ran)['code']]).toEqual([5, 'CLOCK_BEHIND'])
      }
      expect(await sizeOf()).toBe(size)
      const read = await off(-tenYears, 'key', 'list')
      expect(read.exit).toBe(0)
      expect(problemsOf(house)).toEqual([])
    },
  )

  testWith(
    'faketime',
    'ahead: what waited has expired, and is not revived by setting the clock back',
    async () => {
      const opened = await off(0, ...create('waits'), ...signed('alice'))
      expect(opened.exit).toBe(8)
      const id = String(document(opened)['id'])
      const late = await off(tenYears, ...apply(id))
      expect([late.exit, document(late)['code'], document(late)['message']]).toEqual([
        5,
        'REQUEST_STATE',
        expect.stringContaining('it is expired'),
      ])
      // Somebody asks for something else under the false clock: the ledger is there now.
      expect((await off(tenYears, ...create('future'), ...signed('alice'))).exit).toBe(8)
      const back = await off(0, ...apply(id))
      expect(back.exit).toBe(5)
      const accepted = await off(
        0,
        'ledger',
        'clock',
        '--accept',
        '--reason',
        'the clock was ten years ahead',
        '--as',
        'alice',
        '--confirm',
        dayOf(0),
      )
      expect([accepted.stderr, accepted.exit]).toEqual([expect.stringContaining('They do not agree'), 0])
      const revived = await off(0, ...apply(id))
      expect([revived.exit, document(revived)['message']]).toEqual([
        5,
        expect.stringContaining('it is void, as the clock was set back at entry'),
      ])
      // Asked anew, it goes on.
      const anew = await off(0, ...create('anew'), ...signed('alice', 'bob', 'carol'))
      expect([anew.stderr, anew.exit]).toEqual([expect.any(String), 0])
      expect(problemsOf(house)).toEqual([])
    },
    120_000,
  )

  testWith(
    'faketime',
    'in the middle of a ceremony: it stops, crashes nowhere, goes on, and its ledger verifies',
    async () => {
      writeFileSync(house.template, shortTemplate)
      const answers = (changes: object = {}): string =>
        house.answers({
          parameters: {...parameters, 'key-name': 'mid-ceremony'},
          steps: {seal: {answer: 'B-1'}},
          ...changes,
        })
      const few = answers({signers: signersBut(house, 'dan', 'erin', 'frank')})
      const stopped = await off(0, 'ceremony', 'run', house.template, '--answers', few)
      expect([stopped.exit, document(stopped)['status']]).toEqual([8, 'stopped'])
      const id = String(document(stopped)['id'])
      const behind = await off(-tenYears, 'ceremony', 'resume', id, '--answers', answers())
      expect([behind.exit, document(behind)['code'] ?? document(behind)['status']]).toEqual([
        expect.any(Number),
        expect.stringMatching(/CLOCK_BEHIND|stopped/),
      ])
      expect(behind.exit).not.toBe(0)
      expect(problemsOf(house)).toEqual([])
      // Ahead, the request has expired: it is asked anew, and only what is signed now counts.
      const ahead = await off(tenYears, 'ceremony', 'resume', id, '--answers', answers())
      expect([0, 8, 9]).toContain(ahead.exit)
      expect(problemsOf(house)).toEqual([])
      const after = await off(tenYears, 'ceremony', 'show', id)
      expect(document(after)['status']).toBe('signed-off')
      const verify = await off(tenYears, 'ledger', 'verify')
      expect([verify.exit, document(verify)['problems']]).toEqual([0, []])
    },
    120_000,
  )
})
