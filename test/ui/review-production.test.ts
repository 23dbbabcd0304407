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
