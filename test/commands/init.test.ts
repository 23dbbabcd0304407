import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {folds} from '../../src/app.ts'
import Init from '../../src/commands/init.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {generateEd25519} from '../../src/custody/index.ts'
import {verifyLedger} from '../../src/ledger/index.ts'
import {emptyWorld} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'

let world: ReturnType<typeof emptyWorld>
let dir: string
beforeEach(() => {
  world = emptyWorld()
  dir = join(dirname(world.home), 'people')
  mkdirSync(dir, {recursive: true})
  for (const handle of ['alice', 'bob', 'carol', 'dan']) {
    const key = generateEd25519()
    writeFileSync(join(dir, handle), key.openSsh(handle), {mode: 0o600})
    writeFileSync(join(dir, `${handle}.pub`), `${key.publicKey.text} ${handle}\n`)
  }
})
afterEach(() => {
  world.remove()
})

const file = (handle: string): string => join(dir, handle)
const persons = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--person', `${handle}@example.com=${file(handle)}.pub`])
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${file(handle)}`])
const init = (...argv: readonly string[]) => runJson(Init, 'init', ['--org', 'example.com', ...argv], world)
const solo = ['--policy', 'solo']

describe('init', () => {
  // Keys are signed with by ssh-keygen here: what is not in a test profile is never read into this process.
  test('founds a ledger, and prints what belongs on the paper', async () => {
    const document = await init(
      ...persons('alice', 'bob', 'carol'),
      '--role',
      'alice=security-lead,custodian',
      '--role',
      'bob@example.com=ciso,custodian',
    )
    expect(document).toMatchObject({
      schema: 'keyrite.ledger/1',
      exit: 0,
      home: world.home,
      ledger: expect.stringMatching(/^example\.com\/ledger\/[0-9a-f]{32}$/),
      size: 1,
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
      vkey: expect.stringMatching(/^example\.com\/ledger\/[0-9a-f]{32}\+[0-9a-f]{8}\+/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      words: expect.arrayContaining([expect.any(String)]),
    })
    expect(document['words']).toHaveLength(32)
    // With one entry the root is its leaf, and that is the fingerprint.
    expect(document['root']).toBe(document['fingerprint'])
    expect((document['unsigned'] as {name: string}[]).map(({name}) => name).sort()).toEqual([
      'alice@example.com',
      'bob@example.com',
      'carol@example.com',
    ])
    const {problems} = verifyLedger({home: world.home, state: {path: world.state}, folds, pins: []})
    expect(problems).toEqual([])
  })

  test('a second one in the same place is refused', async () => {
    expect(await init(...solo, ...persons('alice'))).toMatchObject({exit: 0, size: 1})
    expect(await init(...solo, ...persons('bob'))).toMatchObject({exit: 5, code: 'EXISTS', changed: false})
  })

  test.each<{name: string; argv: () => readonly string[]; code: string; exit: number}>([
    {name: 'nobody', argv: () => [], code: 'USAGE', exit: 2},
    {name: 'no address', argv: () => ['--person', `alice=${file('alice')}.pub`], code: 'USAGE', exit: 2},
    {name: 'no key', argv: () => ['--person', 'alice@example.com'], code: 'USAGE', exit: 2},
    {
      name: 'a key file that is not there',
      argv: () => ['--person', `alice@example.com=${file('nobody')}`],
      code: 'FILE_NOT_FOUND',
      exit: 4,
    },
    {
      name: 'an unknown role',
      argv: () => [...persons('alice'), '--role', 'alice=king'],
      code: 'USAGE',
      exit: 2,
    },
    {
      name: 'a role with no person',
      argv: () => [...persons('alice'), '--role', 'king'],
      code: 'USAGE',
      exit: 2,
    },
    {
      name: 'a role of a stranger',
      argv: () => [...persons('alice'), '--role', 'mallory=ciso'],
      code: 'PERSON_NOT_FOUND',
      exit: 4,
    },
    {
      name: 'a signer who is no founder',
      argv: () => [...persons('alice'), ...signing('bob')],
      code: 'PERSON_NOT_FOUND',
      exit: 4,
    },
    {
      name: 'a policy that is not there',
      argv: () => [...persons('alice'), '--policy', 'nowhere.yaml'],
      code: 'FILE_NOT_FOUND',
      exit: 4,
    },
  ])('with $name is refused before anything is made', async ({argv, code, exit}) => {
    expect(await init(...argv())).toMatchObject({schema: 'keyrite.error/1', exit, code, changed: false})
    expect(existsSync(join(world.home, 'ledger.db'))).toBe(false)
  })

  test('a policy that is no policy is refused', async () => {
    const policy = join(dir, 'policy.yaml')
    writeFileSync(policy, 'rules: yes\n')
    expect(await init(...persons('alice'), '--policy', policy)).toMatchObject({
      exit: 2,
      code: 'POLICY_INVALID',
    })
    writeFileSync(policy, '{')
    expect(await init(...persons('alice'), '--policy', policy)).toMatchObject({
      exit: 2,
      code: 'POLICY_INVALID',
    })
  })

  test('says what solo is worth, in words', async () => {
    const {stdout} = await runCommand(
      Init,
      'init',
      ['--org', 'example.com', ...solo, ...persons('alice')],
      world,
    )
    expect(stdout).toContain('one person alone approves everything. It is weak')
  })
})

describe('request apply founding', () => {
  testWith(
    'ssh-keygen',
    'takes the signatures of founders who come later, until all have signed; never twice, never with another’s key',
    async () => {
      await init(...persons('alice', 'bob'))
      const apply = (...argv: readonly string[]) =>
        runJson(RequestApply, 'request apply', ['founding', ...argv], world)
      expect(await apply()).toMatchObject({schema: 'keyrite.founding/1', exit: 8})
      expect(await apply('--sign-with', `alice=${file('bob')}`)).toMatchObject({
        exit: 6,
        code: 'BAD_SIGNATURE',
      })
      expect(await apply(...signing('alice'))).toMatchObject({exit: 8, unsigned: [{name: 'bob@example.com'}]})
      expect(await apply(...signing('alice'))).toMatchObject({schema: 'keyrite.error/1'})
      expect(await apply(...signing('bob'))).toMatchObject({exit: 0, unsigned: []})
      const {problems} = verifyLedger({home: world.home, state: {path: world.state}, folds, pins: []})
      expect(problems).toEqual([])
    },
  )

  test('a request that is not there', async () => {
    await init(...solo, ...persons('alice'))
    expect(await runJson(RequestApply, 'request apply', ['r99'], world)).toMatchObject({
      exit: 4,
      code: 'REQUEST_NOT_FOUND',
    })
  })
})
