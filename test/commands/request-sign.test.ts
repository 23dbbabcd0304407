import {existsSync, readFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import RequestExport from '../../src/commands/request/export.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import {makeAfar, type Afar} from '../requests/afar-support.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

let now = new Date()
let made: Afar
beforeAll(async () => {
  made = await makeAfar({now: () => now})
})
afterAll(() => {
  made.remove()
})

const exported = async (name: string, at: number): Promise<string> =>
  (await made.export((await made.ask(name)).id, at)).dir

test('asks before it signs, and without a terminal names the flag', async () => {
  const dir = await exported('asks', 0)
  const silent = await made.sign(dir, 0)
  expect(silent).toMatchObject({exit: 3})
  expect(silent.stderr).toContain('Try this: --yes')
  const no = somebody('no')
  const args = [dir, '--key', made.keyFile(0)]
  const refused = await runCommand(RequestSign, 'request sign', args, {...made.signer(0), ask: no})
  expect(refused.stderr).toContain('Code: NOT_CONFIRMED')
  expect(existsSync(join(dir, 'approve.sig'))).toBe(false)
  const yes = somebody('yes')
  expect((await runCommand(RequestSign, 'request sign', args, {...made.signer(0), ask: yes})).exit).toBe(0)
  expect(yes.asked[0]).toMatch(/^Sign r\d+ as above$/)
  expect(readFileSync(join(dir, 'approve.sig'), 'utf8')).toMatch(/^-----BEGIN SSH SIGNATURE-----\n/)
})

test('answers once: what lies there is not written over', async () => {
  const dir = await exported('once', 0)
  expect((await made.sign(dir, 0, '--yes')).exit).toBe(0)
  const again = await made.sign(dir, 0, '--reject', '--yes')
  expect(again.stderr).toContain('Code: EXISTS')
  expect(existsSync(join(dir, 'reject.sig'))).toBe(false)
})

test('refuses a key that the request does not ask for', async () => {
  const dir = await exported('key', 1)
  const ran = await made.sign(dir, 2, '--yes')
  expect(ran).toMatchObject({exit: 6})
  expect(ran.stderr).toMatch(/it asks for SHA256:\S+\nCode: BAD_SIGNATURE/)
})

test('refuses a request that has expired by this clock', async () => {
  const dir = await exported('expired', 1)
  const before = now
  now = new Date(now.getTime() + 80 * 3_600_000)
  const ran = await made.sign(dir, 1, '--yes')
  now = before
  expect(ran).toMatchObject({exit: 5})
  expect(ran.stderr).toMatch(/it expired .*\nCode: REQUEST_STATE/)
})

test('refuses a ledger that is not the one on the paper', async () => {
  const dir = await exported('paper', 1)
  const wrong = await made.sign(dir, 1, '--yes', '--ledger', 'ab'.repeat(32))
  expect(wrong.stderr).toContain('Code: REQUEST_TAMPERED')
  const fingerprint = await made.using(({ledger}) => ledger.view.facts.fingerprint)
  expect((await made.sign(dir, 1, '--yes', '--ledger', fingerprint)).exit).toBe(0)
})

test('--reason goes with --reject', async () => {
  const dir = await exported('reason', 1)
  const ran = await made.sign(dir, 1, '--reason', 'because', '--yes')
  expect(ran).toMatchObject({exit: 2})
  expect(existsSync(join(dir, 'approve.sig'))).toBe(false)
})

test('--json is one document with what was signed, and never means yes', async () => {
  const dir = await exported('json', 3)
  const args = [dir, '--key', made.keyFile(3)]
  const asked = await runJson(RequestSign, 'request sign', args, made.signer(3))
  expect(asked).toMatchObject({schema: 'keyrite.error/1', code: 'NO_TERMINAL'})
  const signed = await runJson(RequestSign, 'request sign', [...args, '--yes'], made.signer(3))
  expect(signed).toMatchObject({
    schema: 'keyrite.answer/1',
    decision: 'approve',
    seen: 'first',
    person: {name: 'Dan'},
  })
})

test('signs through an agent, by the .pub file', async () => {
  const dir = await exported('agent', 2)
  const {key} = made.founder(2)
  const path = join(made.folder, 'agent.sock')
  const long = (bytes: Uint8Array): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(bytes.length)
    return Buffer.concat([size, bytes])
  }
  const {createPrivateKey, sign} = await import('node:crypto')
  const seed = seedOf(key.openSsh('test'))
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const secret = createPrivateKey({key: pkcs8, format: 'der', type: 'pkcs8'})
  const server = createServer((socket) => {
    socket.on('data', (data: Buffer) => {
      if (data[4] === 11) {
        const list = Buffer.concat([
          Buffer.from([12, 0, 0, 0, 1]),
          long(key.publicKey.blob),
          long(Buffer.from('dan')),
        ])
        socket.write(long(list))
        return
      }
      const at = 5 + 4 + key.publicKey.blob.length
      const message = data.subarray(at + 4, at + 4 + data.readUInt32BE(at))
      const blob = Buffer.concat([long(Buffer.from('ssh-ed25519')), long(sign(null, message, secret))])
      socket.write(long(Buffer.concat([Buffer.from([14]), long(blob)])))
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const args = [dir, '--key', `${made.keyFile(2)}.pub`, '--yes']
  const ran = await runCommand(RequestSign, 'request sign', args, {...made.signer(2), agentSocket: path})
  server.close()
  expect(ran).toMatchObject({exit: 0})
  expect((await made.add(dir)).exit).toBe(0)
})

/** The 32 secret bytes of an Ed25519 key in OpenSSH's form: they stand before the public half, at the end. */
function seedOf(pem: Buffer): Buffer {
  const body = Buffer.from(pem.toString().replaceAll(/-----[^-]+-----|\n/g, ''), 'base64')
  const raw = body.subarray(body.indexOf('ssh-ed25519') + 11 + 4, body.indexOf('ssh-ed25519') + 11 + 36)
  return body.subarray(body.lastIndexOf(raw) - 32, body.lastIndexOf(raw))
}

test('request export refuses who is not there, a key that is not theirs, and a size that is no number', async () => {
  const {id} = await made.ask('refusals')
  const run = (...args: readonly string[]): Promise<{stderr: string; exit: number}> =>
    runCommand(RequestExport, 'request export', [...args, '--out', made.out()], made.world)
  expect((await run(id, '--for', 'zoe')).stderr).toContain('Code: PERSON_NOT_FOUND')
  expect((await run('r9999', '--for', 'bob')).stderr).toContain('Code: REQUEST_NOT_FOUND')
  expect((await run('ceremony-abcdef', '--for', 'bob')).stderr).toContain('Code: CEREMONY_NOT_FOUND')
  expect((await run('founding', '--for', 'bob')).stderr).toMatch(
    /they have signed the founding.*\nCode: NOT_PERMITTED/,
  )
  const foreign = made.founder(0).signer.publicKey.fingerprint
  expect((await run(id, '--for', 'bob', '--key', foreign)).stderr).toContain('Code: NOT_FOUND')
  expect((await run(id, '--for', 'bob', '--since', 'soon')).exit).toBe(2)
  expect((await run(id, '--for', 'bob', '--key', made.founder(1).signer.publicKey.fingerprint)).exit).toBe(0)
})
