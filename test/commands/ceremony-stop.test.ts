import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyAbort from '../../src/commands/ceremony/abort.ts'
import CeremonyResume from '../../src/commands/ceremony/resume.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import {expectWhole, makeHouse, parameters, typedSteps, type House} from '../ceremony/room.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'
import {held, signersBut, typesOf, type Held} from './held.ts'

describe('ceremony run, stopped', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse()
  })
  afterAll(() => {
    house.remove()
  })
  const last = async (count: number) => (await typesOf(house)).slice(-count)
  const resume = (changes: object = {}) =>
    runJson<Held>(CeremonyResume, 'ceremony resume', ['--answers', house.answers(changes)], house.world)

  test('a no at a confirmation stops it: exit 9, recorded, and it goes on at the same step', async () => {
    const named = {...parameters, 'key-name': 'no-jwt'}
    const stopped = await held(house, {parameters: named, steps: {...typedSteps, 'access-control': 'no'}})
    expect(stopped).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 9,
      status: 'stopped',
      stoppedBy: 'STOPPED',
      steps: {done: 5, next: 'access-control'},
    })
    expect(await last(1)).toEqual(['ceremony.stopped'])
    const shown = await runCommand(CeremonyShow, 'ceremony show', [stopped.id.slice(0, 6)], house.world)
    expect(shown.stdout).toContain(`Next: keyrite ceremony resume ${stopped.id.slice(0, 8)}`)
    const done = await resume()
    expect(done).toMatchObject({exit: 0, id: stopped.id, status: 'signed-off'})
    await expectWhole(house, stopped.id, 'no-jwt')
    expect(await resume()).toMatchObject({exit: 4, code: 'CEREMONY_NOT_FOUND'})
  })

  test('a refused quorum stops it with exit 8, prints the ceremony, and leaves the refusal in the ledger', async () => {
    const steps = {...typedSteps, approve: {answer: {carol: 'reject', dan: 'reject'}}}
    const refused = await held(house, {steps})
    expect(refused).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 8,
      status: 'stopped',
      stoppedBy: 'QUORUM_MISSING',
      keys: [],
      steps: {next: 'approve'},
    })
    expect(await last(2)).toEqual(['ceremony.stopped', 'attempt.refused'])
    expect((await typesOf(house)).filter((type) => type === 'key.create.intended')).toHaveLength(1)
    const ended = await runJson<Held>(
      CeremonyAbort,
      'ceremony abort',
      [refused.id, '--reason', 'two said no', '--yes'],
      house.world,
    )
    expect(ended).toMatchObject({exit: 0, status: 'aborted', left: []})
  })

  test('custodians who are not there leave the quorum open, and it is met after resume with the same request', async () => {
    const named = {...parameters, 'key-name': 'late-jwt'}
    const absent = signersBut(house, 'carol', 'dan')
    expect(await held(house, {parameters: named, signers: absent})).toMatchObject({
      exit: 8,
      status: 'stopped',
    })
    const opened = (await typesOf(house)).filter((type) => type === 'quorum.opened').length
    const done = await resume()
    expect(done).toMatchObject({exit: 0, status: 'signed-off'})
    expect((await typesOf(house)).filter((type) => type === 'quorum.opened')).toHaveLength(opened)
    await expectWhole(house, done.id, 'late-jwt')
  })

  test('abort names what is left at the provider, asks first, and is the end', async () => {
    const named = {...parameters, 'key-name': 'left-jwt'}
    const stopped = await held(house, {parameters: named, steps: {...typedSteps, attributes: 'no'}})
    const args = [stopped.id, '--reason', 'the room is on fire']
    const asked = await runCommand(CeremonyAbort, 'ceremony abort', args, {
      ...house.world,
      ask: somebody('no'),
    })
    expect(asked.exit).toBe(3)
    expect(asked.stderr).toContain('Left behind: key "left-jwt" version 1 in profile "main"')
    expect(await runJson(CeremonyAbort, 'ceremony abort', args, house.world)).toMatchObject({
      exit: 3,
      code: 'NO_TERMINAL',
    })
    const ended = await runJson<Held>(CeremonyAbort, 'ceremony abort', [...args, '--yes'], house.world)
    expect(ended).toMatchObject({
      exit: 0,
      status: 'aborted',
      left: [expect.stringContaining('key "left-jwt" version 1')],
    })
    expect(await runJson(CeremonyAbort, 'ceremony abort', [...args, '--yes'], house.world)).toMatchObject({
      exit: 5,
      code: 'CEREMONY_STATE',
    })
    const size = await house.using((app) => app.ledger.size)
    expect(
      await runJson(
        CeremonyResume,
        'ceremony resume',
        [stopped.id, '--answers', house.answers()],
        house.world,
      ),
    ).toMatchObject({exit: 5, status: 'aborted', stoppedBy: 'CEREMONY_STATE'})
    expect(await house.using((app) => app.ledger.size)).toBe(size)
  })

  test('an answers file without the text of a step stops there, and names step and field', async () => {
    const named = {...parameters, 'key-name': 'mute-jwt'}
    const others = Object.fromEntries(Object.entries(typedSteps).filter(([step]) => step !== 'audit-log'))
    const ran = await runCommand(
      CeremonyRun,
      'ceremony run',
      [house.template, '--answers', house.answers({parameters: named, steps: others})],
      house.world,
    )
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('no text for field "audit-log-reference" of step "audit-log"')
    expect(ran.stdout).toContain('Status: stopped')
    expect(await resume()).toMatchObject({exit: 0, status: 'signed-off'})
  })
})
