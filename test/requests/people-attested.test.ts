/** Somebody is enrolled, by commands alone, with a security key that its maker vouches for. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import LedgerShow from '../../src/commands/ledger/show.ts'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestExport from '../../src/commands/request/export.ts'
import {armor, buildSshsig} from '../../src/custody/index.ts'
import {string} from '../../src/custody/ssh/wire.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {attest, certificate, challenge, pair, root} from '../custody/authenticator.ts'
import {skEcdsa, skEd25519, skSignature, type Pair} from '../custody/ssh/software-keys.ts'
import {verified} from '../ledger/support.ts'
import {runCommand, runJson} from '../support/run.ts'
import {makePeople, type People} from './people-support.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let made: People
beforeAll(async () => {
  made = await makePeople({policy: {...defaultPolicy, attestation_roots: [root.toString('base64')]}})
  writeFileSync(join(made.folder, 'challenge'), challenge)
})
afterAll(() => {
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

/** A security key in files, as ssh-keygen leaves it, with what its maker says of it. */
function security(name: string, sk: Pair, attestation: Buffer): void {
  writeFileSync(join(made.folder, `${name}.pub`), `${sk.publicKey.text} ${name}\n`)
  writeFileSync(join(made.folder, `${name}.attestation`), attestation)
}
const stranger = pair('Stranger')
const line = (name: string): string =>
  `custodian enroll ${name}@example.com --name ${name} --key @${name}.pub --role custodian --as alice --attestation @${name}.attestation --challenge @challenge`

/** On the machine that the key is plugged into: OpenSSH signs with a touch, and the signature is brought back. */
async function touched(id: string, name: string, sk: Pair, counter: number): Promise<unknown> {
  const dir = join(made.folder, `${name}-${counter}`)
  const argv = [id, '--for', name, '--out', dir]
  expect(await runCommand(RequestExport, 'request export', argv, made.world)).toMatchObject({exit: 0})
  const proposed = counter === 1 ? 'attest' : 'approve'
  const namespace = `keyrite-${counter === 1 ? 'possession' : 'approval'}-v1@example.com`
  const signature = skSignature(sk, namespace, readFileSync(join(dir, proposed)), {flags: 1, counter})
  const blob = buildSshsig({publicKey: sk.publicKey.blob, namespace, hash: 'sha512', signature})
  writeFileSync(join(dir, `${proposed}.sig`), armor(blob))
  return runJson(RequestAdd, 'request add', [dir], made.world)
}

describe('a security key that its maker vouches for', () => {
  test('is enrolled as attested, counts in production, and its document is in the ledger', async () => {
    const sk = skEd25519()
    security('frank', sk, attest(sk))
    const asked = await made.type(`${line('frank')} ${made.signed('bob', 'carol', 'dan')}`)
    expect(asked.document).toMatchObject({exit: 8, status: 'met'})
    const id = String(asked.document['id'])
    expect(await touched(id, 'frank', sk, 1)).toMatchObject({exit: 0})
    expect((await made.type(`request apply ${id} --as alice`)).document).toMatchObject({status: 'applied'})
    expect((await made.type('custodian show frank')).document).toMatchObject({
      state: 'active',
      keys: [{class: 'attested', production: true}],
    })
    const {entries} = await runJson<{entries: {type: string; data: Record<string, unknown>}[]}>(
      LedgerShow,
      'ledger show',
      ['--last', '1'],
      made.world,
    )
    expect(entries.at(-1)).toMatchObject({
      type: 'custodian.enrolled',
      data: {attestation: {type: 'application/json'}, keys: [{class: 'attested'}]},
    })
    const retire = await made.type('custodian retire erin --as alice')
    expect(await touched(String(retire.document['id']), 'frank', sk, 2)).toMatchObject({exit: 0})
  })

  test.each([
    [
      'signed by another device',
      (sk: Pair) => attest(sk, {by: pair('Other')}),
      /over this challenge by the device/,
    ],
    [
      'of a maker whom the policy does not name',
      (sk: Pair) => attest(sk, {by: stranger, certificate: certificate(stranger, stranger)}),
      /policy/,
    ],
    ['of another key', () => attest(skEd25519()), /is of another key$/],
    [
      'over another challenge',
      (sk: Pair) => attest(sk, {over: Buffer.alloc(32, 1)}),
      /over this challenge by/,
    ],
    ['without a touch', (sk: Pair) => attest(sk, {flags: 0x40}), /nobody touched the security key/],
    ['cut off', (sk: Pair) => attest(sk).subarray(0, -9), /ends too early$/],
  ])('is refused with an attestation %s, before anybody is asked', async (_what, made_by, reason) => {
    const sk = skEcdsa('ssh:')
    security('grace', sk, made_by(sk))
    const size = await made.using(({ledger}) => ledger.size)
    const {document} = await made.type(`${line('grace')} ${made.signed('bob', 'carol', 'dan')}`)
    expect(document).toMatchObject({code: 'POLICY_REFUSES', exit: 8})
    expect(String(document['message'])).toMatch(reason)
    // Only the trace of the refusal.
    expect(await made.using(({ledger}) => ledger.size)).toBe(size + 1)
  })
})

test('a key that was somebody’s does not come back in the dress of a security key', async () => {
  const {blob} = made.founders[3]?.key.publicKey ?? {blob: Buffer.of()}
  const type = 'sk-ssh-ed25519@openssh.com'
  const dressed = Buffer.concat([string(type), string(blob.subarray(-32)), string('ssh:')]).toString('base64')
  writeFileSync(join(made.folder, 'dressed.pub'), `${type} ${dressed}\n`)
  for (const line of ['replace-key dan', 'replace-key erin', 'enroll x@example.com --role custodian'])
    expect((await made.type(`custodian ${line} --key @dressed.pub --as alice`)).document).toMatchObject({
      code: 'EXISTS',
      message: expect.stringMatching(/stands, or stood, under/),
    })
})
