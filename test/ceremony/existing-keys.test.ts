/** A ceremony over a key that was there before it: tried, asked about and activated, and verified by strangers. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {walk} from '../../src/ceremony/engine.ts'
import {makeBundle} from '../../src/ceremony/bundle/index.ts'
import {packageRoot} from '../../src/base/package.ts'
import {keysFold} from '../../src/keys/index.ts'
import {testWith} from '../support/needs.ts'
import {inFolder, rules, tool, verdictIn} from './bench.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, problemsOf, shortTemplate, type House} from './room.ts'
import {changed} from './template-support.ts'
import {minutes, resultOf, run} from './walked.ts'

const step = (name: string): string =>
  new RegExp(`^ {6}- \\{id: ${name},.*\\n`, 'm').exec(shortTemplate)?.[0] ?? ''
const [make, approve, use, prove] = [step('make'), step('approve'), step('use'), step('prove')]

/** Makes the key and verifies it, and leaves it at that. */
const making = changed(shortTemplate, [
  ['for: [make, use]', 'for: [make]'],
  [use, ''],
])
/** Takes it up again. */
const taking = changed(shortTemplate, [
  ['id: short', 'id: later'],
  [approve, prove + approve.replace('for: [make, use]', 'for: [use]')],
  [
    make + prove,
    '      - {id: asked, kind: attest, key: "${key-name}", evidence: verified, by: operator, minutes: 1, text: Ask.}\n',
  ],
  ['Everybody signs.}', '"Everybody signs, in ${profile}, ${scheme}, ${owner}, ${consumers}."}'],
])
/** Makes, verifies and activates it, each by an approval of its own. */
const twice = changed(shortTemplate, [
  ['for: [make, use]', 'for: [make]'],
  [use, `${approve.replace('id: approve', 'id: again').replace('for: [make, use]', 'for: [use]')}${use}`],
])

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

describe('a key from before', () => {
  testWith(
    ['python3'],
    'is tried anew, activated by its own quorum, and its bundle verifies by keyrite and verify.py',
    async () => {
      await house.using(async (app) => {
        const key = 'from-before'
        expect((await run(house, app, making, {}, key)).error).toBeNull()
        const before = app.ledger.of(keysFold).keys.get(key)?.versions[0]
        expect(before).toMatchObject({state: 'pre-active', tried: {ok: true}})
        const {id, error} = await run(house, app, taking, {}, key)
        expect(error).toBeNull()
        const ceremony = ceremonyIn(app, id)
        expect(ceremony).toMatchObject({profile: 'main', keys: []})
        expect(resultOf(app, id, 'prove')).toMatchObject({key, version: 1, ok: true})
        expect(Number(resultOf(app, id, 'prove')['entry'])).toBeGreaterThan(ceremony.seq)
        expect(resultOf(app, id, 'use')).toMatchObject({state: 'active'})
        expect(resultOf(app, id, 'asked')).toMatchObject({level: 'software', evidence: 'verified'})
        expect(await minutes(app, id)).toContain(`${key}, made before this ceremony`)
        const {ledger} = app
        const made = {ledger, rules, ceremony, tool, packageRoot: packageRoot(), level: 'full' as const}
        inFolder(makeBundle(made), (dir) => {
          expect(verdictIn(dir)).toMatchObject({ok: true, problems: []})
          const said = execFileSync('python3', [
            '-I',
            join(dir, 'verify.py'),
            dir,
            '--ledger',
            ledger.view.facts.fingerprint,
          ])
          expect(said.toString()).toMatch(/^quorum: key\.activate by rule key-use: [^]*\nok\n$/m)
        })
      })
      expect(problemsOf(house)).toEqual([])
    },
  )

  test('is made by one quorum and activated by another, in one ceremony', async () => {
    await house.using(async (app) => {
      const {id, error} = await run(house, app, twice, {}, 'by-two')
      expect(error).toBeNull()
      expect(ceremonyIn(app, id).signOff).not.toBeNull()
      expect(resultOf(app, id, 'again')['plan_sha256']).not.toBe(resultOf(app, id, 'approve')['plan_sha256'])
      expect(app.ledger.of(keysFold).keys.get('by-two')?.versions[0]?.state).toBe('active')
    })
    expect(problemsOf(house)).toEqual([])
  })

  test('that is active already is not activated again: the ceremony does not open', async () => {
    await house.using(async (app) => {
      await expect(openIn(house, app, {template: taking, key: 'by-two'})).rejects.toMatchObject({
        code: 'FINDINGS',
        message: expect.stringContaining('key "by-two" is active already: take this step away'),
      })
    })
  })

  test('is not taken for verified on the word of an earlier ceremony', async () => {
    await house.using(async (app) => {
      expect((await run(house, app, making, {}, 'not-here')).error).toBeNull()
      const id = await openIn(house, app, {template: taking, key: 'not-here'})
      await walk(contextIn(house, app, id))
      const entries = Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq))
      expect(entries.filter((one) => one?.ceremony === id && one.type === 'key.tried')).toHaveLength(1)
    })
  })
})
