import {expect, test} from '@jest/globals'
import {z} from 'zod'
import {lately} from '../../src/base/lately.ts'
import {shared, sharedSet} from '../../src/base/shared.ts'

test('values that are the same are one, and others stay their own', () => {
  const [one, two] = [shared({a: [1, 'x']}), shared({a: [1, 'x']})]
  expect(two).toBe(one)
  expect(shared({a: [1, 'y']})).toEqual({a: [1, 'y']})
  expect(shared('1')).toBe('1')
  expect(shared(1)).toBe(1)
  expect(shared(null)).toBeNull()
})

test('what is long, or one of many, is given back as it is', () => {
  const long = {text: 'x'.repeat(5_000)}
  expect(shared(long)).toBe(long)
  for (let at = 0; at < 5_000; at += 1) expect(shared({at})).toEqual({at})
})

test('sets of the same members are one', () => {
  expect(sharedSet(['a', 'b'])).toBe(sharedSet(['a', 'b']))
  expect(sharedSet(['a,b'])).not.toBe(sharedSet(['a', 'b']))
  expect([...sharedSet([])]).toEqual([])
})

test('a schema that remembers answers as the schema does, whatever was read before', () => {
  const schema = z.strictObject({a: z.int()})
  const reader = lately(schema)
  const [good, bad] = [{a: 1}, {a: 'x'}]
  for (const data of [good, good, bad, bad, good, undefined, undefined, null])
    expect(reader.safeParse(data).success).toBe(schema.safeParse(data).success)
  expect(reader.parse(good)).toEqual(good)
  expect(() => reader.parse(bad)).toThrow(z.ZodError)
  expect(() => lately(schema).parse(undefined)).toThrow(z.ZodError)
})
