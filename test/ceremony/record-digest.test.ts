/** The SHA-256 of an exported public key, which a witness computes elsewhere and types: held against the key itself. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {recordDeviation} from '../../src/ceremony/deviation.ts'
import {resume} from '../../src/ceremony/engine.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {keysFold, publicKeyText} from '../../src/keys/index.ts'
import {findings} from './lint-support.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, problemsOf, shortTemplate, type House} from './room.ts'
import {changed} from './template-support.ts'
import {minutes, resultOf, run, typing} from './walked.ts'

const digest =
  '      - {id: digest, kind: record, by: witness, minutes: 1, text: Compute it., fields: [{name: sha256, text: SHA-256 of the public key, private: false, public-key: "${key-name}"}]}\n'
const template = changed(shortTemplate, [
  [
    '  - id: closing\n    title: Closing\n    steps:\n',
    `  - id: closing\n    title: Closing\n    steps:\n${digest}`,
  ],
])
const other = 'ab'.repeat(32)

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

/** As the other machine computes it, from what the ledger gives out. */
function computed(app: App, name: string, form: 'pem' | 'der'): string {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined) throw new Error('there is no such key')
  const text = publicKeyText(app.ledger.view, key, 1, 'pem')
  if (form === 'pem') return sha256Hex(Buffer.from(text))
  return sha256Hex(Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64'))
}

/** Walks one ceremony in which the witness types what `types` makes of the key that is there by then. */
async function walked(key: string, types: (app: App) => string) {
  return house.using(async (app) => {
    const id = await openIn(house, app, {template, key})
    const said: string[] = []
    const room: Room = {
      ...typing(house, {}, said),
      say: (lines) => said.push(...lines),
      text: (_step, field) => Promise.resolve(field === 'sha256' ? types(app) : 'something'),
    }
    await resume(contextIn(house, app, id, {room}))
    return {result: resultOf(app, id, 'digest'), text: await minutes(app, id), said}
  })
}

describe('the digest of a public key that is typed', () => {
  test.each<[string, (sha256: string) => string, 'pem' | 'der']>([
    ['as PEM', (sha256) => sha256, 'pem'],
    ['as DER', (sha256) => sha256, 'der'],
    ['in groups and capitals', (sha256) => (sha256.match(/.{4}/g) ?? []).join(' ').toUpperCase(), 'pem'],
    ['with colons', (sha256) => (sha256.match(/../g) ?? []).join(':'), 'der'],
  ])('%s is the one of the key, and the minutes say so', async (how, write, form) => {
    const name = `same-${how.replaceAll(' ', '-').toLowerCase()}`
    const {result, text, said} = await walked(name, (app) => write(computed(app, name, form)))
    expect(result).toMatchObject({compared: {sha256: 'same'}})
    expect(text).toMatch(/SHA-256 of the public key: \S.*, the same as of the key/)
    expect(said.join('\n')).not.toContain('NOT COMPARED')
  })

  test.each(['read aloud, and right', other.slice(0, 8), 'none'])(
    'that is none (%s) is compared with nothing, which is said and recorded',
    async (typed) => {
      const {result, text, said} = await walked(`words-${typed.length}`, () => typed)
      expect(result).toMatchObject({fields: {sha256: typed}, compared: {sha256: 'nothing'}})
      expect(text).toContain(`SHA-256 of the public key: ${typed}, compared with nothing`)
      expect(said.join('\n')).toContain('NOT COMPARED: that is no SHA-256')
    },
  )

  test('that is another is asked for once more, and then stops the ceremony; with a deviation it goes on', async () => {
    await house.using(async (app) => {
      const {id, error} = await run(house, app, template, {sha256: [other, other]}, 'another')
      expect(error).toMatchObject({
        code: 'STOPPED',
        message: 'step "digest": this is not the SHA-256 of the public half of key "another", as PEM or DER',
      })
      expect(error?.hints[1]).toBe(
        `keyrite ceremony deviation ${id.slice(0, 8)} --step digest --what W --why W --decided-by P --agreed-by P`,
      )
      const [decidedBy = '', agreed = ''] = ceremonyIn(app, id).participants.flatMap(({people}) => people)
      const why = {what: 'Another digest was computed.', why: 'The file was cut off.'}
      await recordDeviation(contextIn(house, app, id), {
        step: 'digest',
        ...why,
        decidedBy,
        agreedBy: [agreed],
      })
      const again = {sha256: [other, other]}
      await resume(contextIn(house, app, id, {room: typing(house, again)}))
      expect(resultOf(app, id, 'digest')).toMatchObject({compared: {sha256: 'other'}, deviation: 'D1'})
      expect(await minutes(app, id)).toContain(`${other}, ANOTHER than of the key (deviation D1)`)
    })
  })

  test.each([other, other.slice(0, 62), `${other}00`])(
    'that was mistyped (%s) is asked for once more, and then is the one of the key',
    async (typed) => {
      let times = 0
      const name = `mistyped-${typed.length}`
      const {result, said} = await walked(name, (app) => (times++ === 0 ? typed : computed(app, name, 'pem')))
      expect(result).toMatchObject({compared: {sha256: 'same'}})
      expect(said.join('\n')).toContain('Look again, and type it again.')
    },
  )

  test('of a key that nobody makes, or that a later step makes, is found by lint', () => {
    const rules = (text: string): string[] => findings(text, {}).map(({rule}) => rule)
    expect(rules(template)).toEqual([])
    const unknown = changed(template, [['public-key: "${key-name}"', 'public-key: other-key']])
    expect(rules(unknown)).toEqual(['unknown-key'])
    const early = changed(template, [
      [digest, ''],
      ['      - {id: clock,', `${digest}      - {id: clock,`],
    ])
    expect(rules(early)).toEqual(['key-too-early'])
  })
})
