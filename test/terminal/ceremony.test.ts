/** Ceremonies in a real terminal: what people see and type, and every way of breaking off. */
import {generateKeyPairSync} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {Secret} from '../../src/base/secret.ts'
import {materialSha256} from '../../src/keys/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {
  everybody,
  expectWhole,
  makeHouse,
  parameters,
  participants,
  shortTemplate,
  typedSteps,
  type House,
} from '../ceremony/room.ts'
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

const signed = (...but: readonly string[]): string =>
  everybody
    .filter((handle) => !but.includes(handle))
    .map((handle) => `--sign-with ${handle}=${house.keyOf(handle)}`)
    .join(' ')

/** Goes on with the only ceremony that is open: everybody is back. */
async function resumed(more: string): Promise<void> {
  screen.run(`keyrite ceremony resume ${more}`)
  await screen.until(/Who is in the room\? \[[^\n]*\s*$/)
  screen.type('all', 'Enter')
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
    await screen.until(/Key of Alice [^\n]*for their presence/)
    screen.type('C-c')
    await stopped('Ctrl-C', 'room')

    screen.run('keyrite ceremony resume')
    await screen.until(/Who is in the room\? \[/)
    screen.type('C-d')
    await stopped('Ctrl-C', 'room')

    await resumed(signed())
    const first = await screen.until(/1\.1 room {2}Is it done, and as it says\?/)
    expect(first).toMatch(/^Step 1\.1 {2}room {3}\(1 of 9, act "Preparation"\)$/m)
    // Broken at a word, with its indent.
    expect(first).toMatch(/checks that it shows the\n {2}screen, the keyboard/)
    expect(first).toMatch(/^ {2}Time: \d\d:\d\d:\d\d UTC\. Planned: 2 min, until \d\d:\d\d\. /m)
    screen.type('?', 'Enter')
    await screen.until(/ {2}deviation {3}records that something is done otherwise/)
    screen.type('Enter')
    await screen.until(/Type yes or no\./)
    screen.type('yes', 'Enter')
    await screen.until(/1\.2 seal {2}Number of the seal/)
    screen.signal('TERM')
    await stopped('SIGTERM', 'seal')

    await resumed(`--plain ${signed()}`)
    const plainly = await screen.until(/1\.2 seal {2}Number of the seal:/)
    expect(plainly).not.toContain('------')
    screen.type('deviation', 'Enter')
    await screen.until(/DEVIATION {2}What is done otherwise\?/)
    screen.type('C-c')
    await stopped('Ctrl-C', 'seal')

    await resumed(signed())
    await screen.until(/1\.2 seal {2}Number of the seal/)
    screen.type('deviation', 'Enter')
    for (const [asked, answer] of [
      [/DEVIATION {2}What is done otherwise\?/, 'another seal'],
      [/DEVIATION {2}Why\?/, 'the first was torn'],
      [/DEVIATION {2}Who decided it\? \[/, '1 2'],
      [/Type one of the numbers above/, '1'],
      [/DEVIATION {2}Who agreed\? \[/, '7 8'],
    ] as const) {
      await screen.until(asked)
      screen.type(answer, 'Enter')
    }
    await screen.until(/Deviation D1 is recorded, at step seal\.[^]*Step 1\.2 {2}seal[^]*Number of the seal/)
    screen.type('pause', 'Enter')
    await screen.until(/Who stays in the room\? \[/)
    screen.type('C-c')
    await stopped('Ctrl-C', 'seal')

    await resumed(signed())
    await screen.until(/1\.2 seal {2}Number of the seal/)
    screen.type('pause', 'Enter')
    await screen.until(/Who stays in the room\? \[/)
    screen.type('2 9', 'Enter')
    await screen.until(/In the room: Bob, Person 8\.[^]*PAUSED {2}When everybody is back, type go/)
    screen.type('on', 'Enter')
    await screen.until(/It is paused\. Type go\./)
    screen.type('go', 'Enter')
    await screen.until(/Who is in the room\? \[/)
    screen.type('2', 'Enter')
    // A role without its people: it stays paused, and says why.
    await screen.until(/role "[a-z-]+" takes \d[^]*type go\s*$/)
    screen.signal('HUP')
    await stopped('SIGHUP', 'seal')

    await resumed(signed())
    await screen.until(/1\.2 seal {2}Number of the seal/)
    screen.type('"pause"', 'Enter')
    for (const title of ['1.3 clock', '1.4 machine']) {
      await screen.until(new RegExp(`${title} {2}[^]*\\[yes/no/\\?\\]\\s*$`))
      screen.type('yes', 'Enter')
    }
    const quorum = await screen.until(/2\.1 approve {2}Carol [^]*\[approve\/reject\/later\/\?\]\s*$/)
    expect(fits(quorum)).toBe(true)
    screen.type('C-c')
    await stopped('Ctrl-C', 'approve')

    await resumed(`--plain ${signed('dan')}`)
    for (const name of ['Carol', 'Dan', 'Erin']) {
      await screen.until(new RegExp(`2\\.1 approve {2}${name} [^]*\\[approve/reject/later/\\?\\]:\\s*$`))
      screen.type('approve', 'Enter')
      if (name !== 'Dan') continue
      await screen.until(/Key of Dan [^]*for yes to r\d+[^]*:\s*$/)
      screen.type(join(house.dir, 'nowhere'), 'Enter')
      await screen.until(/no such file/)
      screen.type(house.keyOf('dan'), 'Enter')
    }
    await screen.until(/3\.1 sign-off {2}Key of Dan [^]*transcript[^]*:\s*$/)
    screen.type(house.keyOf('dan'), 'Enter')
    const {exit, screen: shown} = await screen.ended()
    expect([exit, shown]).toEqual([
      0,
      expect.stringMatching(/Next: keyrite ceremony bundle [0-9a-f]{8} --out DIR/),
    ])
    const [one] = await ceremonies()
    expect(one?.notes.map(({what}) => what).filter((what) => what !== 'resumed')).toEqual([
      ...Array<string>(4).fill('stopped'),
      'paused',
      'stopped',
    ])
    expect(one?.deviations).toMatchObject([{name: 'D1', step: 'seal', what: 'another seal'}])
    expect(one?.present).toHaveLength(9)
    expect(one?.done.find(({step}) => step === 'seal')?.result).toMatchObject({fields: expect.anything()})
    await expectWhole(house, one?.id ?? '', 'typed-jwt', 9)
  },
  240_000,
)

testWith(
  needed,
  'the passphrase of a key that is brought is broken off, with everything else answered by a file',
  async () => {
    const {privateKey} = generateKeyPairSync('ed25519')
    const sealed = {type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary-77aa'} as const
    const file = join(house.dir, 'sealed.pem')
    writeFileSync(file, privateKey.export(sealed), {mode: 0o600})
    const material = new Secret(privateKey.export({type: 'pkcs8', format: 'der'}))
    const sha256 = materialSha256('ed25519', material)
    const make = /kind: key\.create, (.*) algorithm: ec-p256, scheme: [^ ]+,/
    const brought = shortTemplate
      .replace(make, `kind: key.import, $1 algorithm: ed25519, sha256: ${sha256},`)
      .replace(/\n {2}scheme:.*/, '')
    const template = join(house.dir, 'brought.yaml')
    writeFileSync(template, brought)
    const answers = house.answers({
      parameters: {...parameters, 'key-name': 'brought-jwt'},
      steps: {...typedSteps, seal: {answer: '1'}, make: {answer: {file}}},
    })
    for (const [more, breakOff] of [
      [
        '',
        () => {
          screen.type('C-c')
        },
      ],
      [
        ' --plain',
        () => {
          screen.signal('TERM')
        },
      ],
    ] as const) {
      const line = more === '' ? `run ${template}` : 'resume'
      screen.run(`keyrite ceremony ${line} --answers ${answers}${more}`)
      await screen.until(/Passphrase of .*sealed\.pem[^]*\(not shown\):\s*$/)
      screen.type('-l', 'canary-77aa')
      breakOff()
      const {exit, screen: shown} = await screen.ended()
      expect([exit, shown]).toEqual([130, expect.stringMatching(/Stopped by (?:Ctrl-C|SIGTERM)\./)])
      expect(await screen.restored()).toBe(true)
      expect(screen.history()).not.toContain('canary-77aa')
    }
    const one = (await ceremonies()).at(-1)
    expect(one).toMatchObject({stopped: true})
    expect(one?.done.map(({step}) => step)).not.toContain('make')
  },
  120_000,
)

testWith(
  needed,
  'a terminal that goes away stops the ceremony, and that is recorded',
  async () => {
    const other = openScreen(house.dir, envOf(house), 'other')
    other.run(runLine('gone-jwt', signed()))
    await other.until(/1\.1 room {2}Is it done/)
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
      await other.until(/Key of Alice [^\n]*for their presence/)
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
