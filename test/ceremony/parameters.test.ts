import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {KeyriteError} from '../../src/base/errors.ts'
import type {Parameter, ParameterType, Value} from '../../src/ceremony/template.ts'
import {
  completeValues,
  demandNone,
  standIns,
  typedValue,
  valueProblem,
  valuesFromObject,
  valuesFromSets,
  withoutValue,
} from '../../src/ceremony/parameters.ts'
import {parameterTypes} from '../../src/ceremony/outline.ts'

const parameter = (type: ParameterType, value?: Value): Parameter => ({
  type,
  text: 'What',
  ...(value === undefined ? {} : {default: typeof value === 'object' ? [...value] : value}),
})
const parameters = new Map<string, Parameter>([
  ['key-name', parameter('key-label', 'jwt')],
  ['algorithm', parameter('algorithm')],
  ['minutes', parameter('integer')],
  ['services', parameter('text-list', [])],
  ['place', parameter('text')],
])

describe('a value as it is typed', () => {
  test.each<{type: ParameterType; text: string; value: Value}>([
    {type: 'key-label', text: 'jwt-2027', value: 'jwt-2027'},
    {type: 'profile', text: 'hsm', value: 'hsm'},
    {type: 'algorithm', text: 'ec-p256', value: 'ec-p256'},
    {type: 'scheme', text: 'ps256', value: 'ps256'},
    {type: 'duration', text: 'P30D', value: 'P30D'},
    {type: 'person', text: 'alice@example.com', value: 'alice@example.com'},
    {type: 'person-list', text: 'alice, bob', value: ['alice', 'bob']},
    {type: 'integer', text: '-12', value: -12},
    {type: 'text', text: 'a=b, c', value: 'a=b, c'},
    {type: 'text-list', text: '', value: []},
  ])('"$text" is a $type', ({type, text, value}) => {
    expect(typedValue(type, text)).toEqual({value})
  })

  test.each<{type: ParameterType; text: string; problem: string}>([
    {type: 'key-label', text: 'Jwt', problem: 'expected 1 to 63 of a-z'},
    {type: 'key-label', text: '1jwt', problem: 'expected 1 to 63 of a-z'},
    {type: 'profile', text: 'h'.repeat(64), problem: 'expected 1 to 63 of a-z'},
    {
      type: 'algorithm',
      text: 'rsa-496',
      problem: 'algorithm "rsa-496" is not known: did you mean "rsa-4096"?',
    },
    {type: 'scheme', text: 'rs265', problem: 'scheme "rs265" is not known: did you mean "rs256"?'},
    {type: 'duration', text: 'P1M', problem: 'expected an ISO 8601 duration'},
    {type: 'duration', text: 'PT0S', problem: 'expected a duration of more than nothing'},
    {type: 'person', text: ' ', problem: 'expected text that is not empty'},
    {type: 'person-list', text: 'alice,,bob', problem: 'in the list: expected text that is not empty'},
    {type: 'person-list', text: 'alice,alice', problem: 'the same stands twice in the list'},
    {type: 'integer', text: '1.5', problem: 'expected a whole number'},
    {type: 'integer', text: '12345678901234567890', problem: 'expected a whole number'},
    {type: 'text', text: 'a\u202eb', problem: 'it has characters that cannot be seen'},
    {type: 'text', text: 'a'.repeat(2001), problem: 'expected at most 2000 characters, got 2001'},
  ])('"$text" is no $type', ({type, text, problem}) => {
    expect(typedValue(type, text)).toEqual({problem: expect.stringContaining(problem)})
  })

  test('every other thing than the type asks for is a problem, never an error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...parameterTypes), fc.anything(), (type, value) => {
        const problem = valueProblem(type, value)
        expect(problem === null || problem.length > 0).toBe(true)
        if (problem === null && typeof value !== 'number')
          expect(typeof value === 'string' || Array.isArray(value)).toBe(true)
      }),
      {numRuns: 300},
    )
  })
})

describe('values after --set', () => {
  test('are read by type; only the first = divides', () => {
    const {values, problems} = valuesFromSets(parameters, [
      'place=Room=1',
      'minutes=5',
      'services=web,mail',
      'algorithm=rsa-4096',
    ])
    expect(problems).toEqual([])
    expect([...values]).toEqual([
      ['place', 'Room=1'],
      ['minutes', 5],
      ['services', ['web', 'mail']],
      ['algorithm', 'rsa-4096'],
    ])
  })

  test('that are wrong are all named, and none of them is taken', () => {
    const {values, problems} = valuesFromSets(parameters, [
      'place',
      '=x',
      'plase=x',
      'minutes=five',
      'algorithm=rsa',
      'place=a',
      'place=b',
      'constructor=x',
    ])
    expect([...values]).toEqual([['place', 'a']])
    expect(problems).toEqual([
      '--set "place": expected name=value',
      '--set "=x": expected name=value',
      'parameter "plase" is not known: did you mean "place"?',
      'parameter "minutes": expected a whole number',
      expect.stringContaining('parameter "algorithm": algorithm "rsa" is not known'),
      'parameter "place": it is set twice',
      'parameter "constructor" is not known: expected one of key-name, algorithm, minutes, services, place',
    ])
  })
})

test('values of an answers file may have their own types, or be written as they would be typed', () => {
  const {values, problems} = valuesFromObject(parameters, {
    minutes: 5,
    services: ['web', 'mail'],
    place: 'Room 1',
    algorithm: 7,
    other: 'x',
  })
  expect([...values]).toEqual([
    ['minutes', 5],
    ['services', ['web', 'mail']],
    ['place', 'Room 1'],
  ])
  expect(problems).toEqual([
    'parameter "algorithm": expected text',
    expect.stringContaining('parameter "other" is not known'),
  ])
  expect([...valuesFromObject(parameters, {minutes: '5', services: 'web, mail'}).values]).toEqual([
    ['minutes', 5],
    ['services', ['web', 'mail']],
  ])
})

describe('completing values', () => {
  const given = new Map<string, Value>([
    ['algorithm', 'ed25519'],
    ['minutes', 1],
    ['place', 'Room 1'],
  ])

  test('takes defaults for those that are not given, in the order of the template', () => {
    expect([...completeValues(parameters, given)]).toEqual([
      ['key-name', 'jwt'],
      ['algorithm', 'ed25519'],
      ['minutes', 1],
      ['services', []],
      ['place', 'Room 1'],
    ])
  })

  test('names everything that is missing or wrong at once', () => {
    expect(withoutValue(parameters, new Map([['minutes', 1]]))).toEqual(['algorithm', 'place'])
    const refused = (): unknown =>
      completeValues(
        parameters,
        new Map<string, Value>([
          ['minutes', 'one'],
          ['key-name', 'X'],
        ]),
      )
    expect(refused).toThrow(KeyriteError)
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'cannot use these parameters: parameter "minutes": expected a whole number (and 3 more)',
        hints: [
          expect.stringContaining('"key-name"'),
          'parameter "algorithm" has no value: What',
          'parameter "place" has no value: What',
          '--set NAME=VALUE',
        ],
      }),
    )
  })

  test('is content where nothing is wrong', () => {
    expect(() => {
      demandNone([])
    }).not.toThrow()
  })
})

test('a stand-in is of its type, and is used only where nothing better is known', () => {
  const all = new Map(parameterTypes.map((type) => [`some-${type}`, parameter(type)]))
  for (const [name, value] of standIns(all))
    expect(valueProblem(all.get(name)?.type ?? 'text', value)).toBeNull()
  expect(standIns(parameters, new Map([['place', 'Room 1']])).get('place')).toBe('Room 1')
  expect(standIns(parameters).get('key-name')).toBe('jwt')
})
