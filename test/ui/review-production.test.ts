/** A request in production waits for its author's signature, says so, and asks for it. */
import {expect, test} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import {makeHouse} from '../ceremony/room.ts'
import {runCommand, somebody} from '../support/run.ts'

test('the author is named as missing, and can sign at the terminal', async () => {
  const house = await makeHouse({environment: 'production'})
  try {
    const flags =
      '--profile main --algorithm ec-p256 --purpose sign --class jwt-signing --owner alice --as alice'
    const given = ['dan', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
    const ran = await runCommand(KeyCreate, 'key create', ['k', ...flags.split(' '), ...given], house.world)
    expect(ran.exit).toBe(8)
    expect(ran.stdout).toContain('the signature of its author')
    expect(ran.stderr).not.toContain('The quorum is there')
    const ask = somebody('Alice', house.keyOf('alice'), 'nobody now')
    const again = await runCommand(KeyCreate, 'key create', ['k', ...flags.split(' ')], {...house.world, ask})
    expect(ask.asked[1]).toContain('Key file')
    expect(again.stdout).not.toContain('the signature of its author')
  } finally {
    house.remove()
  }
})

test('what the author signs is called that, and no approval; the same command again asks for it no more', async () => {
  const house = await makeHouse({environment: 'production'})
  try {
    const flags =
      '--profile main --algorithm ec-p256 --purpose sign --class jwt-signing --owner alice --as alice'
    const by = (...names: string[]): string[] =>
      names.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
    const proposed = 'signed the request as its author, which does not count'
    const first = await runCommand(
      KeyCreate,
      'key create',
      ['k', ...flags.split(' '), ...by('alice', 'bob')],
      house.world,
    )
    expect(first.exit).toBe(8)
    const told = first.stderr.split('\n').filter((line) => line.includes('signature verified'))
    expect(told[0]).toMatch(new RegExp(`Alice.*: ${proposed}, signature verified\\. Still needed: `))
    expect(told[1]).toMatch(/Bob.*: approved, signature verified/)
    const again = await runCommand(
      KeyCreate,
      'key create',
      ['k', ...flags.split(' '), ...by('alice')],
      house.world,
    )
    expect(again.exit).toBe(8)
    expect(again.stderr).toContain(`${proposed} already`)
    expect(again.stderr).not.toMatch(/Alice[^\n]*: approved/)
  } finally {
    house.remove()
  }
})
