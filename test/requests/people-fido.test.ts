/** Security keys as OpenSSH drives them, with the software one of its own tests in place of hardware. */
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {verified} from '../ledger/support.ts'
import {skDummy, testWith} from '../support/needs.ts'
import {makePeople, type People} from './people-support.ts'

let made: People
const before = process.env['SSH_SK_PROVIDER']
beforeAll(async () => {
  made = await makePeople()
  process.env['SSH_SK_PROVIDER'] = skDummy
})
afterAll(() => {
  if (before === undefined) delete process.env['SSH_SK_PROVIDER']
  else process.env['SSH_SK_PROVIDER'] = before
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

function generate(name: string, type: string): void {
  writeFileSync(join(made.folder, `${name}.challenge`), Buffer.alloc(32, 1))
  const options = ['challenge', 'write-attestation'].flatMap((option) => [
    '-O',
    `${option}=${join(made.folder, `${name}.${option}`)}`,
  ])
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(made.folder, name), ...options], {
    stdio: 'pipe',
    env: {...process.env},
  })
}

testWith(
  ['ssh-keygen', 'sk-dummy.so'],
  'a key that nobody vouches for is asserted by its type, shows its possession, and is taken for cloned when its counter stands still',
  async () => {
    for (const type of ['ed25519-sk', 'ecdsa-sk']) {
      generate(type, type)
      const line = `custodian enroll ${type}@example.com --name ${type} --key @${type}.pub --role custodian --as alice`
      const attested = await made.type(
        `${line} --attestation @${type}.write-attestation --challenge @${type}.challenge`,
      )
      expect(attested.document).toMatchObject({
        code: 'POLICY_REFUSES',
        exit: 8,
        message: expect.stringMatching(/nobody vouches for the security key: it has no certificate$/),
      })
      const enrolled = await made.type(
        `${line} --sign-with ${type}@example.com=${join(made.folder, type)} ${made.signed('bob', 'carol', 'dan')}`,
      )
      expect(enrolled.document).toMatchObject({
        name: type,
        state: 'active',
        keys: [{class: 'asserted', production: true}],
      })
      const {document} = await made.type(
        `custodian retire ${type === 'ed25519-sk' ? 'erin' : 'alice'} --as bob --sign-with ${type}=${join(made.folder, type)}`,
      )
      // The software key has one counter for ever, 0x12345678: what it signs a second time is what a clone would sign.
      expect(document).toMatchObject({
        exit: 8,
        message: expect.stringMatching(/counter 305419896 of key SHA256:\S+ stands under entry \d+ already/),
      })
    }
  },
  60_000,
)
