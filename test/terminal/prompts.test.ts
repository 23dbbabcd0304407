/**
 * Threat T22: every kind of question, broken off in every way, in a real terminal. The terminal is as it was, what was
 * recorded is said, the exit status is 130, and the same command can be given again.
 */
import {execFileSync} from 'node:child_process'
import {copyFileSync, chmodSync} from 'node:fs'
import {dirname, join} from 'node:path'
import Database from 'better-sqlite3'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {ask, contextOf, planned} from '../requests/support.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {onPath, testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux', 'ssh-keygen'] as const
const here = needed.every((name) => onPath(name) !== undefined)
const canary = 'canary-7f3a'

let house: House
let screen: Screen
let request = ''
let lockedKey = ''
beforeAll(async () => {
  if (!here) return
  house = await makeHouse()
  lockedKey = join(house.dir, 'locked')
  copyFileSync(house.keyOf('carol'), lockedKey)
  chmodSync(lockedKey, 0o600)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', canary, '-f', lockedKey])
  request = await house.using(async (app) => {
    await addLocal(app, 'spare')
    const wish = planned(app, {name: 'waiting', profile: 'main'})
    return (await ask(contextOf(app, house.founders[0]), wish)).id
  })
  screen = openScreen(house.dir, {KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(house.world.state)})
})
afterAll(() => {
  if (!here) return
  screen.close()
  house.remove()
})

const create = (name: string, more: string): string =>
  `keyrite key create ${name} --profile main --algorithm ec-p256 --purpose sign --class jwt-signing --owner alice ${more}`

function entries(): number {
  const db = new Database(join(house.world.home, 'ledger.db'), {readonly: true})
  try {
    return db.prepare<[], number>('SELECT count(*) FROM entries').pluck().get() ?? 0
  } finally {
    db.close()
  }
}

/** How a question is broken off. */
const endings = {
  'Ctrl-C': () => {
    screen.type('C-c')
  },
  'the end of input': () => {
    screen.type('C-d')
  },
  SIGTERM: () => {
    screen.signal('TERM')
  },
  SIGHUP: () => {
    screen.signal('HUP')
  },
} as const

interface Kind {
  readonly kind: string
  readonly line: () => string
  /** The question, standing at the end of the screen. */
  readonly asked: RegExp
  /** What is typed before the question that is broken off. */
  readonly first?: () => Promise<void>
  /** What is left in the ledger by then. */
  readonly recorded?: number
  /** How the end of input ends it, where another program reads it. */
  readonly ended?: readonly [status: number, said: RegExp]
}

const kinds: readonly Kind[] = [
  {kind: 'a choice', line: () => create('chosen', ''), asked: /Who are you/},
  {kind: 'a question for yes', line: () => create('confirmed', '--as alice'), asked: /Ask for this/},
  {
    kind: 'a choice after something was recorded',
    line: () => create(`recorded-${entries()}`, '--as alice'),
    first: async () => {
      await screen.until(/Ask for this/)
      screen.type('yes', 'Enter')
    },
    asked: /Who answers r\d+/,
    recorded: 1,
  },
  {
    kind: 'a PIN',
    line: () => 'keyrite profile add typed --kind local --environment test --as alice',
    asked: /PIN of profile "typed"[^\n]*\s*$/,
    first: async () => {
      await screen.until(/PIN of profile "typed"/)
      screen.type('-l', canary)
    },
  },
  {
    kind: 'a typed name',
    line: () => 'keyrite profile remove spare --as alice',
    asked: /Type the name of the test profile/,
  },
  {
    kind: 'a list of people',
    line: () =>
      `keyrite ceremony run ${house.template} --as bob --set location=Room --set recording=C --set profile=main --set owner=alice --set key-name=k`,
    asked: /Who is security-officer/,
  },
  {
    kind: 'the passphrase of a key, which ssh-keygen asks for',
    line: () => `keyrite request apply ${request} --as carol --sign-with carol=${lockedKey}`,
    asked: /Enter passphrase/,
    // To ssh-keygen it is an empty passphrase.
    ended: [7, /^Error: cannot sign with/m],
  },
]

describe.each(kinds)('$kind', ({kind, line, asked, first, recorded = 0, ended}) => {
  const turn = kinds.findIndex((one) => one.kind === kind)
  // What the system sends, the one or the other; with lines and without.
  const names = (['Ctrl-C', 'the end of input', turn % 2 === 0 ? 'SIGTERM' : 'SIGHUP'] as const).entries()
  for (const [at, name] of names)
    testWith(
      needed,
      `broken off by ${name}: the terminal is restored, and what was done is said`,
      async () => {
        const before = entries()
        screen.run(`${line()}${(at + turn) % 2 === 0 ? '' : ' --plain'}`)
        await first?.()
        await screen.until(asked)
        endings[name]()
        const {exit, screen: shown} = await screen.ended()
        const [status, said] = (name === 'the end of input' ? ended : undefined) ?? [
          130,
          recorded === 0 ? /^Cancelled\. Nothing was changed\./m : /^Cancelled\. One entry was recorded/m,
        ]
        expect([exit, shown]).toEqual([status, expect.stringMatching(said)])
        expect(await screen.restored()).toBe(true)
        expect(entries() - before).toBe(recorded)
        expect(screen.history()).not.toContain(canary)
      },
      60_000,
    )
})
