/** One time for several answers, which stands still while a person is asked. */
import {expect, test} from '@jest/globals'
import {Allowance} from '../../src/base/allowance.ts'

const after = async <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => {
      resolve(value)
    }, ms)
  })
const never = new Promise<never>(() => undefined)
const late = () => new Error('late')

test('answers that are quick each are late together', async () => {
  const time = new Allowance(400)
  const said: number[] = []
  const all = async (): Promise<void> => {
    for (let at = 0; at < 9; at++) said.push(await time.within(after(150, at), late))
  }
  await expect(all()).rejects.toThrow('late')
  // Three would take longer than there is time; two, or on a machine that is busy fewer, are in it.
  expect(said.length).toBeLessThan(3)
  expect(time.left).toBeLessThanOrEqual(0)
})

test('what hangs is waited for as long as there is time, and what is asked after it not at all', async () => {
  const time = new Allowance(200)
  const began = performance.now()
  await expect(time.within(never, late)).rejects.toThrow('late')
  expect(performance.now() - began).toBeGreaterThanOrEqual(199)
  // It is refused before anything else happens.
  const first = Promise.race([time.within(never, late).catch(() => 'late'), after(0, 'something else')])
  expect(await first).toBe('late')
})

test('a person who thinks takes nothing of it, also while an answer waits for what they say', async () => {
  const time = new Allowance(1500)
  const opens = async (): Promise<string> => {
    const pin = await time.standing(async () => after(2000, 'pin'))
    return after(10, pin)
  }
  expect(await time.within(opens(), late)).toBe('pin')
  expect(time.left).toBeGreaterThan(0)
  const short = new Allowance(300)
  const hangs = async (): Promise<never> => {
    await short.standing(async () => after(600, 'pin'))
    return never
  }
  const began = performance.now()
  await expect(short.within(hangs(), late)).rejects.toThrow('late')
  expect(performance.now() - began).toBeGreaterThanOrEqual(899)
})

test('what is asked of people at the same time is counted once', async () => {
  const time = new Allowance(1_000_000)
  await time.standing(async () => {
    const one = time.standing(async () => after(100, 1))
    await Promise.all([one, time.standing(async () => after(100, 2))])
  })
  // Everything was asked of people.
  expect(time.left).toBeGreaterThan(999_990)
})
