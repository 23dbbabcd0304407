/** What was let pass when a ceremony was opened is judged again when it goes on. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {resume, walk} from '../../src/ceremony/engine.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, shortTemplate, willing, type House} from './room.ts'
import {changed} from './template-support.ts'
import {minutes, run} from './walked.ts'

const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const waived = changed(shortTemplate, [
  [
    'acts:\n',
    `waivers:\n  - {rule: minutes, step: seal, reason: It is far away., by: Alice, until: ${day(2)}}\nacts:\n`,
  ],
  [
    '{id: seal, kind: record, by: operator, minutes: 1',
    '{id: seal, kind: record, by: operator, minutes: 300',
  ],
])

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

/** A room that says no at this step. */
const stopping = (step: string): Room => ({...willing(house), confirm: (at) => Promise.resolve(at !== step)})
const later = (days: number): object => ({clock: {now: () => new Date(Date.now() + days * 86_400_000)}})

test('a ceremony with a waiver is opened, says it aloud, and has it in its minutes', async () => {
  await house.using(async (app) => {
    const {id, error, said} = await run(house, app, waived, {}, 'waived-1')
    expect(error).toBeNull()
    expect(said).toContain(`Waived by Alice until ${day(2)} at step "seal": minutes: It is far away.`)
    expect(await minutes(app, id)).toMatch(/Waived .* minutes seal It is far away\. Alice/)
  })
})

test('one whose waiver is over is not opened', async () => {
  await house.using(async (app) => {
    const over = changed(waived, [[`until: ${day(2)}`, `until: ${day(-2)}`]])
    await expect(openIn(house, app, {template: over, key: 'waived-2'})).rejects.toMatchObject({
      code: 'FINDINGS',
      message: expect.stringContaining('expected 0 to 240 minutes, got 300'),
      hints: expect.arrayContaining([expect.stringContaining('that day is over')]),
    })
  })
})

test('it does not go on when the day is over and the step is still to come', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {template: waived, key: 'waived-3'})
    await expect(walk(contextIn(house, app, id, {room: stopping('room')}))).rejects.toMatchObject({
      code: 'STOPPED',
    })
    await expect(resume(contextIn(house, app, id, {app: later(4)}))).rejects.toMatchObject({
      code: 'FINDINGS',
      message: `cannot go on: Alice let "minutes" pass until ${day(2)}, and that day is over`,
      hints: [`keyrite ceremony abort ${id.slice(0, 8)} --reason R`, expect.any(String)],
    })
    expect(ceremonyIn(app, id)).toMatchObject({stopped: true, done: []})
  })
})

test('it goes on when the step that was let pass is done', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {template: waived, key: 'waived-4'})
    await expect(walk(contextIn(house, app, id, {room: stopping('clock')}))).rejects.toMatchObject({
      code: 'STOPPED',
    })
    await resume(contextIn(house, app, id, {app: later(4)}))
    expect(ceremonyIn(app, id).signOff).not.toBeNull()
  })
})
