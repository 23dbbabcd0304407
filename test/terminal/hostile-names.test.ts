/** Threat T17 in a real terminal: a name that would write to the clipboard, the title or the screen does neither, in lists, plans and questions. */
import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {onPath, testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux'] as const
/** The clipboard (OSC 52), the title (OSC 2), a link (OSC 8), a cleared screen, C1, CR, BS, bidi, zero-width, a tag. */
const hostile =
  'Mallory\u001b]52;c;c3RvbGVu\u0007\u001b]2;owned\u0007\u001b]8;;x\u001b\\\u001b[2J\u009b31m\rroot\b\b\u202egnp\u2066\u200b\ufeff\u{e0041}'
/** What only the name can have brought: keyrite itself moves the cursor and colours, and nothing else. */
const brought = ['\u001b]', '\u009b', 'root\b', '\u202e', '\u2066', '\u200b', '\ufeff', '\u{e0041}']
const obeyed = (): readonly string[] => brought.filter((one) => raw().includes(one))

let made: TestLedger
let dir: string
let screen: Screen
const tmux = (...args: readonly string[]): string =>
  execFileSync('tmux', ['-S', join(dir, 'tmux'), ...args], {encoding: 'utf8'})
const raw = (): string => (existsSync(join(dir, 'raw')) ? readFileSync(join(dir, 'raw'), 'utf8') : '')

beforeAll(async () => {
  if (onPath('tmux') === undefined) return
  made = await makeLedger({people: 5, called: [[hostile, 'alice@example.com']]})
  dir = dirname(made.world.home)
  await made.using(async (app) => {
    await addLocal(app, 'main')
    await makeKey(app, made.founders, {name: 'made', profile: 'main', owner: hostile, consumers: [hostile]})
  })
  screen = openScreen(dir, {KEYRITE_HOME: made.world.home, XDG_STATE_HOME: dirname(made.world.state)})
  tmux('set-option', '-s', 'set-clipboard', 'on')
  tmux('pipe-pane', '-o', `exec cat >>${join(dir, 'raw')}`)
}, 60_000)
afterAll(() => {
  if (onPath('tmux') === undefined) return
  screen.close()
  made.remove()
})

const untouched = (): readonly string[] => [
  tmux('list-buffers'),
  tmux('display-message', '-p', '#{pane_title}'),
]
const create =
  'keyrite key create asked --profile main --algorithm ec-p256 --purpose sign --class jwt-signing --owner alice --consumer alice'

testWith(
  needed,
  'it stands there written out, and the terminal obeys none of it',
  async () => {
    const before = untouched()
    for (const line of ['custodian list', 'custodian show alice', 'key show made', 'ledger show --last 9']) {
      for (const more of ['', ' --plain']) {
        screen.run(`keyrite ${line}${more}`)
        expect((await screen.ended()).exit).toBe(0)
      }
    }
    screen.run(create)
    expect(await screen.until(/Who are you/)).toContain('Mallory\\u{1b}]52')
    screen.type('Enter')
    await screen.until(/Ask for this/)
    screen.type('yes', 'Enter')
    await screen.until(/Who answers r\d+/)
    screen.type('C-c')
    expect((await screen.ended()).exit).toBe(130)
    for (const named of ['Mallory\\u{1b}]52', '\\u{202e}gnp', '\\u{9b}31m']) expect(raw()).toContain(named)
    expect(obeyed()).toEqual([])
    expect(untouched()).toEqual(before)
  },
  120_000,
)

testWith(needed, 'this terminal would have obeyed it', async () => {
  writeFileSync(join(dir, 'name'), hostile)
  const before = untouched()
  screen.run(`cat ${join(dir, 'name')}`)
  for (const last = Date.now() + 10_000; untouched()[0] === before[0] && Date.now() < last;) await pause(50)
  const [buffers, title] = untouched()
  expect([buffers, title]).toEqual([expect.stringContaining('stolen'), 'owned\n'])
  expect(obeyed()).toEqual(brought)
})
