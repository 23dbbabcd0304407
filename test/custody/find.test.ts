import {describe, expect, test} from '@jest/globals'
import {findPerson, foundPeople, generateEd25519, type Role, type Roster} from '../../src/custody/index.ts'
import {outcome} from '../ledger/support.ts'

const random = {bytes: (count: number) => Buffer.from(Array.from({length: count}, () => (next += 1) % 256))}
let next = 0
const key = (): string => generateEd25519().publicKey.text
const founder = (name: string, address: string, line = key(), roles: readonly Role[] = ['custodian']) => ({
  name,
  address,
  key: line,
  roles,
})

describe('finding a person', () => {
  const people = foundPeople(
    [
      founder('Alice Ames', 'alice@example.com'),
      founder('Alice Bell', 'bell@example.com'),
      founder('Carol', 'alice@example.org'),
    ],
    random,
  )
  const roster: Roster = new Map(people.map((one) => [one.id, one]))
  const id = (name: string): string => people.find((one) => one.name === name)?.id ?? ''

  test.each(['bell@example.com', 'BELL@EXAMPLE.COM', 'bell', 'Alice Bell'])('takes "%s"', (typed) => {
    expect(findPerson(roster, typed).name).toBe('Alice Bell')
  })
  test('takes an id', () => {
    expect(findPerson(roster, id('Carol')).name).toBe('Carol')
  })
  test.each(['alice', 'dan', '', 'p-0000000000000000'])(
    'refuses "%s", which fits nobody or more than one',
    async (typed) => {
      expect(await outcome(() => findPerson(roster, typed))).toBe('PERSON_NOT_FOUND')
    },
  )
})

describe('founders', () => {
  test('are sorted by their ids, their roles sorted and each once, and count for nothing yet', () => {
    const people = foundPeople(
      [founder('A', 'a@x', key(), ['witness', 'ciso', 'witness']), founder('B', 'b@x')],
      random,
    )
    expect(people.map(({id}) => id)).toEqual(people.map(({id}) => id).sort())
    expect(people.find(({name}) => name === 'A')).toMatchObject({
      roles: ['ciso', 'witness'],
      state: 'unsigned',
      keys: [{class: 'stated'}],
    })
  })
  test('who share an address, in whatever case, or a key, are refused', async () => {
    const shared = key()
    expect(await outcome(() => foundPeople([founder('A', 'a@x'), founder('B', 'A@X')], random))).toBe('USAGE')
    expect(
      await outcome(() =>
        foundPeople([founder('A', 'a@x', shared), founder('B', 'b@x', `${shared} b@laptop`)], random),
      ),
    ).toBe('USAGE')
  })
})
