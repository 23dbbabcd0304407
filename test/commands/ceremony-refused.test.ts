import {copyFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {makeHouse, participants, quickTemplate, type House} from '../ceremony/room.ts'
import {runJson} from '../support/run.ts'
import {held, run, typesOf} from './held.ts'

describe('ceremony run, refused before anything is opened', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse({signed: 8})
  })
  afterAll(() => {
    house.remove()
  })

  test.each<{name: string; participants: object; says: RegExp}>([
    {
      name: 'a role that is missing',
      participants: {operator: []},
      says: /role "operator" takes 1, and 0 are named/,
    },
    {
      name: 'too many of a role',
      participants: {operator: ['bob', 'person7']},
      says: /takes 1, and 2 are named/,
    },
    {
      name: 'too few of a role',
      participants: {witness: ['grace', 'person7']},
      says: /"witness" takes at least 3, and 2/,
    },
    {
      name: 'one person named three times',
      participants: {witness: ['grace', 'grace', 'GRACE@example.com']},
      says: /at least 3, and 1/,
    },
    {
      name: 'roles that exclude each other',
      participants: {custodian: ['bob', 'dan', 'erin']},
      says: /Bob is .*exclude each other/,
    },
    {
      name: 'a role that the template has not',
      participants: {notary: ['dan']},
      says: /no role "notary"; it has/,
    },
    {name: 'a founder who has not signed', participants: {}, says: /Person 8 has not signed the founding/},
  ])('$name', async ({participants: changed, says}) => {
    const document = await held(house, {participants: {...participants, ...changed}})
    expect(document).toMatchObject({
      schema: 'keyrite.error/1',
      exit: 8,
      code: 'POLICY_REFUSES',
      changed: false,
    })
    expect(document['message']).toMatch(says)
    expect(await typesOf(house)).not.toContain('ceremony.opened')
  })

  test('a person whom nobody knows', async () => {
    const document = await held(house, {participants: {...participants, operator: ['mallory']}})
    expect(document).toMatchObject({exit: 4, code: 'PERSON_NOT_FOUND', changed: false})
  })

  test('a template with findings: each with its line, and no PIN is asked for', async () => {
    const path = join(house.dir, 'no-witness.yaml')
    writeFileSync(path, quickTemplate.replace('kind: clock', 'kind: confirm'))
    const document = await run(house, ['--answers', house.answers()], path)
    expect(document).toMatchObject({
      exit: 10,
      code: 'FINDINGS',
      message: expect.stringMatching(/line \d+: .*clock/),
      try: ['keyrite ceremony lint FILE'],
    })
  })

  test.each<{name: string; text: string; says: RegExp}>([
    {
      name: 'an unknown field, with the nearest right word',
      text: 'participant: {}',
      says: /unknown field "participant": did you mean participants\?/,
    },
    {name: 'no YAML', text: '{', says: /line 1: not YAML/},
    {name: 'a default that is neither yes nor no', text: 'default: perhaps', says: /default/},
    {
      name: 'an alias',
      text: 'steps: &a {x: yes}\nparameters: *a',
      says: /line 1: anchor "&a" is not allowed/,
    },
  ])('an answers file with $name', async ({text, says}) => {
    const path = join(house.dir, 'bad-answers.yaml')
    writeFileSync(path, text)
    const document = await run(house, ['--answers', path])
    expect(document).toMatchObject({exit: 2, code: 'ANSWERS_INVALID', changed: false})
    expect(document['message']).toMatch(says)
  })

  test('no terminal and no answers: exit 3 at once, and the flag is named', async () => {
    const document = await run(house, [])
    expect(document).toMatchObject({exit: 3, code: 'NO_TERMINAL', changed: false})
    expect(String(document['try'])).toContain('--answers FILE')
  })

  test('a template that is not there', async () => {
    expect(await run(house, [], 'jwt-signing')).toMatchObject({exit: 4, code: 'TEMPLATE_NOT_FOUND'})
  })

  test('a token that is another than the profile was approved for', async () => {
    const added = await runJson(
      ProfileAdd,
      'profile add',
      ['other', '--kind', 'local', '--environment', 'test', '--as', 'alice', '--pin-file', house.pinFile],
      house.world,
    )
    expect(added.exit).toBe(0)
    const file = join(house.world.home, 'config.yaml')
    const config = parse(readFileSync(file, 'utf8')) as {profiles: Record<string, {settings: {path: string}}>}
    const kept = join(house.dir, 'config.yaml')
    copyFileSync(file, kept)
    const {main, other} = config.profiles
    if (main === undefined || other === undefined) throw new Error('both are in the file')
    main.settings.path = other.settings.path
    writeFileSync(file, stringify(config), {mode: 0o600})
    const people = {
      ...participants,
      witness: ['grace', 'person7', 'alice'],
      'security-officer': ['frank'],
      custodian: ['carol', 'dan', 'erin'],
    }
    const document = await held(house, {participants: people})
    expect(document).toMatchObject({exit: 8, code: 'PROFILE_MOVED'})
    copyFileSync(kept, file)
    expect(await typesOf(house)).not.toContain('ceremony.opened')
  })
})
