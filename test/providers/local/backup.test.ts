import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {join} from 'node:path'
import {createToken} from '../../../src/providers/local/index.ts'
import {described, enabled, flipped, intent, none, outcome, random, secretOf, specOf} from '../support.ts'
import {LocalBench} from './bench.ts'

let bench: LocalBench
beforeAll(async () => {
  bench = await new LocalBench().create()
})
afterAll(async () => bench.close())

test('a restored token is another place, ahead of both, and nothing in it is usable yet', async () => {
  const {open} = bench
  const [used, old, gone, going] = [
    await enabled(open, specOf('aes-256')),
    await enabled(open, specOf('ed25519')),
    await enabled(open, specOf('ed25519')),
    await enabled(open, specOf('ed25519')),
  ]
  await open.life.setAvailability(old, 'historic')
  await open.life.scheduleDestruction(gone, 0)
  await open.life.scheduleDestruction(going, 30)
  const backup = await open.move.backup()
  const other = await bench.empty()
  await other.move.restore(backup)
  const states = await Promise.all(
    [used, old, gone, going].map(async (ref) => (await described(other.store, ref)).availability),
  )
  expect(states).toEqual(['disabled', 'disabled', 'destroyed', 'destruction-pending'])
  const [identity, before] = [await other.evidence.identity(), await open.evidence.identity()]
  expect(identity['token']).not.toBe(before['token'])
  const generation = (await open.evidence.generation()) ?? 0
  expect(await other.evidence.generation()).toBe(generation + 1)
  expect((await other.evidence.device())['restoredFrom']).toContain(
    `token ${before['token'] ?? ''}, generation ${generation}`,
  )
  await other.close()
})

test('a backup opens under its own PIN only, and into a token that never held anything', async () => {
  const backup = await bench.open.move.backup()
  const path = join(bench.folder, 'other-pin.token')
  const other = await createToken({
    path,
    name: 'other',
    pin: secretOf('another pin'),
    random,
    clock: bench.clock,
  })
  expect(await outcome(other.move.restore(backup))).toBe('CREDENTIALS_REFUSED')
  const ref = await other.store.create(specOf('aes-256'), intent())
  await other.life.scheduleDestruction(ref, 0)
  expect(await outcome(other.move.restore(backup))).toBe('EXISTS')
  await other.close()
})

test('a backup that was touched is refused, and nothing of it is taken in', async () => {
  const backup = Buffer.from(await bench.open.move.backup())
  const other = await bench.empty()
  for (const at of [
    0,
    5,
    backup.indexOf('"salt"') + 20,
    backup.indexOf('"sealed"') + 40,
    backup.length >> 1,
    backup.length - 9,
  ])
    expect(['TOKEN_TAMPERED', 'CREDENTIALS_REFUSED']).toContain(
      await outcome(other.move.restore(flipped(backup, at))),
    )
  for (const bad of [
    none,
    backup.subarray(1),
    backup.subarray(0, -1),
    Buffer.from('{}'),
    Buffer.concat([backup, Buffer.from('\n')]),
  ])
    expect(await outcome(other.move.restore(bad))).toBe('TOKEN_TAMPERED')
  const weak = Buffer.from(backup.toString().replace('"n":131072', '"n":1024'))
  expect(await outcome(other.move.restore(weak))).toBe('TOKEN_TAMPERED')
  expect(await other.evidence.generation()).toBe(1)
  await other.move.restore(backup)
  await other.close()
})
