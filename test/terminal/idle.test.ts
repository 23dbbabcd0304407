/**
 * Threat T22, outside ceremonies: a question that nobody answers is taken back after the policy's idle time, in a real terminal.
 * Nothing is typed here, so that a slow machine makes no difference.
 */
import {execFileSync} from 'node:child_process'
import {chmodSync, copyFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {answeredWithin} from '../../src/base/idle.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {withInterruption} from '../../src/ui/outside.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {makeKey} from '../support/ledger.ts'
import {onPath, testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {somebody} from '../support/run.ts'
import {openScreen, type Screen} from './screen.ts'

const needed = ['tmux', 'ssh-keygen'] as const
const here = needed.every((name) => onPath(name) !== undefined)

let house: House
let screen: Screen
const size = (): Promise<number> => house.using(({ledger}) => ledger.size)
const locked = (): string => join(house.dir, 'locked')
beforeAll(async () => {
  if (!here) return
  house = await makeHouse({
    policy: {...defaultPolicy, name: 'hasty', times: {...defaultPolicy.times, idle: 'PT2S'}},
  })
  copyFileSync(house.keyOf('dan'), locked())
  chmodSync(locked(), 0o600)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'canary-7720', '-f', locked()])
  await house.using(async (app) => {
    await addLocal(app, 'spare')
    const key = {name: 'payments', profile: 'main', algorithm: 'ed25519', activate: false} as const
    await makeKey(app, house.founders, key)
  })
  screen = openScreen(house.dir, {KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(house.world.state)})
}, 120_000)
afterAll(() => {
  if (!here) return
  screen.close()
  house.remove()
})

describe('a question outside a ceremony', () => {
  for (const [name, line, asked, recorded] of [
    ['a plan', () => 'keyrite key activate payments --as alice', /Ask for this/, 0],
    ['a PIN', () => 'keyrite profile check spare', /PIN of profile "spare"/, 0],
    [
      'a word to be typed',
      () => 'keyrite key destroy payments --wait P30D --reason r --as alice',
      /Type "payments@main"/,
      0,
    ],
    [
      'the passphrase that ssh-keygen asks for',
      () => `keyrite key activate payments --as alice --sign-with dan=${locked()}`,
      /Enter passphrase/,
      1,
    ],
  ] as const)
    testWith(
      needed,
      `${name} that nobody answers is taken back: the terminal is as it was, what is recorded is said, exit 9`,
      async () => {
        const before = await size()
        screen.run(line())
        await screen.until(asked)
        const {exit, screen: shown} = await screen.ended()
        expect([exit, shown]).toEqual([9, expect.stringMatching(/^Error: nobody answered for 2 s/m)])
        expect(shown).toMatch(recorded === 0 ? /nothing was changed/ : /^Changed: one entry was recorded/m)
        expect(shown).toMatch(/^Try this: the same command again/m)
        expect(await screen.restored()).toBe(true)
        expect((await size()) - before).toBe(recorded)
      },
      60_000,
    )
})

describe('how long a question waits', () => {
  test('the pause of a ceremony waits as long as it takes', async () => {
    const given: (boolean | undefined)[] = []
    const ask = withInterruption(somebody('go'), (work, patient) => {
      given.push(patient)
      return work(new AbortController().signal)
    })
    await ask.text({message: 'PAUSED', flag: 'keyrite ceremony resume', patient: true})
    expect(given).toEqual([true])
  })

  test('a limit beyond what a timer of Node’s holds is no limit of a millisecond', async () => {
    const asked = answeredWithin(
      (signal) =>
        new Promise<string>((resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('taken back'))
          })
          setTimeout(resolve, 50, 'answered')
        }),
      40 * 86_400_000,
      new AbortController().signal,
      (error) => error,
    )
    await expect(asked).resolves.toBe('answered')
  })
})
