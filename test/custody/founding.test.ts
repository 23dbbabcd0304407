/** What founding may say of keys: nothing there vouches for hardware. */
import {randomBytes} from 'node:crypto'
import {expect, test} from '@jest/globals'
import {App} from '../../src/app.ts'
import {foundingData, foundPeople, generateEd25519} from '../../src/custody/index.ts'
import {string} from '../../src/custody/ssh/wire.ts'
import {foundLedger} from '../../src/ledger/index.ts'
import {soloPolicy} from '../../src/policy/index.ts'
import {emptyWorld} from '../support/ledger.ts'
import {somebody, surroundingsOf} from '../support/run.ts'

test.each([
  ['stated', null],
  ['asserted', 'POLICY_REFUSES'],
  ['attested', 'POLICY_REFUSES'],
] as const)('a plain key that founding calls %s: %s', async (said, code) => {
  const world = emptyWorld()
  const app = new App({
    ...surroundingsOf(world),
    ask: somebody(),
    command: 'keyrite test',
    say: () => undefined,
  })
  const key = generateEd25519().publicKey.text
  const people = foundPeople([{name: 'Alice', address: 'alice@example.com', key, roles: ['custodian']}], {
    bytes: (count) => randomBytes(count),
  })
  const claimed = people.map((person) => ({...person, keys: [{class: said, key}]}))
  const founding = foundLedger(app.ledgerWorld, {
    organisation: 'example.com',
    data: foundingData(claimed, soloPolicy),
    actor: {person: null, evidence: 'stated'},
  })
  try {
    if (code === null) expect((await founding).size).toBe(1)
    else await expect(founding).rejects.toMatchObject({code})
  } finally {
    world.remove()
  }
})

test('one pair of keys under two names is refused, whatever it is dressed in', () => {
  const {text, blob} = generateEd25519().publicKey
  const type = 'sk-ssh-ed25519@openssh.com'
  const dressed = Buffer.concat([string(type), string(blob.subarray(-32)), string('ssh:')]).toString('base64')
  const founders = [text, `${type} ${dressed}`].map((key, at) => ({
    name: `Founder ${at}`,
    address: `f${at}@example.com`,
    key,
    roles: ['custodian' as const],
  }))
  expect(() => foundPeople(founders, {bytes: (count) => randomBytes(count)})).toThrow(
    expect.objectContaining({code: 'USAGE', message: 'cannot found: two people have one key'}),
  )
})
