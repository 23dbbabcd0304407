/** People elsewhere who are enrolled: what they can check, what they sign, and what of it is refused. */
import {execFileSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestExport from '../../src/commands/request/export.ts'
import RequestSign from '../../src/commands/request/sign.ts'
import {armor, buildSshsig} from '../../src/custody/index.ts'
import {verified} from '../ledger/support.ts'
import {skEd25519, skSignature, type Pair} from '../custody/ssh/software-keys.ts'
import {needing, testWith} from '../support/needs.ts'
import {runCommand, runJson, type Ran} from '../support/run.ts'
import {makePeople, type People} from './people-support.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let made: People
beforeEach(async () => {
  made = await makePeople()
})
afterEach(() => {
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

let next = 0
async function exported(id: string, person: string): Promise<string> {
  const dir = join(made.folder, `out-${(next += 1)}`)
  const ran = await runCommand(
    RequestExport,
    'request export',
    [id, '--for', person, '--out', dir],
    made.world,
  )
  expect(ran).toMatchObject({exit: 0})
  return dir
}
/** On a machine of their own. */
const signed = (dir: string, name: string): Promise<Ran> =>
  runCommand(RequestSign, 'request sign', [dir, '--key', join(made.folder, `${name}.key`), '--yes'], {
    home: join(made.folder, 'no-home'),
    state: join(made.folder, `machine-${name}`),
    now: () => made.now(),
  })
const added = (...paths: readonly string[]): Promise<Record<string, unknown>> =>
  runJson(RequestAdd, 'request add', paths, made.world)
const namespace = 'keyrite-possession-v1@example.com'

async function enrolling(name: string, approvers: readonly string[]): Promise<string> {
  const {document} = await made.type(
    `custodian enroll ${name}@example.com --name ${name} --key @${name}.pub --role custodian --as alice ${made.signed(...approvers)}`,
  )
  return String(document['id'])
}

/** An SSHSIG that a security key of this test makes over a file. */
function touched(sk: Pair, file: string, space: string, flags: number, counter: number): string {
  const inner = skSignature(sk, space, readFileSync(file), {flags, counter})
  const blob = buildSshsig({publicKey: sk.publicKey.blob, namespace: space, hash: 'sha512', signature: inner})
  writeFileSync(`${file}.sig`, armor(blob))
  return `${file}.sig`
}

describe('somebody new', () => {
  test('reads what they sign in words, signs on a machine of their own, is enrolled, and is asked by name afterwards', async () => {
    made.key('frank')
    const id = await enrolling('frank', ['bob', 'carol', 'dan'])
    const dir = await exported(id, 'frank')
    const ran = await signed(dir, 'frank')
    expect(ran).toMatchObject({exit: 0})
    expect(ran.stderr).toContain('You are asked to show that you hold your key, for r')
    expect(ran.stderr).toContain('Enrol frank (frank@example.com) in the roster, as custodian.')
    expect(await added(dir)).toMatchObject({
      exit: 0,
      added: [{use: 'possession', decision: 'attest', person: {name: 'frank'}}],
      requests: [{status: 'met', missing: ''}],
    })
    expect((await made.type(`request apply ${id} --as alice`)).document).toMatchObject({status: 'applied'})
    // The plan names somebody who was enrolled later: the name comes from that entry, proved to be in the ledger.
    const {document} = await made.type('custodian retire frank --as alice')
    const ask = await exported(String(document['id']), 'bob')
    expect((await signed(ask, 'bob')).stderr).toContain('Retire frank, for good')
    const own = await runCommand(
      RequestExport,
      'request export',
      [String(document['id']), '--for', 'frank', '--out', join(made.folder, 'own')],
      made.world,
    )
    expect(own.stderr).toMatch(/they may not answer/)
  })

  testWith(['ssh-keygen', 'python3'], 'needs nothing but OpenSSH and Python, as HOWTO.md says', async () => {
    made.key('frank')
    const id = await enrolling('frank', ['bob'])
    const dir = await exported(id, 'frank')
    const howto = readFileSync(join(dir, 'HOWTO.md'), 'utf8')
    const script = /<<'EOF'\n([\s\S]*?)\nEOF/.exec(howto)?.[1] ?? ''
    const said = execFileSync('python3', ['-c', script], {cwd: dir, encoding: 'utf8'})
    expect(said).toContain('name: frank')
    expect(said).toContain('everything here belongs together')
    expect(howto).toContain(`ssh-keygen -Y sign -n ${namespace}`)
    execFileSync(
      'ssh-keygen',
      ['-q', '-Y', 'sign', '-n', namespace, '-f', join(made.folder, 'frank.key'), join(dir, 'attest')],
      {stdio: 'pipe'},
    )
    expect(await added(join(dir, 'attest.sig'))).toMatchObject({exit: 0})
    expect(await added(join(dir, 'attest.sig'))).toMatchObject({
      code: 'NOT_PERMITTED',
      message: expect.stringMatching(/have shown already/),
    })
  })

  test('whose folder was changed signs nothing', async () => {
    made.key('frank')
    const dir = await exported(await enrolling('frank', ['bob']), 'frank')
    const plan = readFileSync(join(dir, 'plan.json'), 'utf8')
    writeFileSync(join(dir, 'plan.json'), plan.replace('"custodian"]', '"custodian","operator"]'))
    expect((await signed(dir, 'frank')).stderr).toMatch(/Code: REQUEST_TAMPERED/)
  })
})

describe('a security key', () => {
  test('without a touch, or cloned, gives nothing; a late counter is taken and shown', async () => {
    const sk = skEd25519()
    writeFileSync(join(made.folder, 'frank.pub'), `${sk.publicKey.text}\n`)
    const id = await enrolling('frank', ['bob', 'carol', 'dan'])
    const dir = await exported(id, 'frank')
    const attest = join(dir, 'attest')
    expect(await added(touched(sk, attest, namespace, 0x00, 5))).toMatchObject({
      code: 'BAD_SIGNATURE',
      message: 'cannot take the signature: no user presence',
    })
    expect(await added(touched(sk, attest, namespace, 0x05, 5))).toMatchObject({exit: 0})
    await made.type(`request apply ${id} --as alice`)
    expect((await made.type('custodian show frank')).document).toMatchObject({
      keys: [{class: 'asserted', production: true}],
    })

    const ask = async (name: string): Promise<string> =>
      String((await made.type(`custodian retire ${name} --as alice`)).document['id'])
    const approve = 'keyrite-approval-v1@example.com'
    const [first, second] = [await ask('erin'), await ask('dan')]
    const folders = [await exported(first, 'frank'), await exported(second, 'frank')]
    expect(await added(touched(sk, join(folders[0] ?? '', 'approve'), approve, 0x01, 5))).toMatchObject({
      code: 'BAD_SIGNATURE',
      exit: 6,
      message: expect.stringMatching(
        /counter 5 of key SHA256:\S+ stands under entry \d+ already: the security key was cloned$/,
      ),
    })
    expect(await added(touched(sk, join(folders[0] ?? '', 'approve'), approve, 0x01, 9))).toMatchObject({
      exit: 0,
    })
    expect(await added(touched(sk, join(folders[1] ?? '', 'approve'), approve, 0x41, 7))).toMatchObject({
      exit: 0,
    })
    expect((await made.type('custodian show frank')).document).toMatchObject({
      keys: [{outOfOrder: [{counter: 7, highest: 9}]}],
    })
    expect((await made.type(`request show ${second}`)).document).toMatchObject({
      approvals: [{counts: true, outOfOrder: {counter: 7, highest: 9}}],
    })
  })
})
