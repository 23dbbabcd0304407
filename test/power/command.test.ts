/** A power cut in the middle of `key create`, the whole command: ledger, token and head agree afterwards, and it is gone on with. */
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {keysFold} from '../../src/keys/index.ts'
import {requests, statusOf} from '../../src/requests/index.ts'
import {slow} from '../ledger/support.ts'
import {here as has, testWith} from '../support/needs.ts'
import {cli} from '../support/process.ts'
import {runCommand, somebody} from '../support/run.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {chances, Disk} from './disk.ts'
import {record, type FileEvent} from './trace.ts'

const cuts = slow ? 300 : 5

describe('key create, when the power goes', () => {
  let house: House
  let before: Disk
  let events: readonly FileEvent[]
  beforeAll(async () => {
    house = await makeHouse()
    if (!has('strace')) return
    const roots = [house.world.home, house.world.state]
    before = new Disk(roots)
    const signed = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
    events = await record(
      [
        ...['env', '-i', `PATH=${process.env['PATH'] ?? ''}`, `KEYRITE_HOME=${house.world.home}`],
        `XDG_STATE_HOME=${dirname(house.world.state)}`,
        ...[process.execPath, '--no-warnings', cli, 'key', 'create', 'cut', '--profile', 'main', '--json'],
        ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--owner', 'alice'],
        ...['--as', 'alice', '--pin-file', house.pinFile, ...signed],
      ],
      roots,
      join(house.dir, 'trace'),
    )
  }, 120_000)
  afterAll(() => {
    house.remove()
  })

  testWith(
    'strace',
    'at any moment: what it said is so, nothing is made twice, and the request is gone on with',
    async () => {
      let finished = 0
      for (let seed = 1; seed <= cuts; seed += 1) {
        const chance = chances(seed)
        const disk = before.again()
        const done = Math.floor(chance() * (events.length + 1))
        for (const event of events.slice(0, done)) disk.take(event)
        const said = events.slice(0, done).some(({kind}) => kind === 'ack')
        disk.cut(chance)
        expect([seed, problemsOf(house)]).toEqual([seed, []])
        const waiting = await house.using((app) =>
          [...app.ledger.of(requests).all.values()].filter((one) => statusOf(one, app.ledger.time) === 'met'),
        )
        // Said to be done, nothing is left to do.
        if (said) expect([seed, waiting]).toEqual([seed, []])
        for (const {id} of waiting) {
          const world = {...house.world, ask: somebody('twelve bytes')}
          const ran = await runCommand(RequestApply, 'request apply', [id, '--as', 'alice'], world)
          expect([seed, ran.stderr.includes('Error'), ran.exit]).toEqual([seed, false, 0])
          finished += 1
        }
        await house.using(async (app) => {
          const made = app.ledger.of(keysFold).keys.has('cut')
          if (said) expect([seed, made]).toEqual([seed, true])
          // It opens: the file is whole, and not older than the ledger says.
          const {store} = await app.provider('main')
          let there = 0
          for await (const {spec} of store.list()) if (spec.label === 'cut') there += 1
          expect([seed, there]).toEqual([seed, made ? 1 : 0])
        })
        expect([seed, problemsOf(house)]).toEqual([seed, []])
      }
      console.log(`power cuts in key create: ${cuts} runs, ${finished} gone on with, none lost or made twice`)
    },
    slow ? 3_600_000 : 900_000,
  )
})
