/** Ceremonies in a real terminal: what people see and type, and every way of breaking off. */
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {everybody, expectWhole, makeHouse, participants, shortTemplate, type House} from '../ceremony/room.ts'
import {onPath, testWith} from '../support/needs.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux'] as const
let house: House
let screen: Screen
beforeAll(async () => {
  if (onPath('tmux') === undefined) return
  house = await makeHouse()
  writeFileSync(house.template, shortTemplate)
  screen = openScreen(house.dir, envOf(house))
})
afterAll(() => {
  if (onPath('tmux') === undefined) return
  screen.close()
  house.remove()
})

const envOf = ({world}: House) => ({KEYRITE_HOME: world.home, XDG_STATE_HOME: dirname(world.state)})
const called = Object.entries(participants).map(
  ([role, people]) => `--participant ${role}=${people.join(',')}`,
)
const runLine = (key: string, more = ''): string =>
  `keyrite ceremony run ${house.template} --set location=Room --set recording=Camera --set profile=main --set owner=alice --set key-name=${key} ${called.join(' ')} ${more}`
const ceremonies = (of = house) => of.using((app) => [...app.ledger.of(ceremonyFold).values()])
/** Every line fits, and none is broken inside a word that the terminal had to break. */
const fits = (text: string): boolean => text.split('\n').every((line) => line.length <= 80)

async function allPresent(): Promise<void> {
  for (const handle of everybody) {
    await screen.until(new RegExp(`Is .*${handle}@.* in the room[^\\n]*\\s*$`))
    screen.type('y', 'Enter')
  }
}

testWith(
  needed,
  'a PIN is typed twice, and never shown',
  async () => {
    screen.run('keyrite profile add typed --kind local --environment test --as alice')
    await screen.until(/PIN of profile "typed"/)
    screen.type('correct horse', 'Enter')
    await screen.until(/same PIN again/)
    screen.type('correct horse', 'Enter')
    const {exit, screen: shown} = await screen.ended()
    expect([exit, shown]).toEqual([0, expect.stringContaining('Profile "typed" is added')])
    expect(screen.history()).not.toContain('correct horse')
    screen.run('keyrite profile add broken --kind local --environment test --as alice')
    await screen.until(/PIN of profile "broken"/)
    screen.type('correct', 'C-c')
    const cancelled = await screen.ended()
    expect([cancelled.exit, cancelled.screen]).toEqual([130, expect.stringContaining('Nothing was changed.')])
    expect(await screen.restored()).toBe(true)
  },
  120_000,
)

testWith(
  needed,
  'a ceremony is broken off at each kind of question, says how to go on, and comes to its end',
  async () => {
    const stopped = async (by: string, next: string): Promise<void> => {
      const {exit, screen: shown} = await screen.ended()
      expect([exit, shown]).toEqual([
        130,
        expect.stringMatching(new RegExp(`Stopped by ${by}\\. What is done is recorded`)),
      ])
      expect(shown).toMatch(new RegExp(`next: ${next}\\s`))
      expect(shown).toMatch(/^Next: keyrite ceremony resume [0-9a-f]{8}$/m)
      expect(fits(shown)).toBe(true)
      expect((await ceremonies())[0]).toMatchObject({stopped: true})
      expect(await screen.restored()).toBe(true)
    }
    screen.run(runLine('typed-jwt'))
    const first = await screen.until(/1\.1 {2}Is it done, and as it says\?/)
    expect(first).toContain('Step 1.1 (1 of 9)  Preparation: room')
    // Broken at a word, with its indent.
    expect(first).toMatch(/checks that it shows the\n {2}screen, the keyboard/)
    screen.type('C-c')
    await stopped('Ctrl-C', 'room')

    screen.run('keyrite ceremony resume')
    await screen.until(/It goes on with step 1\.1 \(room\)/)
    await allPresent()
    await screen.until(/1\.1 {2}Is it done/)
    screen.type('y', 'Enter')
    await screen.until(/1\.2 {2}Number of the seal/)
    screen.signal('TERM')
    await stopped('SIGTERM', 'seal')

    screen.run('keyrite ceremony resume --plain')
    for (const handle of everybody) {
      await screen.until(new RegExp(`Is .*${handle}@.* in the room\\? Type yes or no:\\s*$`))
      screen.type('yes', 'Enter')
    }
    await screen.until(/1\.2 {2}Number of the seal:/)
    screen.type('B-1234', 'Enter')
    for (const number of ['1.3', '1.4']) {
      await screen.until(new RegExp(`${number} {2}.*Type yes or no:\\s*$`))
      screen.type('yes', 'Enter')
    }
    await screen.until(/2\.1 {2}Carol .*: the plan above[^]*Type a number from 1 to 3:\s*$/)
    screen.type('C-c')
    await stopped('Ctrl-C', 'approve')

    screen.run('keyrite ceremony resume')
    await allPresent()
    const quorum = await screen.until(/2\.1 {2}Carol [^]*❯ not now/)
    expect(fits(quorum)).toBe(true)
    screen.type('C-c')
    await stopped('Ctrl-C', 'approve')

    screen.run('keyrite ceremony resume')
    await allPresent()
    for (const name of ['Carol', 'Dan', 'Erin']) {
      await screen.until(new RegExp(`2\\.1 {2}${name} [^]*❯ not now`))
      screen.type('Down', 'Enter')
      await screen.until(new RegExp(`Key file of ${name} [^]*for yes to r\\d+[^\\n]*\\s*$`))
      if (name === 'Dan') {
        screen.type(join(house.dir, 'nowhere'), 'Enter')
        await screen.until(/no such file/)
      }
      screen.type(house.keyOf(name.toLowerCase()), 'Enter')
    }
    for (const handle of everybody) {
      await screen.until(
        new RegExp(
          `3\\.1 {2}Key file of [^]*${handle}@example\\.com[^\\n]*for the\\s+transcript[^]*$|3\\.1 {2}Key file of [^\\n]*${handle}@[^\\n]*\\s*$`,
        ),
      )
      screen.type(house.keyOf(handle), 'Enter')
      await screen.until(
        new RegExp(
          `${handle.replace('person', 'person ?')}[^\\n]*: signed, signature verified|Next: keyrite ceremony bundle`,
          'i',
        ),
      )
    }
    const {exit, screen: shown} = await screen.ended()
    expect([exit, shown]).toEqual([
      0,
      expect.stringMatching(/Next: keyrite ceremony bundle [0-9a-f]{8} --out DIR/),
    ])
    const [one] = await ceremonies()
    expect(one?.notes.filter(({what}) => what === 'stopped')).toHaveLength(4)
    await expectWhole(house, one?.id ?? '', 'typed-jwt', 9)
  },
  240_000,
)

testWith(
  needed,
  'a terminal that goes away stops the ceremony, and that is recorded',
  async () => {
    const other = openScreen(house.dir, envOf(house), 'other')
    other.run(runLine('gone-jwt'))
    await other.until(/1\.1 {2}Is it done/)
    other.close()
    const gone = async (): Promise<boolean> =>
      (await ceremonies()).some(({stopped, notes}) => stopped && notes.at(-1)?.what === 'stopped')
    for (const last = Date.now() + 30_000; !(await gone());) {
      if (Date.now() > last) throw new Error('the ceremony was not stopped')
      await pause(100)
    }
  },
  60_000,
)

testWith(
  needed,
  'an idle room stops the ceremony, takes its question back, and exits 9; no terminal is said at once',
  async () => {
    const idle = await makeHouse({
      policy: {...defaultPolicy, name: 'hasty', times: {...defaultPolicy.times, idle: 'PT2S'}},
    })
    writeFileSync(idle.template, shortTemplate)
    const other = openScreen(idle.dir, envOf(idle))
    try {
      const line = runLine('idle-jwt').replace(house.template, idle.template)
      other.run(line)
      await other.until(/1\.1 {2}Is it done/)
      const {exit, screen: shown} = await other.ended()
      expect([exit, shown]).toEqual([9, expect.stringContaining('Stopped: the room was idle for 2 s.')])
      expect(await other.restored()).toBe(true)
      expect((await ceremonies(idle))[0]).toMatchObject({stopped: true, notes: [{what: 'stopped'}]})
      other.run('keyrite ceremony resume </dev/null')
      const without = await other.ended()
      expect([without.exit, without.screen]).toEqual([3, expect.stringContaining('--answers FILE')])
      other.run('keyrite ceremony list | head -1')
      expect(await other.ended()).toMatchObject({exit: 0})
    } finally {
      other.close()
      idle.remove()
    }
  },
  120_000,
)
