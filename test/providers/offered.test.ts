import {expect, test} from '@jest/globals'
import {lackOf} from '../../src/providers/offered.ts'

test('a place that has no algorithm of ours is said to have none, and a place that has some is said to have these', () => {
  const wanted = {
    profile: 'main',
    algorithm: 'ec-p256',
    schemes: ['es256'],
    purpose: 'sign',
    brought: false,
  } as const
  expect(lackOf(wanted, {keys: [], imports: false})).toEqual({
    of: 'algorithm',
    fact: 'profile "main" cannot make ec-p256: it can make none that keyrite uses',
  })
  const keys = [{algorithm: 'aes-256', schemes: ['a256gcm']}] as const
  expect(lackOf(wanted, {keys, imports: false})).toMatchObject({
    fact: 'profile "main" cannot make ec-p256: it can make aes-256',
  })
})
