/** Shares on a real terminal, 80 by 24: a passphrase from the split to the recovery, and Ctrl-C while a share is on the screen. */
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {sharesFold, statusOfSet, type SetStatus} from '../../src/shares/index.ts'
import {keys, makeEscrow, secret, verifiedOk, type Escrow} from '../commands/share-support.ts'
import {slow} from '../ledger/support.ts'
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

const splitting = (name: string, erin: string): string => {
  const dir = people.folder
  return `keyrite share split --name ${name} --secret-file ${dir}/secret --threshold 2 --holder alice --holder ${erin} --out ${dir}/${name} --as alice ${people.quorum}`
}
const split = (name: string, erin: string): void => {
  screen.run(splitting(name, erin))
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
      [
        'again',
        [
          ...[/Cover the camera/, /Then press Enter, and they are hidden/, /Row 1 of 4/],
          /Press Enter to hide them/,
        ],
      ],
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

const ways = [
  [
    'Ctrl-C',
    (): void => {
      screen.type('C-c')
    },
  ],
  [
    'SIGTERM',
    (): void => {
      screen.signal('TERM')
    },
  ],
  [
    'SIGHUP',
    (): void => {
      screen.signal('HUP')
    },
  ],
  [
    'the end of input',
    (): void => {
      screen.type('C-d')
    },
  ],
] as const

/** Where a split, a recovery and a receipt ask, and what is said when that is broken off. */
const questions: readonly (readonly [
  name: string,
  line: (name: string) => string,
  before: readonly (readonly [asked: RegExp, typed: string])[],
  asked: RegExp,
  said: RegExp,
])[] = [
  [
    'the passphrase of a share',
    (name) => splitting(name, 'erin=passphrase'),
    [],
    /a passphrase for your share/,
    /set "\w+" is void/,
  ],
  [
    'the same again',
    (name) => splitting(name, 'erin=passphrase'),
    [[/a passphrase for your share/, 'plain words of erin']],
    /the same again/,
    /set "\w+" is void/,
  ],
  [
    'a card for a disk that stays',
    (name) => splitting(name, `erin --card-to ${import.meta.dirname}/cards-${name}`),
    [[/Cover the camera/, '']],
    /on a disk that stays/,
    /set "\w+" is void/,
  ],
  [
    'a row of a share that is brought back',
    () =>
      `keyrite share combine --set escrow-1 --out ${people.folder}/never --ticket T-2 --as alice ${people.quorum}`,
    [],
    /Row 1 of 4/,
    /Cancelled\./,
  ],
  [
    'the key of a receipt',
    () =>
      `keyrite share receive escrow-1 ${people.fileOf('alice')} ${keys('alice').replaceAll('@', `${people.folder}/`)}`,
    [],
    /key file to sign the receipt with/,
    /Cancelled\. Nothing was changed\./,
  ],
]

describe.each(questions)('%s', (asking, line, before, asked, said) => {
  const turn = questions.findIndex(([one]) => one === asking)
  for (const [at, [how, breakOff]] of ways.entries())
    if (slow || at === turn % ways.length)
      testWith(
        ['tmux', 'ssh-keygen'],
        `broken off by ${how}, leaves the terminal as it was, and the set void or as it stood`,
        async () => {
          const name = `broken${turn}${at}`
          screen.run(line(name))
          for (const [question, typed] of before) {
            await screen.until(question)
            if (typed !== '') screen.type('-l', typed)
            screen.type('Enter')
          }
          await screen.until(asked)
          breakOff()
          const {exit, screen: last} = await screen.ended()
          expect([exit, last]).toEqual([130, expect.stringMatching(said)])
          expect(await screen.restored()).toBe(true)
          expect(await statusOf(name)).toBe(said.source.includes('void') ? 'void' : null)
          verifiedOk(people)
        },
        90_000,
      )
})
