import {describe, expect, test} from '@jest/globals'
import {rotationStatus, worstRotationFirst, type Circumstances} from '../../../src/keys/rotation/status.ts'
import {nativeWay} from '../../../src/keys/rotation/native.ts'
import type {Key, Version} from '../../../src/keys/state.ts'
import type {Algorithm} from '../../../src/providers/algorithms.ts'
import {usualSchedules} from '../../../src/policy/index.ts'

function version(number: number, activatedAt: string, state: Version['state'] = 'active'): Version {
  return {
    version: number,
    state,
    ref: {key: 'k', version: String(number)},
    public: null,
    protection: {level: 'software', fips: null, evidence: 'verified', detail: ''},
    createdAt: activatedAt,
    changedAt: activatedAt,
    activatedAt,
    changedBy: 1,
    cameFrom: null,
    destroyAt: null,
    containedBy: null,
    scheduledBy: null,
    imported: false,
    standby: null,
    usedUntil: null,
    aliases: [],
    copies: [],
    primaryRegion: null,
    compromisedAt: null,
    seq: 1,
    enforced: 'enabled',
    effect: null,
    tried: null,
    sample: null,
  }
}

function key(more: Partial<Key> = {}, spec: Partial<Key['spec']> = {}): Key {
  return {
    name: 'payments',
    profile: 'soft',
    labels: [],
    holds: [],
    spec: {
      key: 'payments',
      version: 1,
      algorithm: 'ec-p256',
      scheme: 'es256',
      purpose: 'sign',
      class: 'jwt-signing',
      classification: 'confidential',
      owner: 'owner',
      consumers: [],
      parent: null,
      expires: null,
      ...spec,
    },
    createdAt: '2027-01-01T00:00:00.000Z',
    adoptedAt: null,
    ceremony: null,
    names: {},
    hidden: {},
    versions: [version(1, '2027-01-01T00:00:00.000Z')],
    primary: 1,
    ...more,
  }
}

const at = (day: string, more: Partial<Circumstances> = {}): Circumstances => ({
  schedule: usualSchedules['jwt-signing'],
  kind: 'local',
  rotation: undefined,
  incident: null,
  now: new Date(`${day}T00:00:00.000Z`),
  ...more,
})

describe('a key that was made on 1 January and is rotated every 90 days', () => {
  // 90 days later is 1 April; 3 more and it is overdue.
  test.each([
    ['2027-02-01', 'never', null],
    ['2027-03-31', 'never', null],
    ['2027-04-01', 'due', null],
    ['2027-04-04', 'due', null],
    ['2027-04-05', 'overdue', 'P4D'],
    ['2027-08-01', 'overdue', 'P122D'],
  ])('is on %s: %s', (day, reason, overdueBy) => {
    expect(rotationStatus(key(), at(day))).toMatchObject({
      reason,
      overdueBy,
      due: '2027-04-01T00:00:00.000Z',
      limit: '2027-06-30T00:00:00.000Z',
      rotated: null,
    })
  })

  test('is due on the day that it expires, if that is sooner', () => {
    const expires = '2027-02-01T00:00:00.000Z'
    expect(rotationStatus(key({}, {expires}), at('2027-02-02'))).toMatchObject({reason: 'due', due: expires})
  })

  test('is on time once a version is young, whichever is primary, and overdue while an old one is active past its limit', () => {
    const versions = [version(1, '2027-01-01T00:00:00.000Z'), version(2, '2027-04-01T00:00:00.000Z')]
    expect(rotationStatus(key({versions, primary: 2}), at('2027-05-01'))).toMatchObject({
      reason: 'on-time',
      due: '2027-06-30T00:00:00.000Z',
      rotated: '2027-04-01T00:00:00.000Z',
    })
    expect(rotationStatus(key({versions, primary: 2}), at('2027-06-30'))).toMatchObject({
      reason: 'due',
      overdueBy: null,
      limit: '2027-06-30T00:00:00.000Z',
    })
    expect(rotationStatus(key({versions, primary: 2}), at('2027-07-02'))).toMatchObject({
      reason: 'overdue',
      overdueBy: 'P2D',
      why: 'a version has been active for more than P180D',
    })
  })

  test('has no schedule while it is not active', () => {
    const versions = [version(1, '2027-01-01T00:00:00.000Z', 'suspended')]
    expect(rotationStatus(key({versions}), at('2029-01-01'))).toMatchObject({
      reason: 'not-active',
      due: null,
      overdueBy: null,
      why: 'its primary version is suspended',
    })
  })
})

describe('a key that cannot be rotated where it lies', () => {
  test.each([['a key in a place of a kind that makes no versions', 'paper', 'unsupported']])(
    'is called so before it is due, and overdue after: %s',
    (_name, kind, cannot) => {
      expect(rotationStatus(key(), at('2027-02-01', {kind}))).toMatchObject({
        reason: 'cannot',
        cannot,
        overdueBy: null,
      })
      expect(rotationStatus(key(), at('2027-04-02', {kind}))).toMatchObject({
        reason: 'cannot',
        overdueBy: null,
      })
      expect(rotationStatus(key(), at('2027-05-01', {kind}))).toMatchObject({
        reason: 'overdue',
        cannot,
        overdueBy: 'P30D',
      })
    },
  )

  test('one of AWS KMS or Google that makes no further version of it is none: another key there takes its place', () => {
    const made = (kind: string, algorithm: Algorithm, imported: boolean) =>
      nativeWay(kind, {algorithm, imported}).made
    expect(
      (
        [
          ['aws', 'ec-p256', false],
          ['aws', 'hmac-sha256', false],
          ['aws', 'aes-256', true],
          ['aws', 'aes-256', false],
          ['gcp', 'aes-256', true],
          ['gcp', 'ec-p256', false],
        ] as const
      ).map(([kind, algorithm, imported]) => made(kind, algorithm, imported)),
    ).toEqual(['key', 'key', 'key', 'version', 'key', 'version'])
    expect(rotationStatus(key(), at('2027-02-01', {kind: 'aws'})).cannot).toBeNull()
  })
})

test('the list has the worst first, and of two alike what is due first', () => {
  const one = (name: string, day: string, made = '2027-01-01T00:00:00.000Z') =>
    rotationStatus(key({name, versions: [version(1, made)]}), at(day))
  const list = worstRotationFirst([
    one('later', '2027-02-01', '2027-01-15T00:00:00.000Z'),
    one('fine', '2027-02-01'),
    one('due', '2027-04-02'),
    one('late', '2027-09-01'),
  ])
  expect(list.map(({name}) => name)).toEqual(['late', 'due', 'fine', 'later'])
})
