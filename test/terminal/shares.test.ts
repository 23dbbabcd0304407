/** Shares on a real terminal, 80 by 24: a passphrase from the split to the recovery, and Ctrl-C while a share is on the screen. */
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {sharesFold, statusOfSet, type SetStatus} from '../../src/shares/index.ts'
import {keys, makeEscrow, secret, verifiedOk, type Escrow} from '../commands/share-support.ts'
import {testWith} from '../support/needs.ts'
import {openScreen, type Screen} from './screen.ts'

let people: Escrow
let screen: Screen
beforeAll(async () => {
  people = await makeEscrow({from: new Date()})
  screen = openScreen(people.folder, {
    KEYRITE_HOME: people.world.home,
    XDG_STATE_HOME: dirname(people.world.state),
  })
}, 120_000)
afterAll(() => {
  screen.close()
  people.remove()
})

const split = (name: string, erin: string): void => {
  const dir = people.folder
  screen.run(
    `keyrite share split --name ${name} --secret-file ${dir}/secret --threshold 2 --holder alice --holder ${erin} --out ${dir}/${name} --as alice ${people.quorum}`,
  )
}
const statusOf = (name: string): Promise<SetStatus | null> =>
  people.using(({ledger}) => {
    const set = [...ledger.of(sharesFold).sets.values()].findLast((one) => one.name === name)
    return set === undefined ? null : statusOfSet(set)
  })

testWith(
  ['tmux', 'age', 'ssh-keygen'],
  'a share under a passphrase is asked for twice, opens with the stock program, and recovers with it; the passphrase is never shown',
  async () => {
    const word = 'plain words of erin'
    const say = (text: string): void => {
      screen.type('-l', text)
      screen.type('Enter')
    }
    split('worded', 'erin=passphrase')
    await screen.until(/a passphrase for your share/)
    say('short')
    await screen.until(/That is too short/)
    say(word)
    await screen.until(/the same again/)
    say('another of that length')
    await screen.until(/They differ/)
    say(word)
    await screen.until(/They differ[^]*the same again/)
    say(word)
    expect((await screen.ended()).exit).toBe(0)
    const files = readdirSync(join(people.folder, 'worded')).sort()
    const [alices = '', erins = ''] = files.map((one) => join(people.folder, 'worded', one))
    expect(readFileSync(erins, 'latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt /)

    screen.run(`age -d -o ${people.folder}/opened ${erins}`)
    await screen.until(/Enter passphrase/)
    say(word)
    expect((await screen.ended()).exit).toBe(0)
    expect(readFileSync(join(people.folder, 'opened'), 'latin1')).toMatch(/^keyrite-share\/1\nshare: 2 of 2/)

    screen.run(
      `keyrite share combine --set worded ${alices} ${erins} ${keys('alice').replaceAll('@', `${people.folder}/`)} --out ${people.folder}/got --ticket T-1 --as alice ${people.quorum}`,
    )
    await screen.until(/Passphrase of/)
    say(word)
    expect((await screen.ended()).exit).toBe(0)
    expect(readFileSync(join(people.folder, 'got'), 'utf8')).toBe(secret)
    expect(screen.history()).not.toContain(word)
    expect(await screen.restored()).toBe(true)
  },
  180_000,
)

testWith(
  ['tmux', 'ssh-keygen'],
  'Ctrl-C while a share is on the screen, or is typed back, clears it with its scrollback, and the set is void',
  async () => {
    const stops: readonly (readonly [name: string, readonly RegExp[]])[] = [
      ['covering', [/Cover the camera/]],
      ['shown', [/Cover the camera/, /Then press Enter, and they are hidden/]],
      ['typing', [/Cover the camera/, /Then press Enter, and they are hidden/, /Row 1 of 4/]],
    ]
    for (const [name, until] of stops) {
      split(name, 'erin')
      let rows: readonly string[] = []
      for (const [at, what] of until.entries()) {
        const seen = await screen.until(what)
        const shown = Array.from(seen.matchAll(/^ {2}\d {2}((?:[a-z0-9]{4} ?){7})$/gm), ([, row = '']) =>
          row.trim(),
        )
        if (shown.length === 4) rows = shown
        screen.type(at === until.length - 1 ? 'C-c' : 'Enter')
      }
      const {exit, screen: last} = await screen.ended()
      expect([name, exit]).toEqual([name, 130])
      expect(last).toMatch(/set "\w+" is void/)
      expect(rows).toHaveLength(name === 'covering' ? 0 : 4)
      const history = screen.history()
      for (const row of rows) expect(history).not.toContain(row)
      expect(await screen.restored()).toBe(true)
      expect(await statusOf(name)).toBe('void')
    }
    verifiedOk(people)
  },
  180_000,
)
