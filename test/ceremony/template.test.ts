import {createHash} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {fill, type Loaded} from '../../src/ceremony/template.ts'
import {planReadBy, wishOf} from '../../src/ceremony/steps/index.ts'
import {changed, load, refusal, small} from './template-support.ts'

const withValues = (
  loaded: Loaded,
  values: Record<string, string | number | readonly string[]>,
): ReturnType<typeof fill> => fill(loaded, new Map(Object.entries(values)))

describe('filling a template', () => {
  test('puts values and defaults in place, and keeps the bytes and their digest', () => {
    const filled = withValues(load(small), {profile: 'local'})
    expect(filled.sha256).toBe(createHash('sha256').update(small).digest('hex'))
    expect(Buffer.from(filled.bytes).toString()).toBe(small)
    expect(filled.acts[0]?.steps[5]).toMatchObject({
      kind: 'key.create',
      key: 'small-key',
      profile: 'local',
      consumers: [],
    })
    expect([...filled.values]).toEqual([
      ['key-name', 'small-key'],
      ['profile', 'local'],
    ])
  })

  test('a text that is nothing but a list or a number becomes it; within a text it is written out', () => {
    const text = changed(small, [
      ['owner: alice', 'owner: alice\n        consumers: ${services}'],
      [
        'minutes: 5\n        text: Make the key.',
        'minutes: ${time}\n        text: For ${services}, in ${time} minutes.',
      ],
      [
        'roles:\n',
        '  services: {type: text-list, text: Who}\n  time: {type: integer, text: How long, default: 7}\nroles:\n',
      ],
    ])
    const filled = withValues(load(text), {profile: 'local', services: ['web', 'mail']})
    expect(filled.acts[0]?.steps[5]).toMatchObject({
      consumers: ['web', 'mail'],
      minutes: 7,
      text: 'For web, mail, in 7 minutes.',
    })
  })

  test('a placeholder within a value stays text', () => {
    const text = changed(small, [
      ['location: Room 1', 'location: ${where}'],
      ['roles:\n', '  where: {type: text, text: Where}\nroles:\n'],
    ])
    expect(withValues(load(text), {profile: 'local', where: '${key-name} $& $1'}).location).toBe(
      '${key-name} $& $1',
    )
  })

  test('values that are missing, unknown or of another type are all named', () => {
    const error = refusal(() => withValues(load(small), {'key-name': 'Not A Name', profil: 'local'}))
    expect(error.code).toBe('USAGE')
    const told = [error.message, ...error.hints].join('\n')
    expect(told).toContain('parameter "key-name": expected 1 to 63')
    expect(told).toContain('parameter "profil" is not known: did you mean "profile"?')
    expect(told).toContain('parameter "profile" has no value: Where it will live')
  })

  test('a parameter that the template does not have is refused at the place that asks for it', () => {
    const error = refusal(() =>
      withValues(load(changed(small, [['Make a key.', 'Make ${key}.']])), {profile: 'local'}),
    )
    expect(error).toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining('a.yaml:4:10: purpose: parameter "key" is not known'),
    })
  })

  test('a value that does not fit its place is refused at that place', () => {
    const text = changed(small, [
      ['class: jwt-signing', 'class: ${class}'],
      ['roles:\n', '  class: {type: text, text: Which}\nroles:\n'],
    ])
    const error = refusal(() => withValues(load(text), {profile: 'local', class: 'jwt'}))
    expect(error).toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining('acts.0.steps.5.class: value "jwt" is not known'),
    })
  })

  test('ids, kinds and roles are never parameters', () => {
    for (const change of [
      ['by: witness', 'by: ${key-name}'],
      ['id: verify', 'id: "${key-name}"'],
      ['kind: clock', 'kind: "${key-name}"'],
    ] as const)
      expect(refusal(() => load(changed(small, [change]))).code).toBe('TEMPLATE_INVALID')
  })
})

test('a step to make a key becomes the wish that plans are made of', () => {
  const step = withValues(
    load(changed(small, [['owner: alice', 'owner: alice\n        expires: 2027-12-31']])),
    {profile: 'local'},
  ).acts[0]?.steps[5]
  if (step?.kind !== 'key.create') throw new Error('not the step that was meant')
  expect(wishOf(step, true)).toEqual({
    name: 'small-key',
    profile: 'local',
    algorithm: 'rsa-4096',
    scheme: 'rs256',
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'restricted',
    owner: 'alice',
    consumers: [],
    parent: null,
    expires: new Date('2027-12-31T00:00:00.000Z'),
    activate: true,
  })
})

test('what is read aloud names the quorum step whose plan it is, or none', () => {
  expect(['plan of approve', 'template', 'ledger', 'text'].map((what) => planReadBy({what}))).toEqual([
    'approve',
    null,
    null,
    null,
  ])
})
