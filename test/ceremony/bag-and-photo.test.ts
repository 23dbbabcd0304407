import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {answersRoom, parseAnswers} from '../../src/ceremony/answers.ts'
import {recordDeviation} from '../../src/ceremony/deviation.ts'
import {resume, walk} from '../../src/ceremony/engine.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, problemsOf, shortTemplate, type House} from './room.ts'
import {minutes, opened, resultOf, run, typing} from './walked.ts'

const part = (pattern: RegExp): string => pattern.exec(shortTemplate)?.[0] ?? ''

/** A short ceremony without a key, in which a bag is cut open, another sealed and checked, and a picture taken. */
const bags = `
keyrite: ceremony/1
id: bags
title: Bags
purpose: Look after the bags.
location: \${location}
recording: \${recording}
${part(/^parameters:\n(?: .*\n)+/m)}
${part(/^roles:\n(?: .*\n)+/m)}
materials:
  - {id: old, kind: bag, text: The old bag., number: A 1001, state: sealed}
  - {id: new, kind: bag, text: The new bag.}
  - {id: card, kind: token, text: The card., in: old}
acts:
  - id: only
    title: Only
    steps:
      - {id: open, kind: bag, action: open, bag: old, reads: witness, by: operator, minutes: 1, text: Cut it open.}
      - {id: picture, kind: photo, subject: "The card in \${location}.", file: true, by: witness, minutes: 1, text: Take a picture.}
      - {id: seal, kind: bag, action: seal, bag: new, contents: [card], needs: {card: out}, by: operator, minutes: 1, text: Seal it.}
      - {id: check, kind: bag, action: check, bag: new, by: operator, minutes: 1, text: Check it.}
      - {id: shred, kind: bag, action: destroy, bag: old, by: operator, minutes: 1, text: Destroy it.}
      - {id: sign-off, kind: sign-off, by: security-officer, minutes: 1, text: "Sign: \${key-name} \${profile} \${scheme} \${owner} \${consumers}."}
`

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

describe('bags and pictures', () => {
  const good = {number: ['a1001', 'B 2002', 'b2002'], reference: ['camera 3, 0017']}

  test('numbers and references are recorded privately, and what they were compared with', async () => {
    const file = join(house.dir, 'card.jpg')
    writeFileSync(file, 'a picture')
    await house.using(async (app) => {
      const {id, error, said} = await run(house, app, bags, {...good, file: [file]})
      expect(error).toBeNull()
      const {number, ...open} = resultOf(app, id, 'open')
      expect(opened(app, number)).toBe('a1001')
      expect(JSON.stringify(number)).not.toContain('1001')
      expect(open).toEqual({
        action: 'open',
        bag: 'old',
        compared: 'template',
        read_by: expect.arrayContaining([expect.stringMatching(/^p-/)]),
      })
      expect(said).toContain('Number on bag "old", as witness (Grace, Person 7, Person 8) reads it aloud')
      expect(said).toContain('Before: card out.')
      const picture = resultOf(app, id, 'picture')
      expect(picture['sha256']).toBe(sha256Hex(Buffer.from('a picture')))
      expect(opened(app, picture['subject'])).toBe('The card in Room 4.')
      expect(opened(app, picture['reference'])).toBe('camera 3, 0017')
      expect(resultOf(app, id, 'seal')).toMatchObject({contents: ['card'], compared: 'nothing'})
      expect(resultOf(app, id, 'check')).toMatchObject({compared: 'ceremony'})
      expect(resultOf(app, id, 'shred')).toEqual({action: 'destroy', bag: 'old'})
      const text = await minutes(app, id)
      expect(text).toContain(
        'bag “old” cut open, its seal whole until then; number a1001, the one that the template has, read aloud by Grace',
      )
      expect(text).toContain('bag “new” sealed; number B 2002; in it: card.')
      expect(text).toContain('number b2002, the one that was recorded before.')
      expect(text).toContain('shows The card in Room 4.; reference camera 3, 0017; SHA-256 of the file')
    })
    expect(problemsOf(house)).toEqual([])
  })

  test('a number that was mistyped is asked for again, and stops nothing', async () => {
    await house.using(async (app) => {
      const {error, said} = await run(house, app, bags, {
        ...good,
        number: ['A 1010', ...good.number],
        file: ['a'.repeat(64)],
      })
      expect(error).toBeNull()
      expect(said).toContain(
        'This is not the number of bag "old" that the template has. Look again, and type it again.',
      )
    })
  })

  test('another number stops the ceremony before the bag is touched, and says how to go on', async () => {
    await house.using(async (app) => {
      const {id, error} = await run(house, app, bags, {number: ['A 9999', 'A 9999']})
      expect(error?.code).toBe('STOPPED')
      expect(error?.message).toBe('step "open": this is not the number of bag "old" that the template has')
      expect(error?.hints).toEqual([
        expect.stringContaining('that is a deviation'),
        `keyrite ceremony deviation ${id.slice(0, 8)} --step open --what W --why W --decided-by P --agreed-by P`,
        `keyrite ceremony resume ${id.slice(0, 8)}`,
        `keyrite ceremony abort ${id.slice(0, 8)} --reason R`,
      ])
      expect(ceremonyIn(app, id)).toMatchObject({done: [], stopped: true})
    })
  })

  test('a sealed bag that bears another number at the next look stops the ceremony', async () => {
    await house.using(async (app) => {
      const {id, error} = await run(house, app, bags, {
        number: ['A1001', 'B 2002', 'B 2003', 'B 2003'],
        file: ['A'.repeat(64)],
      })
      expect(error?.message).toBe(
        'step "check": this is not the number of bag "new" that was recorded before',
      )
      expect(resultOf(app, id, 'picture')['sha256']).toBe('a'.repeat(64))
      expect(ceremonyIn(app, id).done.map(({step}) => step)).toEqual(['open', 'picture', 'seal'])
      await resume(contextIn(house, app, id, {room: typing(house, {number: ['B 2002']})}))
      expect(ceremonyIn(app, id).signOff).not.toBeNull()
    })
  })

  test('another number that a deviation speaks of is recorded as such, and shown so in the minutes', async () => {
    await house.using(async (app) => {
      const {id, error} = await run(house, app, bags, {number: ['A 9999', 'A 9999']})
      expect(error?.code).toBe('STOPPED')
      const [decidedBy = '', other = ''] = ceremonyIn(app, id).participants.flatMap(({people}) => people)
      const said = {what: 'Another number stands on it.', why: 'The paper was wrong.'}
      await recordDeviation(contextIn(house, app, id), {step: 'open', ...said, decidedBy, agreedBy: [other]})
      const room = typing(house, {
        ...good,
        number: ['A 9999', 'A 9999', 'B 2002', 'B 2002'],
        file: ['a'.repeat(64)],
      })
      await resume(contextIn(house, app, id, {room}))
      expect(resultOf(app, id, 'open')).toMatchObject({compared: 'other', deviation: 'D1'})
      expect(await minutes(app, id)).toContain(
        'number A 9999, ANOTHER than was recorded before (deviation D1), read aloud by Grace',
      )
      expect(await minutes(app, id)).toMatch(
        /Deviations No\. When Step .* D1 [\d:]{8} open Another number stands on it\. +Because: The paper was wrong\. +Decided: \w+; +agreed: \w+ \d+/,
      )
    })
    expect(problemsOf(house)).toEqual([])
  })

  test('a seal that is not whole stops the ceremony', async () => {
    await house.using(async (app) => {
      const id = await openIn(house, app, {template: bags})
      const room = {...typing(house, {number: ['A 1001']}), confirm: () => Promise.resolve(false)}
      await expect(walk(contextIn(house, app, id, {room}))).rejects.toMatchObject({code: 'STOPPED'})
      expect(ceremonyIn(app, id).done).toEqual([])
    })
  })

  test('a picture whose file is not there is asked for again, and then stops the ceremony', async () => {
    await house.using(async (app) => {
      const {error, said} = await run(house, app, bags, {...good, file: ['nowhere.jpg', 'nowhere.jpg']})
      expect(error?.code).toBe('STOPPED')
      expect(error?.message).toMatch(/^step "picture": cannot .*nowhere\.jpg/)
      expect(said.filter((line) => line.endsWith('Look again, and type it again.'))).toHaveLength(1)
    })
  })

  test('an answers file has the words of each step, and its yes or no beside them', async () => {
    const room = (app: App, changes: string): Room =>
      answersRoom({
        answers: parseAnswers(
          Buffer.from(`steps:
  open: {answer: {number: A 1001${changes}}}
  picture: {answer: {reference: 3, file: ${'b'.repeat(64)}}}
  seal: {answer: {number: B 1}}
  check: {answer: {number: B 1}}
default: yes
`),
          'a.yaml',
        ),
        roster: app.ledger.of(custodyFold).roster,
        signerFor: () => Promise.reject(new Error('nobody has a key here')),
        say: () => undefined,
      })
    await house.using(async (app) => {
      const id = await openIn(house, app, {template: bags})
      await expect(walk(contextIn(house, app, id, {room: room(app, ', confirm: no')}))).rejects.toMatchObject(
        {
          code: 'STOPPED',
        },
      )
      await resume(contextIn(house, app, id, {room: room(app, '')}))
      expect(ceremonyIn(app, id).done).toHaveLength(5)
    })
  })
})
