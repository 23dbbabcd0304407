/** A disk of a few megabytes that fills up in the middle of a revocation: what is said is true, a journal ends it, and it is taken in once there is room. */
import {execFileSync} from 'node:child_process'
import {closeSync, mkdtempSync, openSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import IncidentAbsorb from '../../src/commands/incident/absorb.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {here, testWith} from '../support/needs.ts'
import {start} from '../support/process.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'

interface Small {
  readonly house: House
  /** The file system, with the home in it. */
  readonly disk: string
  readonly home: string
}
const box: {small?: Small} = {}
const small = (): Small => box.small ?? missing()
const filler = (): string => join(small().disk, 'filler')

beforeAll(async () => {
  if (!here('root')) return
  const house = await makeHouse()
  const {home} = house.world
  // Its keys lie elsewhere, as they do in a house: a place that is full itself can contain nothing.
  const place = ['--kind', 'local', '--environment', 'test', '--token', join(house.dir, 'aside.token')]
  expect(
    await runJson(
      ProfileAdd,
      'profile add',
      ['aside', ...place, '--pin-file', house.pinFile, '--as', 'alice'],
      house.world,
    ),
  ).toMatchObject({exit: 0})
  // The same home at the same path, on a small disk from now on.
  const aside = mkdtempSync(join(tmpdir(), 'keyrite-disk-'))
  execFileSync('cp', ['-a', `${home}/.`, aside])
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=0700', 'tmpfs', home])
  box.small = {house, disk: home, home}
  execFileSync('cp', ['-a', `${aside}/.`, home])
  rmSync(aside, {recursive: true})
}, 120_000)
afterAll(() => {
  if (box.small === undefined) return
  execFileSync('umount', [small().disk])
  small().house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((one) => ['--sign-with', `${one}=${small().house.keyOf(one)}`])
/** At the home that lies on the small disk. */
const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
  runJson(command, id, [...argv, '--as', as], {...small().house.world, home: small().home})

/** Not a byte is left. */
function fill(): void {
  const file = openSync(filler(), 'a')
  try {
    for (let size = 1 << 20; size >= 1;) {
      try {
        writeSync(file, Buffer.alloc(size))
      } catch {
        size >>= 1
      }
    }
  } finally {
    closeSync(file)
  }
}

const room = 'nothing is claimed that is not so; a journal ends it, and it is taken in once there is room'
const lines = [
  [
    /Incident i\d+ about key/,
    'once it is open, nothing is claimed that is not so; a journal ends it, and it is taken in once there is room',
  ],
  [/signed it/, `once it is signed, ${room}`],
  [/Version 1: suspended/, `once it is contained, ${room}`],
] as const

describe('where the disk of the ledger fills up', () => {
  for (const [at, [says, title]] of (SLOW ? lines : lines.slice(0, 1)).entries())
    testWith(
      'root',
      title,
      async () => {
        const {house, home} = small()
        const name = `key-${at}`
        const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
        const making = [
          name,
          '--profile',
          'aside',
          '--owner',
          'alice',
          ...how,
          ...signing('alice', 'bob', 'carol'),
        ]
        expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0})
        const env = {
          PATH: process.env['PATH'],
          KEYRITE_HOME: home,
          XDG_STATE_HOME: dirname(house.world.state),
        }
        const argv = [
          ...['revoke', name, '--reason', 'key-compromise', '--confirm', `${name}@aside`, '--as', 'dan'],
          ...signing('dan'),
        ]
        const {child, ended} = start(argv, env)
        let heard = ''
        child.stderr?.on('data', (chunk: Buffer) => {
          heard += chunk.toString('utf8')
          if (says.test(heard)) fill()
        })
        const broken = await ended
        // Whatever it had done by then stands: dead is only said where it is dead.
        if (broken.exit !== 0) {
          expect([broken.exit, broken.stderr]).toEqual([12, expect.stringContaining('Code: STORAGE')])
          expect(broken.stderr).toMatch(/NOT YET DEAD: |IN USE: /)
          expect(broken.stderr).toContain('--unrecorded')
        }
        fill()
        const journal = join(house.dir, `${name}.jsonl`)
        const there = await start([...argv, '--unrecorded', '--journal', journal, '--json'], env).ended
        const done = JSON.parse(there.stdout) as Record<string, unknown>
        if (broken.exit !== 0)
          expect([there.exit, done]).toMatchObject([9, {recorded: false, contained: true}])
        rmSync(filler())
        if (broken.exit !== 0) {
          const opened = await run(IncidentShow, 'incident show', [name])
          const absorbed = await run(IncidentAbsorb, 'incident absorb', [journal])
          expect(absorbed).toMatchObject({exit: 0, startedAt: opened['startedAt']})
        }
        const resuming = [name, '--confirm', `${name}@aside`, ...signing('dan')]
        expect(await run(IncidentResume, 'incident resume', resuming)).toMatchObject({
          ...{exit: 0, contained: true, proof: 'proven'},
        })
        expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'suspended'})
        expect(await run(LedgerVerify, 'ledger verify', [])).toMatchObject({exit: 0, problems: []})
        expect(
          await run(IncidentRatify, 'incident ratify', [name, ...signing('alice', 'bob')], 'alice'),
        ).toMatchObject({exit: 0})
      },
      180_000,
    )
})

function missing(): never {
  throw new Error('it is not there')
}
