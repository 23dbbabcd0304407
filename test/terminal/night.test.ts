/** The commands of a night, 80 by 24, broken off at each question: the first line says how it stands with the key, the last what to type. */
import {execFileSync} from 'node:child_process'
import {copyFileSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import Revoke from '../../src/commands/revoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {onPath, testWith} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'
import {openScreen, type Screen} from './screen.ts'

const SLOW = process.env['SLOW'] === '1'
const needed = ['tmux', 'ssh-keygen'] as const
const here = needed.every((name) => onPath(name) !== undefined)

const box: {house?: House; screen?: Screen} = {}
const house = (): House => box.house ?? missing()
const screen = (): Screen => box.screen ?? missing()
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
const run = (command: CommandClass, id: string, argv: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'dan'], house().world)
async function key(name: string): Promise<void> {
  const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
  const making = [name, '--profile', 'main', '--owner', 'alice', ...how, ...signing('alice', 'bob', 'carol')]
  expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0, state: 'active'})
}

beforeAll(async () => {
  if (!here) return
  box.house = await makeHouse()
  await key('live')
  if (SLOW) {
    await key('dead')
    expect(
      await run(Revoke, 'revoke', ['dead', '--reason', 'legal', '--confirm', 'dead@main', ...signing('dan')]),
    ).toMatchObject({exit: 0})
    await key('waits')
    await run(KeyStandby, 'key standby', ['waits', ...signing('alice', 'bob', 'carol')])
  }
  const home = join(house().dir, 'user')
  mkdirSync(join(home, '.ssh'), {recursive: true, mode: 0o700})
  for (const file of [house().keyOf('carol'), `${house().keyOf('carol')}.pub`])
    copyFileSync(file, join(home, '.ssh', file.endsWith('.pub') ? 'carol.pub' : 'carol'))
  execFileSync('chmod', ['600', join(home, '.ssh', 'carol')])
  box.screen = openScreen(house().dir, {
    ...{KEYRITE_HOME: house().world.home, XDG_STATE_HOME: dirname(house().world.state), HOME: home},
  })
}, 120_000)
afterAll(() => {
  if (!here) return
  screen().close()
  expect(problemsOf(house())).toEqual([])
  house().remove()
})

/** Breaks it off at this question. @returns what stands on the screen then. */
async function brokenOff(
  line: string,
  asked: RegExp,
  first: readonly (readonly [RegExp, string])[] = [],
): Promise<string> {
  screen().run(line)
  for (const [question, answer] of first) {
    await screen().until(question)
    if (answer !== '') screen().type('-l', answer)
    screen().type('Enter')
  }
  await screen().until(asked)
  screen().type('C-c')
  const {exit, screen: shown} = await screen().ended()
  expect(exit).toBe(130)
  expect(await screen().restored()).toBe(true)
  return shown.replaceAll(/\n(?=[a-z"(])/g, ' ')
}

describe('keyrite revoke, broken off', () => {
  testWith(
    needed,
    'at its first questions has begun nothing; at the name, the clock runs and the screen says so first, with the command that goes on',
    async () => {
      expect(await brokenOff('keyrite revoke', /Which key/)).toMatch(/Cancelled\. Nothing was changed\./)
      expect(await brokenOff('keyrite revoke live --plain', /Who are you|number/)).toMatch(
        /Cancelled\. Nothing was changed\./,
      )
      expect(await brokenOff('keyrite revoke live --as carol --plain', /^Why:/m)).toMatch(
        /Cancelled\. Nothing was changed\./,
      )
      const shown = await brokenOff('keyrite revoke live --as carol --reason legal', /Type "live@main"/)
      expect(shown).toMatch(
        /NOT YET DEAD: key "live", version 1 is not contained\. Incident i\d+ is open:\s+T\+00:\d\d of 60:00\./,
      )
      expect(shown).toMatch(/Cancelled\. \d entries were recorded/)
      expect(shown).toMatch(/Try this: keyrite incident resume i\d+/)
      const again = await brokenOff('keyrite incident resume live --as carol --plain', /Type "live@main"/)
      expect(again).toMatch(/NOT YET DEAD: key "live", version 1 is not contained\. /)
      expect(again).toMatch(/Cancelled\. Nothing was changed\./)
      // Of bob no key lies where one is looked for.
      const whose = 'keyrite incident resume live --as bob --confirm live@main'
      expect(await brokenOff(whose, /Key file by which/)).toMatch(/NOT YET DEAD: key "live"/)
      expect(await brokenOff('keyrite revoke live --as carol', /Type "live@main"/)).toMatch(/NOT YET DEAD/)
    },
    90_000,
  )

  testWith(
    needed,
    'ends by the same command: the first line of the result says that it is dead, the last what to type',
    async () => {
      screen().run('keyrite revoke live --as carol')
      await screen().until(/Type "live@main"/)
      screen().type('-l', 'live@main')
      screen().type('Enter')
      const {exit, screen: shown} = await screen().ended()
      expect(exit).toBe(0)
      const lines = screen().history().split('\n')
      expect(lines).toContainEqual(
        expect.stringMatching(/^DEAD: key "live" is refused, 10 times in a row since/),
      )
      expect(shown).toMatch(/^Next: keyrite /m)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    },
    90_000,
  )
})

if (SLOW)
  describe('after that, broken off', () => {
    const rows: readonly (readonly [string, string, RegExp, readonly (readonly [RegExp, string])[]])[] = [
      ['incident replace', 'keyrite incident replace dead --as carol', /Ask for this/, []],
      ['incident ratify', 'keyrite incident ratify dead --as alice', /Ask for this/, []],
      ['unrevoke', 'keyrite unrevoke dead --reason x --as alice', /foreign hands again\. Type/, []],
      ['a drill', 'keyrite revoke waits --drill --reason legal --as carol', /Type "waits@main"/, []],
    ]
    for (const [name, line, asked, first] of rows)
      for (const plain of ['', ' --plain'])
        testWith(
          needed,
          `${name}${plain} leaves everything as it was, and says what was recorded`,
          async () => {
            const shown = await brokenOff(`${line}${plain}`, asked, first)
            expect(shown).toMatch(
              /Cancelled\. (?:Nothing was changed\.|(?:\d+ entries were|one entry was) recorded)/,
            )
            expect(shown).not.toMatch(/^Error: this is a bug/m)
            if (name === 'a drill')
              expect(shown).toMatch(/DRILL: NOT YET DEAD: key "waits", version 1 is not contained\./)
          },
          90_000,
        )

    testWith(
      needed,
      'key promote and incident close say in one line why they cannot be done yet',
      async () => {
        screen().run('keyrite key promote waits --as carol')
        expect((await screen().ended()).screen).toMatch(/Error: cannot promote a standby/)
        screen().run('keyrite incident close dead --confirmed-compromise --as carol')
        const {screen: shown} = await screen().ended()
        expect(shown).toMatch(
          /Error: cannot close incident i\d+: what was contained was not ratified by others/,
        )
        expect(shown).toMatch(/Try this: keyrite incident ratify/)
      },
      60_000,
    )
  })

function missing(): never {
  throw new Error('it is not there')
}
