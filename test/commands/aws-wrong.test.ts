/** A profile of AWS KMS with something wrong, as `profile check` and `doctor` tell it: what it is, and where it is mended. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import CeremonyLint from '../../src/commands/ceremony/lint.ts'
import CeremonyList from '../../src/commands/ceremony/list.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import Doctor from '../../src/commands/doctor.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {away, ministack, reachHouse} from './reach-house.ts'
import {fields, Reshaping} from '../providers/aws/reshaping.ts'
import {testWhen} from '../support/needs.ts'
import {parameters} from '../ceremony/room.ts'
import {runCommand, runJson} from '../support/run.ts'

describe('a profile of AWS KMS that is looked at', () => {
  const {house, standin, start, stop} = reachHouse()
  beforeAll(start, 60_000)
  afterAll(stop)

  const config = (): string => join(house().world.home, 'config.yaml')
  const check = () => runJson(ProfileCheck, 'profile check', ['one'], house().world)
  /** As it is with other settings on this machine. */
  const checkedWith = async (from: string, to: string): Promise<unknown> => {
    const before = readFileSync(config(), 'utf8')
    writeFileSync(config(), before.replace(from, to), {mode: 0o600})
    try {
      return await check()
    } finally {
      writeFileSync(config(), before, {mode: 0o600})
    }
  }

  testWhen(
    ministack,
    'is of another region than was approved: only that is said, and where it stands',
    async () => {
      expect(await checkedWith('region: eu-central-1', 'region: us-east-1')).toMatchObject({
        exit: 8,
        checks: [
          {
            name: 'opens',
            detail:
              'cannot use profile "one": it is approved for region eu-central-1, and region us-east-1 answers',
            fix: `in ${config()}, for one: region: eu-central-1`,
          },
        ],
      })
    },
  )

  testWhen(ministack, 'has a region that is no name of one: a finding, and doctor ends as ever', async () => {
    const wrong = {
      ok: false,
      detail: 'cannot reach AWS KMS: "eucentral1" is not the name of a region',
      fix: `in ${config()}, for one: region: eu-central-1`,
    }
    expect(await checkedWith('region: eu-central-1', 'region: eucentral1')).toMatchObject({
      exit: 2,
      checks: [{...wrong, name: 'opens'}],
    })
    const before = readFileSync(config(), 'utf8')
    writeFileSync(config(), before.replace('region: eu-central-1', 'region: eucentral1'), {mode: 0o600})
    const doctor = await runJson<{checks: unknown[]}>(Doctor, 'doctor', ['--profile', 'one'], house().world)
    writeFileSync(config(), before, {mode: 0o600})
    expect(doctor).toMatchObject({exit: 10})
    expect(doctor.checks).toContainEqual(expect.objectContaining({...wrong, name: 'profile one: opens'}))
  })

  testWhen(ministack, 'lacks only a permission: exit 11, as trying again helps nobody', async () => {
    await standin().fault('denied', {operation: 'ListKeys', times: 9})
    const denied = await check()
    await standin().clearFaults()
    expect(denied).toMatchObject({exit: 11, ok: false})
    expect(await check()).toMatchObject({exit: 0, ok: true})
  })

  testWhen(
    ministack,
    'refuses the credentials while a ceremony makes its key: what is to be typed names the profile',
    async () => {
      const values = {...parameters, profile: 'one', scheme: 'rs256', 'key-name': 'stopped-jwt'}
      const answers = house().answers({parameters: values})
      await standin().fault('refuse', {operation: 'CreateKey', times: 99})
      const stopped = await runCommand(
        CeremonyRun,
        'ceremony run',
        ['jwt-signing-rsa-4096', '--answers', answers],
        house().world,
      )
      await standin().clearFaults()
      expect(stopped.stderr).toContain('does not know these credentials')
      expect(stopped.stderr).toContain('Try this: keyrite profile check one\n')
      expect(stopped.stderr).not.toContain('PROFILE')
    },
    120_000,
  )

  testWhen(
    ministack,
    'may not list keys, by which a name is given once: lint says so, and no ceremony begins for a key there',
    async () => {
      const values = {...parameters, profile: 'one', scheme: 'rs256', 'key-name': 'unlisted-jwt'}
      const sets = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${String(value)}`])
      const words = /cannot make keys in profile "one": list keys: [^]*kms:ListKeys/
      await standin().fault('denied', {operation: 'ListKeys', times: 99})
      const answers = house().answers({parameters: values})
      const begun = await runCommand(
        CeremonyRun,
        'ceremony run',
        ['jwt-signing-rsa-4096', '--answers', answers],
        house().world,
      )
      const linted = await runCommand(
        CeremonyLint,
        'ceremony lint',
        ['jwt-signing-rsa-4096', ...sets],
        house().world,
      )
      await standin().clearFaults()
      expect([begun.exit, linted.exit]).toEqual([11, 11])
      for (const {stderr} of [begun, linted]) expect(stderr).toMatch(words)
      expect(begun.stderr).not.toContain('is open')
      const {ceremonies} = await runJson<{ceremonies: {title: string; keys: unknown}[]}>(
        CeremonyList,
        'ceremony list',
        [],
        house().world,
      )
      expect(JSON.stringify(ceremonies)).not.toContain('unlisted-jwt')
    },
    120_000,
  )

  testWhen(
    ministack,
    'leaves out lists that are empty: refused where it is to be added, before anybody is asked',
    async () => {
      const way = await Reshaping.of(standin().url)
      way.shape = fields(['ListKeys'], () => ({Keys: undefined}))
      const place = ['--kind', 'aws', '--environment', 'test', '--region', away, '--endpoint', way.url]
      const args = ['listless', ...place, '--as', 'alice', '--sign-with', `alice=${house().keyOf('alice')}`]
      const added = await runCommand(ProfileAdd, 'profile add', args, house().world)
      await way.close()
      expect(added).toMatchObject({
        exit: 7,
        stderr: expect.stringMatching(
          /cannot make keys in profile "listless": list keys: cannot list the keys: the answer has no Keys/,
        ),
      })
      expect(added.stderr).not.toContain('signature verified')
      expect(added.stderr).toContain('Try this: look whether what answers there is AWS KMS\n')
      expect(added.stderr).not.toMatch(/keyrite profile (check|show)/)
    },
    60_000,
  )

  testWhen(ministack, 'tells another time than this machine: both, and what sets the clock', async () => {
    const ahead = {...house().world, now: () => new Date(Date.now() + 600_000)}
    expect(await runJson(ProfileCheck, 'profile check', ['one'], ahead)).toMatchObject({
      exit: 7,
      checks: expect.arrayContaining([
        {
          ...{name: 'clock', ok: false, fix: 'set the clock of this machine: timedatectl set-ntp true'},
          detail: expect.stringMatching(
            /^it says 20\d\d-.*Z, this clock is (10 min|9 min 5\d s)( \d s)? ahead of it$/,
          ),
        },
      ]),
    })
  })

  testWhen(ministack, 'has an address at which nothing listens: in words', async () => {
    expect(await checkedWith(standin().url, 'http://127.0.0.1:1')).toMatchObject({
      exit: 7,
      checks: [
        {
          detail:
            'cannot ask who answers: http://127.0.0.1:1 does not answer, nothing listens there (ECONNREFUSED)',
        },
      ],
    })
  })
})
