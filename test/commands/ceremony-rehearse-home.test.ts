/** Rehearsals beside a real home: with its people, and without touching it. */
import {createHash} from 'node:crypto'
import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import Rehearse from '../../src/commands/ceremony/rehearse.ts'
import Run from '../../src/commands/ceremony/run.ts'
import {makeHouse, shortTemplate, participants, typedSteps, type House} from '../ceremony/room.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'
import {expectNoSecrets, files, rehearse, type Rehearsed} from './rehearsed.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

describe('ceremony rehearse beside a real home', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse()
    writeFileSync(house.template, shortTemplate)
  }, 60_000)
  afterAll(() => {
    house.remove()
  })

  const digest = (): string => {
    const hash = createHash('sha256')
    for (const folder of [house.world.home, house.world.state])
      for (const [path, bytes] of files(folder)) hash.update(path).update(bytes)
    return hash.digest('hex')
  }

  test('the answers file of ceremony run works as it is, with the people’s own keys, and the home is not touched', async () => {
    const before = digest()
    const answers = house.answers({steps: {...typedSteps, seal: {answer: 'S-1'}}})
    const document = await rehearse(house.world, house.template, '--answers', answers)
    expect(document).toMatchObject({exit: 0, status: 'rehearsed', inEarnest: []})
    expect(document.participants.map(({person}) => person.name.toLowerCase())).toEqual(
      Object.values(participants)
        .flat()
        .map((handle) => handle.replace(/^person(\d)$/, 'person $1')),
    )
    expect(digest()).toBe(before)
    expectNoSecrets(document.dir)
    // Their own keys signed, in the namespace of rehearsals.
    const fingerprints = house.founders.map(({key}) => key.publicKey.fingerprint)
    const statements = [...files(join(document.bundle, 'statements'))]
      .filter(([path]) => path.endsWith('.json'))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as {use: string; key: string})
    const own = (use: string): boolean[] =>
      statements.filter((one) => one.use === use).map(({key}) => fingerprints.includes(key))
    expect(own('approval')).toEqual([true, true, true])
    expect(own('transcript')).toEqual(
      Object.values(participants)
        .flat()
        .map(() => true),
    )
    expect(new Set(own('founding'))).toEqual(new Set([false]))
    // The same file, in earnest.
    const real = await runJson(Run, 'ceremony run', [house.template, '--answers', answers], house.world)
    expect(real).toMatchObject({exit: 0, status: 'signed-off'})
  }, 120_000)

  test('what would be in the way in earnest is said: a profile that is not there, a key of that name', async () => {
    const before = digest()
    const answers = house.answers({
      parameters: {
        'key-name': 'payments-jwt',
        profile: 'hsm-9',
        owner: 'alice',
        consumers: [],
        location: 'R',
        recording: 'C',
      },
      steps: {seal: {answer: 'S-1'}},
    })
    const document = await rehearse(house.world, house.template, '--answers', answers)
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    const others = document.inEarnest.filter((one) => !one.includes('(checklist)'))
    expect(others.length).toBeLessThan(document.inEarnest.length)
    expect(others).toEqual([
      expect.stringMatching(/^line \d+: profile "hsm-9" is not known: .*\(unknown-profile\)$/),
      expect.stringMatching(/there is a key "payments-jwt" already.*\(key-name-taken\)$/),
    ])
    expect(digest()).toBe(before)
  }, 120_000)

  test('on a terminal it asks people, and who has no key at hand signs by a stand-in’s', async () => {
    const before = digest()
    const roles = Object.entries(participants).flatMap(([role, people]) => [
      '--participant',
      `${role}=${people.join(',')}`,
    ])
    const sets = ['location=R', 'recording=C', 'owner=alice', 'key-name=k'].flatMap((one) => ['--set', one])
    const asked: string[] = []
    const ask = {
      ...somebody(),
      text: async ({message}: {message: string}) => {
        asked.push(message)
        if (message.includes('[yes/no/?]')) return 'yes'
        if (message.includes('[approve/reject/later/?]')) return 'approve'
        return /^REHEARSAL {2}.*Key of Carol .*yes to/.test(message)
          ? house.keyOf('carol')
          : message.includes('Number of the seal')
            ? 'S-1'
            : ''
      },
    }
    const document = await runJson<Rehearsed>(
      Rehearse,
      'ceremony rehearse',
      [house.template, ...roles, ...sets],
      {...house.world, ask},
    )
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((one) => !one.startsWith('REHEARSAL  '))).toEqual([])
    expect(asked).toContain('REHEARSAL  Key of Alice for their presence')
    const carol = house.founders.find(({person}) => person.name === 'Carol')?.key.publicKey.fingerprint ?? ''
    const signed = [...files(join(document.bundle, 'statements')).values()].filter((one) =>
      one.includes(carol),
    )
    expect(signed.map((one) => (JSON.parse(one.toString()) as {use: string}).use)).toEqual(['approval'])
    expect(digest()).toBe(before)
  }, 120_000)

  test('--from lets stand-ins do what comes before, and asks from there on', async () => {
    const asked: string[] = []
    const ask = {
      ...somebody(),
      confirm: async ({message}: {message: string}) => asked.push(message) > 0,
      text: async ({message}: {message: string}) => (asked.push(message), ''),
    }
    const sets = ['location=R', 'recording=C', 'owner=alice', 'key-name=k'].flatMap((one) => ['--set', one])
    const document = await runJson<Rehearsed>(
      Rehearse,
      'ceremony rehearse',
      [house.template, ...sets, '--from', 'sign-off'],
      {...house.world, ask},
    )
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    expect(asked.filter((one) => !one.includes('the transcript'))).toEqual([])
  }, 120_000)

  test('broken off, it says that it is not resumed, how to begin again, and leaves nothing secret', async () => {
    const answers = house.answers({steps: {}})
    const ran = await runCommand(
      Rehearse,
      'ceremony rehearse',
      [house.template, '--answers', answers, '--json'],
      house.world,
    )
    const document = JSON.parse(ran.stdout) as Rehearsed & {exit: number; stoppedBy: string}
    expect(document).toMatchObject({
      exit: 2,
      status: 'stopped',
      stoppedBy: 'ANSWERS_INVALID',
      bundle: null,
      steps: {next: 'seal'},
    })
    expectNoSecrets(document.dir)
    expect(existsSync(join(document.dir, 'time-plan.txt'))).toBe(true)
    const again = await runCommand(
      Rehearse,
      'ceremony rehearse',
      [house.template, '--answers', answers],
      house.world,
    )
    expect(again.stdout).toContain(`keyrite ceremony rehearse ${house.template} --from seal`)
    expect(again.stdout).not.toContain('ceremony resume')
    rmSync(document.dir, {recursive: true})
  }, 120_000)

  test('the home of a rehearsal is not one to rehearse beside', async () => {
    const document = await rehearse(house.world, house.template, '--unattended')
    const within = {...house.world, home: document.home}
    expect(await rehearse(within, house.template, '--answers', house.answers())).toMatchObject({
      code: 'NOT_PERMITTED',
    })
  }, 120_000)
})
