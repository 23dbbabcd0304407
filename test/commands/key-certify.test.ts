/** Those who approved a destruction sign what was done: here, from afar, and by ssh-keygen alone. */
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import KeyCertify from '../../src/commands/key/certify.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyDestruction from '../../src/commands/key/destruction.ts'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestExport from '../../src/commands/request/export.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {makeKey} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
  for (const name of ['old', 'stays'])
    await house.using((app) => makeKey(app, house.founders, {name, profile: 'main', activate: false}))
  const argv = ['old', '--reason', 'replaced', '--wait', 'P0D', '--confirm', 'old@main']
  expect(await run(KeyDestroy, 'key destroy', [...argv, ...signing('alice', 'bob', 'carol')])).toMatchObject({
    exit: 0,
    state: 'destroyed',
  })
}, 60_000)
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = <T = Record<string, unknown>>(command: CommandClass, id: string, argv: readonly string[]) =>
  runJson<T>(command, id, [...argv, '--as', 'alice'], house.world)
const paper = async (name: string): Promise<string> => {
  const out = join(house.dir, name)
  expect(await run(KeyDestruction, 'key destruction', ['old', '--out', out])).toMatchObject({exit: 0})
  return readFileSync(out, 'utf8').replaceAll(/\s+/g, ' ')
}

test('before anybody signed it the certificate says that only the plan was signed, and nothing signed is written', async () => {
  expect(await paper('before.txt')).toContain('Nobody signed that it was done')
  const folder = join(house.dir, 'nothing')
  expect(await run(KeyDestruction, 'key destruction', ['old', '--signed', folder])).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await run(KeyDestruction, 'key destruction', ['old'])).toMatchObject({code: 'USAGE'})
  expect(await run(KeyCertify, 'key certify', ['stays'])).toMatchObject({code: 'KEY_STATE'})
  expect(await run(KeyCertify, 'key certify', ['old'])).toMatchObject({
    exit: 9,
    signed: [],
    missing: [{name: 'Alice'}, {name: 'Bob'}, {name: 'Carol'}],
  })
})

test('whoever did not approve it, or signed it already, does not sign it', async () => {
  expect(await run(KeyCertify, 'key certify', ['old', ...signing('dan')])).toMatchObject({
    code: 'NOT_PERMITTED',
  })
  const {stderr, exit} = await runCommand(
    KeyCertify,
    'key certify',
    ['old', ...signing('alice'), '--as', 'alice'],
    house.world,
  )
  expect([exit, stderr.includes('sign-refused')]).toEqual([9, true])
  expect(await run(KeyCertify, 'key certify', ['old', ...signing('alice')])).toMatchObject({
    code: 'NOT_PERMITTED',
  })
  expect(await paper('one.txt')).toContain('these signed the plan only: Bob')
})

testWith(
  'ssh-keygen',
  'from afar by keyrite and by ssh-keygen, and then stock tools alone check text, statements and signatures',
  async () => {
    const folder = (name: string): string => join(house.dir, name)
    for (const name of ['bob', 'carol'])
      expect(
        await run(RequestExport, 'request export', [
          ...['destruction-old-1', '--for', name, '--out', folder(name)],
        ]),
      ).toMatchObject({exit: 0})
    expect(readFileSync(join(folder('bob'), 'words.txt'), 'utf8')).toContain('asked to sign that it was done')
    const signed = ['sign', '--key', house.keyOf('bob'), '--yes']
    expect(
      await runJson(RequestSign, 'request sign', [folder('bob'), ...signed.slice(1)], house.world),
    ).toMatchObject({exit: 0})
    execFileSync(
      'ssh-keygen',
      [
        ...['-q', '-Y', 'sign', '-n', 'keyrite-certificate-v1@example.com', '-f', house.keyOf('carol')],
        join(folder('carol'), 'attest'),
      ],
      {env: process.env, stdio: 'ignore'},
    )
    for (const name of ['bob', 'carol'])
      expect(await run(RequestAdd, 'request add', [folder(name)])).toMatchObject({
        added: [{use: 'certificate', decision: 'attest'}],
      })
    expect(await run(KeyCertify, 'key certify', ['old'])).toMatchObject({exit: 0, missing: []})
    const out = folder('signed')
    expect(await run(KeyDestruction, 'key destruction', ['old', '--signed', out])).toMatchObject({exit: 0})
    expect(readdirSync(out)).toHaveLength(3 + 2 * 3)
    const guide = readFileSync(join(out, 'CHECK.md'), 'utf8')
    const script = /```sh\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
    const check = (): string => execFileSync('sh', ['-ec', script], {cwd: out, env: process.env}).toString()
    expect(check().match(/Good "keyrite-certificate-v1@example.com" signature/g)).toHaveLength(3)
    const text = readFileSync(join(out, 'certificate.txt'), 'utf8')
    expect(text).toContain('What was tried after the end')
    for (const name of ['Alice', 'Bob', 'Carol']) expect(text).not.toContain(name)
    writeFileSync(join(out, 'certificate.txt'), text.replace('as it must be', 'AS IT MUST BE'))
    expect(check).toThrow()
    writeFileSync(join(out, 'certificate.txt'), text)
    const statement = readdirSync(out).find((name) => name.endsWith('.statement')) ?? ''
    writeFileSync(
      join(out, statement),
      readFileSync(join(out, statement), 'utf8').replace('"attest"', '"approve"'),
    )
    expect(check).toThrow()
    const said = await paper('all.txt')
    expect(said).not.toContain('signed the plan only')
    expect(said).toContain('They signed a text that says what stands above, without names.')
  },
)

test('a folder whose text was changed on its way is not signed', async () => {
  await house.using((app) => makeKey(app, house.founders, {name: 'other', profile: 'main', activate: false}))
  const argv = ['other', '--reason', 'replaced', '--wait', 'P0D', '--confirm', 'other@main']
  await run(KeyDestroy, 'key destroy', [...argv, ...signing('alice', 'bob', 'carol')])
  const folder = join(house.dir, 'changed')
  await run(RequestExport, 'request export', ['destruction-other-1', '--for', 'bob', '--out', folder])
  const path = join(folder, 'certificate.txt')
  writeFileSync(path, readFileSync(path, 'utf8').replace('sign-refused', 'sign-allowed'))
  const key = ['--key', house.keyOf('bob'), '--yes']
  expect(await runJson(RequestSign, 'request sign', [folder, ...key], house.world)).toMatchObject({
    code: 'REQUEST_TAMPERED',
    message: expect.stringContaining('certificate.txt is not what is signed'),
  })
})
