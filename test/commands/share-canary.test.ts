/**
 * Threats T9, T18, T19, T20: a secret that is split, recovered and imported is looked for wherever it could have been left,
 * in every spelling, and so is every share of it.
 */
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {describe, expect} from '@jest/globals'
import {toLetters} from '../../src/shares/letters.ts'
import {shareRowLines} from '../../src/shares/text.ts'
import {readShare} from '../../src/ui/shares/read.ts'
import {needing} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {start, type Ended} from '../support/process.ts'
import {openScreen} from '../terminal/screen.ts'
import {keys, makeEscrow, nobody, sealed, type Escrow, type Holder} from './share-support.ts'

const {afterAll, beforeAll, test, testWith} = needing('ssh-keygen')

/** As long as a MAC key is. */
const canary = 'canary-7f3a9c51e8-of-the-escrow!'
const bytes = Buffer.from(canary)

/** The secret as it could be spelt. */
function spellings(): readonly string[] {
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(before === 0 ? 0 : 4, -6)
  })
  const letters = toLetters(bytes.subarray(0, 30)).toString('latin1')
  return [
    canary,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    letters,
    letters.toUpperCase(),
  ]
}

let people: Escrow
let env: NodeJS.ProcessEnv
/** What every process of a run had in its arguments and variables, as long as it was there. */
const seen: string[] = []
const ran: Ended[] = []
let shares: readonly string[] = []

/** Descendants of a process, itself among them. */
function family(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one)))
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // it ended meanwhile
    }
  const found = [root]
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child)
  return found
}

async function watched(line: string): Promise<Ended> {
  const argv = line.split(' ').map((word) => word.replace(/^@/, `${people.folder}/`))
  const {child, ended} = start(argv, env)
  const state = {over: false}
  const watch = (async () => {
    const pids = new Set<number>()
    while (!state.over) {
      for (const pid of family(child.pid ?? 0)) {
        pids.add(pid)
        for (const what of ['cmdline', 'environ'])
          try {
            seen.push(readFileSync(`/proc/${pid}/${what}`, 'latin1'))
          } catch {
            // it ended meanwhile
          }
      }
      await pause(20)
    }
    return pids.size
  })()
  const result = await ended
  state.over = true
  const held = await watch
  expect([result.exit, result.exit === 0 ? '' : result.stdout + result.stderr]).toEqual([0, ''])
  // The launcher's process, and the one that holds the secret.
  expect(held).toBeGreaterThanOrEqual(2)
  ran.push(result)
  return result
}

beforeAll(async () => {
  // The programs that are watched have the clock of this machine, whatever it says.
  people = await makeEscrow({from: new Date()})
  await people.using((app) => addLocal(app, 'main'))
  env = {
    PATH: process.env['PATH'],
    HOME: people.folder,
    TMPDIR: join(people.folder, 'tmp'),
    KEYRITE_HOME: people.world.home,
    XDG_STATE_HOME: dirname(people.world.state),
  }
  execFileSync('mkdir', [join(people.folder, 'tmp')])
  writeFileSync(join(people.folder, 'planted'), canary, {mode: 0o600})
  const split = await watched(
    `share split --name canary --secret-file @planted --threshold 3 ${sealed.map((one) => `--holder ${one}`).join(' ')} --out @canary --as alice --json ${people.quorum}`,
  )
  expect(split.exit).toBe(0)
  const files = (JSON.parse(split.stdout) as {holders: Holder[]}).holders.map(({file}) => file)
  const combined = await watched(
    `share combine --set canary ${files.slice(1).join(' ')} ${keys('bob', 'carol', 'dan')} --out @recovered --ticket T-1 --as alice ${people.quorum}`,
  )
  expect([combined.exit, readFileSync(join(people.folder, 'recovered'), 'utf8')]).toEqual([0, canary])
  writeFileSync(join(people.folder, 'pin'), 'correct horse battery\n', {mode: 0o600})
  const imported = await watched(
    `share combine --set canary ${files.slice(1).join(' ')} ${keys('bob', 'carol', 'dan')} --import-as planted --profile main --algorithm hmac-sha256 --purpose mac --class mac --owner alice --ticket T-2 --pin-file @pin --as alice ${people.quorum}`,
  )
  expect([imported.exit, imported.exit === 0 ? '' : imported.stdout + imported.stderr]).toEqual([0, ''])
  const texts = await Promise.all(
    files.map((file, at) =>
      readShare(file, {ask: nobody, identities: [join(people.folder, `${sealed[at] ?? ''}.age`)]}),
    ),
  )
  shares = texts.flatMap((share) => [
    share.raw.subarray(3).toString('latin1'),
    ...shareRowLines(share, 72).map((row) => row.subarray(3).toString('latin1')),
    ...shareRowLines(share, 72).map((row) =>
      row.subarray(3).toString('latin1').replaceAll(' ', '').toUpperCase(),
    ),
  ])
}, 180_000)
afterAll(() => {
  people.remove()
})

/** What of the secret and its shares stands in these bytes. */
function found(text: string): readonly string[] {
  return [...spellings(), ...shares].filter((one) => text.includes(one))
}

describe('a secret that was split, recovered and imported', () => {
  test('is in none of the spellings in what was printed', () => {
    expect(ran).toHaveLength(3)
    expect(ran.flatMap(({stdout, stderr}) => found(stdout + stderr))).toEqual([])
  })

  test('is in no argument and no variable of any process', () => {
    expect(seen.length).toBeGreaterThan(10)
    expect(seen.join('\n')).toContain('shares-host.js')
    expect(found(seen.join('\n'))).toEqual([])
  })

  test('is in no file of home, state, or the folder for temporary files; only where it was brought from and asked to', () => {
    const folders = [people.world.home, dirname(people.world.state), people.folder]
    const left = folders.flatMap((folder) =>
      readdirSync(folder, {recursive: true, withFileTypes: true})
        .filter((one) => one.isFile())
        .map((one) => join(one.parentPath, one.name))
        .filter((path) => found(readFileSync(path, 'latin1')).length > 0),
    )
    expect(left.map((path) => path.slice(people.folder.length + 1)).sort()).toEqual(['planted', 'recovered'])
    expect(readdirSync(join(people.folder, 'tmp'))).toEqual([])
  })

  test('would be found, if it were there', () => {
    for (const one of spellings()) expect(found(`x${one}y`)).not.toEqual([])
    expect(shares).toHaveLength(4 * 9)
  })
})

testWith(
  ['tmux', 'ssh-keygen'],
  'a share that was shown on the screen is gone from it, and from its scrollback',
  async () => {
    const screen = openScreen(people.folder, {
      KEYRITE_HOME: people.world.home,
      XDG_STATE_HOME: dirname(people.world.state),
    })
    try {
      const dir = people.folder
      screen.run(
        `keyrite share split --name shown --secret-file ${dir}/planted --threshold 2 --holder alice --holder erin --out ${dir}/shown --as alice ${people.quorum}`,
      )
      await screen.until(/Cover the camera/)
      screen.type('Enter')
      const shown = await screen.until(/Then press Enter, and they are hidden/)
      const rows = Array.from(shown.matchAll(/^ {2}\d {2}((?:[a-z0-9]{4} ?){7})$/gm), ([, row = '']) =>
        row.trim(),
      )
      expect(rows).toHaveLength(4)
      screen.type('Enter')
      for (const [at, row] of rows.entries()) {
        await screen.until(new RegExp(`Row ${at + 1} of 4: *$`, 'm'))
        screen.type('-l', row)
        screen.type('Enter')
      }
      const {exit} = await screen.ended()
      expect(exit).toBe(0)
      const history = screen.history()
      for (const row of rows) expect(history).not.toContain(row)
      expect(found(history)).toEqual([])
      expect(await screen.restored()).toBe(true)
    } finally {
      screen.close()
    }
  },
)
