/** What other people made reads what we write: Go's own checksum database, and Torchwood's client of logs as C2SP has them. */
import {execFile} from 'node:child_process'
import {cpSync, globSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerPin from '../../src/commands/ledger/pin.ts'
import LedgerProve from '../../src/commands/ledger/prove.ts'
import {bringGo} from '../backends/clients.ts'
import {copyOf, refused} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, surroundingsOf, type World} from '../support/run.ts'
import {App} from '../../src/app.ts'

const reader = await bringGo(join(import.meta.dirname, 'go-log'))
/** More than one full tile, so that there is a level above. */
const size = 300

let made: TestLedger
let fork: World
let entries: Buffer[]
let name: string
let pins: string[]
let forked: string
const at = (file: string): string => join(dirname(made.world.home), file)

async function pin(world: World, file: string): Promise<string> {
  expect(await runJson(LedgerPin, 'ledger pin', ['--out', at(file)], world)).toMatchObject({exit: 0})
  return at(file)
}

async function append(world: World, count: number, what: string): Promise<void> {
  const ask = {interactive: false} as App['world']['ask']
  const app = new App({...surroundingsOf(world), ask, command: 'keyrite test', say: () => undefined})
  await app.ledger.append(Array.from({length: count}, (_, one) => refused(`${what}.${one}`)))
  await app.close()
}

beforeAll(async () => {
  if (!reader.present) return
  made = await makeLedger({people: 3})
  await append(made.world, 100, 'first')
  pins = [await pin(made.world, 'first')]
  fork = copyOf(made.world, 'fork', 'both')
  for (const head of globSync('writers/*.head', {cwd: fork.state})) rmSync(join(fork.state, head))
  await append(fork, 3, 'other')
  forked = await pin(fork, 'forked')
  await append(made.world, 160, 'second')
  pins.push(await pin(made.world, 'second'))
  await made.using(async (app) => {
    await app.ledger.append(Array.from({length: size - app.ledger.size}, () => refused('third')))
    entries = app.ledger.store.rows(0, size).map(({bytes}) => Buffer.from(bytes))
    name = app.ledger.view.facts.name
  })
}, 120_000)
afterAll(() => {
  if (reader.present) made.remove()
})

/** What the reader prints, or why it does not. */
async function read(...args: readonly string[]): Promise<unknown> {
  try {
    const {stdout} = await promisify(execFile)(reader.present ? reader.folder : '', args)
    return JSON.parse(stdout)
  } catch (error) {
    return (error as {stderr?: string}).stderr
  }
}

const exported = (out: string) =>
  runJson<{root: string; vkey: string}>(
    LedgerExport,
    'ledger export',
    ['--format', 'tiles', '--out', at(out)],
    made.world,
  )

describe('Go’s checksum database and Torchwood', () => {
  testWhen(
    reader,
    'walk the whole ledger by its tiles, and find each pin at its beginning; a fork’s pin, signed with the same key, is none',
    async () => {
      const {root, vkey} = await exported('tiles')
      const whole = {origin: name, size, root, sha256: sha256Hex(...entries)}
      expect(await read('tiles', at('tiles'), vkey, ...pins)).toEqual({...whole, pins: [104, 264]})
      expect(await read('tiles', at('tiles'), vkey, forked)).toMatch(/invalid transparency proof/)
      expect(await read('tiles', at('tiles'), `${vkey.slice(0, -4)}AAA=`, ...pins)).toMatch(/verifier/)
    },
    120_000,
  )

  testWhen(
    reader,
    'refuse the same with a byte of any file changed',
    async () => {
      const {vkey} = await exported('good')
      const changed = at('changed')
      for (const file of globSync('**/*', {cwd: at('good')})) {
        if (!statSync(join(at('good'), file)).isFile()) continue
        rmSync(changed, {recursive: true, force: true})
        cpSync(at('good'), changed, {recursive: true})
        const bytes = readFileSync(join(changed, file))
        const third = Math.floor(bytes.length / 3)
        bytes[third] = (bytes[third] ?? 0) ^ 1
        writeFileSync(join(changed, file), bytes)
        expect([file, await read('tiles', changed, vkey)]).toEqual([file, expect.any(String)])
      }
    },
    120_000,
  )

  testWhen(
    reader,
    'take the proof of an entry, and of no other',
    async () => {
      for (const seq of [0, 255, 256, size - 1]) {
        const argv = [String(seq), '--out', at(`proof-${seq}`)]
        const {root, vkey} = await runJson<{root: string; vkey: string}>(
          LedgerProve,
          'ledger prove',
          argv,
          made.world,
        )
        writeFileSync(at('entry'), entries[seq] ?? '')
        expect(await read('proof', at(`proof-${seq}`), at('entry'), vkey)).toEqual({index: seq, size, root})
        writeFileSync(at('entry'), entries[(seq + 1) % size] ?? '')
        expect(await read('proof', at(`proof-${seq}`), at('entry'), vkey)).toMatch(
          /invalid transparency proof/,
        )
      }
    },
    60_000,
  )
})
