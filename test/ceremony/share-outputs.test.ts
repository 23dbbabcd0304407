/** A whole ceremony with every way in which a share comes to its holder, by the hands that a terminal has: what stands where afterwards. */
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {packageRoot} from '../../src/base/package.ts'
import {levels, makeBundle, type Level} from '../../src/ceremony/bundle/index.ts'
import {contextOf, walk} from '../../src/ceremony/engine.ts'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {findSet} from '../../src/shares/index.ts'
import {shareRowLines} from '../../src/shares/text.ts'
import type {Ask} from '../../src/ui/ask.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {readShare} from '../../src/ui/shares/read.ts'
import {shareRoom} from '../../src/ui/shares/room.ts'
import {makeEscrow, nobody, verifiedOk, type Escrow} from '../commands/share-support.ts'
import {needing} from '../support/needs.ts'
import {surroundingsOf} from '../support/run.ts'
import {inFolder, rules, tool, verdictOf} from './bench.ts'
import {willing, type House} from './room.ts'

const {afterAll, beforeAll, test, testWith} = needing('ssh-keygen')

const template = `
keyrite: ceremony/1
id: every-way
title: Shares by every way
purpose: Give shares to their holders, and see what is left of them.
location: Room 4
recording: none
roles:
  operator: {count: 1, excludes: [custodian]}
  custodian: {minimum: 4, excludes: [operator]}
acts:
  - id: shares
    title: Shares
    steps:
      - {id: clock, kind: clock, by: operator, minutes: 1, text: The clock is compared.}
      - {id: approve-screen, kind: quorum, for: [on-screen], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: on-screen, kind: shares.split, set: on-screen, threshold: 2, holders: [alice, erin, frank], otherwise: screen, by: operator, minutes: 5, text: Split.}
      - {id: approve-cards, kind: quorum, for: [on-cards], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: on-cards, kind: shares.split, set: on-cards, threshold: 2, holders: [bob, erin, frank], otherwise: card, by: operator, minutes: 5, text: Split.}
      - {id: receive, kind: shares.receive, of: on-screen, by: custodian, minutes: 5, text: Each holder signs for theirs.}
      - {id: receive-cards, kind: shares.receive, of: on-cards, by: custodian, minutes: 5, text: Each holder signs for theirs.}
      - {id: sign-off, kind: sign-off, by: operator, minutes: 5, text: Everybody signs.}
`

let people: Escrow
let app: App
let id = ''
/** What was on the screen at once, and all that was said. */
const frames: string[] = ['']
const said: string[] = []
let cards = ''
const bundles = new Map<Level, ReadonlyMap<string, Uint8Array>>()

/** Rows as they are written. */
const rowsIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(/^ *(\d) {2,6}((?:[02-9ac-hj-np-z]{4} ?){7})$/gm), ([, , row = '']) => row.trim())

/** Whoever sits there types back what was shown last. */
function typist(): Ask {
  const row = (message: string): string => {
    const shown = frames.findLast((frame) => rowsIn(frame).length === 4) ?? ''
    return rowsIn(shown)[Number(/Row (\d) of/.exec(message)?.[1]) - 1] ?? ''
  }
  return {
    ...nobody,
    interactive: true,
    text: async () => '',
    choose: async ({choices}) => {
      const [first] = choices
      if (first === undefined) throw new Error('somebody can be chosen')
      return first.value
    },
    secret: async ({message}) => new Secret(Buffer.from(row(message))),
  }
}

function write(text: string): void {
  // eslint-disable-next-line no-control-regex
  const [first = '', ...rest] = text.split(/\x1b\[2J/)
  frames.push(`${frames.pop() ?? ''}${first}`, ...rest)
}

beforeAll(async () => {
  people = await makeEscrow({people: 7})
  cards = mkdtempSync('/dev/shm/keyrite-cards-')
  const ask = typist()
  app = new App({
    ...surroundingsOf(people.world),
    ask,
    command: 'keyrite test',
    say: (line) => said.push(line),
  })
  id = await openCeremony(ceremonyApp(app), {
    loaded: parseTemplate(Buffer.from(template), 'every-way.yaml'),
    values: new Map(),
    participants: {operator: ['grace'], custodian: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank']},
    answersFile: true,
  })
  const answers: Readonly<Record<string, string>> = {
    secret: join(people.folder, 'secret'),
    'on-screen out': join(people.folder, 'screen-files'),
    'on-cards out': join(people.folder, 'card-files'),
    'card-to': cards,
    // Whoever was shown theirs types it; frank's was the last on the screen.
    'share-1': join(people.folder, 'screen-files'),
    'identity-1': join(people.folder, 'alice.age'),
    'receive-cards share-1': 'later',
    'receive-cards share-3': 'later',
    'share-2': 'later',
    'share-3': 'type',
  }
  const room = {
    ...willing(people as unknown as House),
    say: (lines: readonly string[]) => said.push(...lines),
    text: async (step: string, field: string) => answers[`${step} ${field}`] ?? answers[field] ?? 'something',
    shares: shareRoom({
      app,
      say: (line) => said.push(line),
      screen: {write, clears: true, stays: false},
      within: (work) => work(new AbortController().signal),
    }),
  }
  await walk(contextOf(ceremonyApp(app), room, id))
  const ceremony = app.ledger.of(ceremonyFold).get(id)
  if (ceremony === undefined) throw new Error('it is in the ledger')
  for (const level of levels)
    bundles.set(
      level,
      makeBundle({
        ...{ledger: app.ledger, rules, ceremony, tool, level},
        // The policy has a word that is also somebody's name here.
        ...{packageRoot: packageRoot(), acceptVisible: true},
      }),
    )
}, 180_000)
afterAll(async () => {
  await app.close()
  people.remove()
  rmSync(cards, {recursive: true, force: true})
})

/** The rows of each holder's share, by set and index. */
async function everyShare(): Promise<ReadonlyMap<string, readonly string[]>> {
  const sealedIn = async (folder: string, who: string): Promise<readonly string[]> => {
    const [file = ''] = readdirSync(join(people.folder, folder))
    const share = await readShare(join(people.folder, folder, file), {
      ask: nobody,
      identities: [join(people.folder, `${who}.age`)],
    })
    return shareRowLines(share, 72).map((line) => line.subarray(3).toString())
  }
  const shown = [
    ...new Set(frames.filter((frame) => rowsIn(frame).length === 4).map((one) => rowsIn(one).join('\n'))),
  ]
  const printed = readdirSync(cards)
    .sort()
    .map((file) =>
      rowsIn(
        execFileSync('pdftotext', ['-layout', join(cards, file), '-'], {env: process.env, encoding: 'utf8'}),
      ),
    )
  return new Map([
    ['sealed on-screen', await sealedIn('screen-files', 'alice')],
    ['sealed on-cards', await sealedIn('card-files', 'bob')],
    ...shown.map((rows, at) => [`shown ${at + 1}`, rows.split('\n')] as const),
    ...printed.map((rows, at) => [`card ${at + 1}`, rows] as const),
  ])
}

describe('over a whole ceremony', () => {
  testWith(
    'pdftotext',
    'two holders’ shares are never on one screen, in one file, or among what was said',
    async () => {
      const shares = await everyShare()
      expect([...shares.keys()].sort()).toEqual([
        'card 1',
        'card 2',
        'sealed on-cards',
        'sealed on-screen',
        'shown 1',
        'shown 2',
      ])
      for (const rows of shares.values()) expect(rows).toHaveLength(4)
      const whose = (text: string): readonly string[] => {
        const letters = text.replaceAll(/\s/g, '').toLowerCase()
        return [...shares]
          .filter(([, rows]) => rows.some((row) => letters.includes(row.replaceAll(' ', ''))))
          .map(([name]) => name)
      }
      const onScreen = frames.map(whose)
      expect(Math.max(...onScreen.map((one) => one.length))).toBe(1)
      expect(new Set(onScreen.flat())).toEqual(new Set(['shown 1', 'shown 2']))
      expect(whose(said.join('\n'))).toEqual([])
      for (const file of readdirSync(cards)) {
        const text = execFileSync('pdftotext', ['-layout', join(cards, file), '-'], {
          env: process.env,
          encoding: 'utf8',
        })
        expect(whose(text)).toHaveLength(1)
      }
      const files = [people.world.home, people.folder].flatMap((folder) =>
        readdirSync(folder, {recursive: true, withFileTypes: true})
          .filter((one) => one.isFile())
          .map((one) => join(one.parentPath, one.name)),
      )
      expect(files.length).toBeGreaterThan(10)
      for (const file of files) expect([file, whose(readFileSync(file, 'latin1'))]).toEqual([file, []])
      for (const made of bundles.values())
        for (const [path, bytes] of made)
          expect([path, whose(Buffer.from(bytes).toString('latin1'))]).toEqual([path, []])
    },
  )

  test('whoever typed theirs, or brought the file, has signed for it; the other is named as missing', () => {
    const set = findSet(app.ledger, 'on-screen')
    expect(set.holders.map(({receipt}) => receipt !== null)).toEqual([true, false, true])
  })
})

describe('the wrapped secret', () => {
  const wrapped = (name: string): {readonly sha256: string; readonly bytes: Uint8Array} => {
    const {wrapped: sha256} = findSet(app.ledger, name)
    return {sha256, bytes: app.ledger.view.blob(sha256)}
  }

  test('stands in a bundle of level full, and in no file of one below', () => {
    for (const name of ['on-screen', 'on-cards']) {
      const {sha256, bytes} = wrapped(name)
      expect(Buffer.from(bundles.get('full')?.get(`blobs/${sha256}`) ?? '').equals(Buffer.from(bytes))).toBe(
        true,
      )
      for (const level of ['restricted', 'public'] as const) {
        const made = bundles.get(level) ?? new Map<string, Uint8Array>()
        expect(made.size).toBeGreaterThan(10)
        expect([...made.keys()]).not.toContain(`blobs/${sha256}`)
        for (const [path, file] of made)
          for (const form of [
            bytes,
            Buffer.from(bytes).toString('hex'),
            Buffer.from(bytes).toString('base64'),
          ])
            expect([path, Buffer.from(file).includes(Buffer.from(form))]).toEqual([path, false])
      }
    }
  })

  test.each(levels)('is nothing that a verifier of level %s misses', (level) => {
    const made = bundles.get(level) ?? new Map<string, Uint8Array>()
    expect(verdictOf(made).problems).toEqual([])
  })

  testWith(['python3', 'ssh-keygen'], 'is missed by verify.py at level full alone', () => {
    for (const level of levels) {
      const made = new Map(bundles.get(level) ?? [])
      const said = (): string =>
        inFolder(made, (dir) => {
          mkdirSync(join(dir, '..'), {recursive: true})
          const ran = spawnSync('python3', [join(dir, 'verify.py'), dir], {
            env: process.env,
            encoding: 'utf8',
          })
          return `${ran.status ?? ''} ${ran.stdout}${ran.stderr}`
        })
      expect(said()).toMatch(/^0 /)
      if (level !== 'full') continue
      made.delete(`blobs/${wrapped('on-cards').sha256}`)
      expect(said()).toMatch(/^[^0]/)
    }
  })
})

test('the ledger that this left verifies', () => {
  verifiedOk(people)
})
