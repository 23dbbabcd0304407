import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyResume from '../../src/commands/ceremony/resume.ts'
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import {instruments} from '../../src/base/instruments.ts'
import {guardProduction} from '../../src/ceremony/guards.ts'
import {defaultPolicy, soloPolicy} from '../../src/policy/index.ts'
import {refusalOf} from '../base/refusal.ts'
import {runJson} from '../support/run.ts'
import {ceremonyIn, makeHouse, openIn, type House} from './room.ts'

const production = {name: 'hsm', kind: 'local', environment: 'production', identity: {}} as const
const byHand = {answersFile: false}

describe('what could steer this process', () => {
  test.each([
    'LD_PRELOAD',
    'LD_AUDIT',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'OPENSSL_CONF',
    'OPENSSL_MODULES',
  ])('%s is seen, unless it is empty', (name) => {
    expect(instruments({[name]: '/tmp/other.so'}, [])).toEqual([`${name} is set`])
    expect(instruments({[name]: ''}, [])).toEqual([])
  })

  test('a debugger port is seen', () => {
    expect(instruments({}, ['--inspect=0.0.0.0:9229'])).toEqual(['a debugger port is open'])
    expect(instruments({}, ['--disable-sigusr1'])).toEqual([])
  })
})

describe('a production profile', () => {
  test.each([
    {
      name: 'answers from a file',
      seen: [],
      policy: defaultPolicy,
      by: {answersFile: true},
      says: 'answers come from a file',
    },
    {
      name: 'LD_PRELOAD',
      seen: ['LD_PRELOAD is set'],
      policy: defaultPolicy,
      by: byHand,
      says: 'LD_PRELOAD is set',
    },
    {name: 'the solo policy', seen: [], policy: soloPolicy, by: byHand, says: 'one person decide alone'},
    {
      name: 'a policy of another name that asks one person',
      seen: [],
      policy: {...soloPolicy, name: 'strict'},
      by: byHand,
      says: 'one person decide alone',
    },
  ])('is refused with $name', ({seen, policy, by, says}) => {
    const error = refusalOf(() => {
      guardProduction(production, policy, seen, by)
    })
    expect([error.code, error.exit]).toEqual(['PRODUCTION_GUARD', 8])
    expect(error.message).toContain(says)
    // The same is nothing to a profile for tests.
    expect(() => {
      guardProduction({...production, environment: 'test'}, policy, seen, by)
    }).not.toThrow()
  })

  test('is welcome in a clean environment, with people who answer', () => {
    expect(() => {
      guardProduction(production, defaultPolicy, [], byHand)
    }).not.toThrow()
  })
})

describe('in commands', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse({environment: 'production', statedKeys: true})
  })
  afterAll(() => {
    house.remove()
  })

  test('run refuses an answers file for production, and opens nothing', async () => {
    const argv = [house.template, '--answers', house.answers()]
    expect(await runJson(CeremonyRun, 'ceremony run', argv, house.world)).toMatchObject({
      schema: 'keyrite.error/1',
      exit: 8,
      code: 'PRODUCTION_GUARD',
    })
    const types = await house.using((app) => app.ledger.view.entry(app.ledger.size - 1)?.type)
    expect(types).toBe('attempt.refused')
  })

  test('resume refuses it too: a ceremony begun by people is not finished by a file', async () => {
    const {NODE_OPTIONS: options} = process.env
    delete process.env['NODE_OPTIONS'] // jest's own, which the guard would see
    try {
      const id = await house.using((app) => openIn(house, app, {byPeople: true}))
      const argv = [id, '--answers', house.answers()]
      expect(await runJson(CeremonyResume, 'ceremony resume', argv, house.world)).toMatchObject({
        schema: 'keyrite.error/1',
        exit: 8,
        code: 'PRODUCTION_GUARD',
      })
      await house.using((app) => {
        expect(ceremonyIn(app, id)).toMatchObject({done: [], notes: []})
      })
    } finally {
      if (options !== undefined) process.env['NODE_OPTIONS'] = options
    }
  })

  test('run refuses LD_PRELOAD and its kin for production; for tests it records them', async () => {
    process.env['LD_AUDIT'] = '/tmp/other.so'
    try {
      await expect(house.using((app) => openIn(house, app, {byPeople: true}))).rejects.toMatchObject({
        code: 'PRODUCTION_GUARD',
      })
      const other = await makeHouse()
      const id = await other.using((app) => openIn(other, app))
      await other.using((app) => {
        const {instruments: seen} = ceremonyIn(app, id).opened.data['machine'] as {instruments: string[]}
        expect(seen).toContain('LD_AUDIT is set')
      })
      other.remove()
    } finally {
      delete process.env['LD_AUDIT']
    }
  })
})
