/** T8, T29: what shows that somebody holds a key is of use for one request, once; each other way to use it has its own reason. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import RequestAdd from '../../src/commands/request/add.ts'
import RequestExport from '../../src/commands/request/export.ts'
import {jcsBytes} from '../../src/base/jcs.ts'
import {runCommand} from '../support/run.ts'
import {signedBy} from './afar-support.ts'
import {makePeople, type Key, type People} from './people-support.ts'

const possession = 'keyrite-possession-v1@example.com'
const approval = 'keyrite-approval-v1@example.com'

let made: People
let other: People
let frank: Key
let grace: Key
beforeAll(async () => {
  made = await makePeople()
  other = await makePeople()
  frank = made.key('frank')
  grace = made.key('grace')
  other.key('frank', frank)
})
afterAll(() => {
  made.remove()
  other.remove()
})

/** Asks for somebody to be enrolled. @returns the request and its folder for them. */
let next = 0
async function asked(
  of: People,
  name: string,
  person = `p${(next += 1)}`,
): Promise<{id: string; dir: string}> {
  const {document} = await of.type(
    `custodian enroll ${person}@example.com --name ${person} --key @${name}.pub --role custodian --as alice`,
  )
  return {id: String(document['id']), dir: await exported(of, String(document['id']), person)}
}

async function exported(of: People, id: string, person: string): Promise<string> {
  const dir = join(made.folder, `folder-${(next += 1)}`)
  const argv = [id, '--for', person, '--out', dir]
  expect(await runCommand(RequestExport, 'request export', argv, of.world)).toMatchObject({exit: 0})
  return dir
}

/** Signs what a folder asks for, changed first as somebody would who wants what was never asked. */
function signed(
  dir: string,
  key: Key,
  change: object = {},
  namespace = possession,
  file = 'attest',
): Promise<string> {
  const path = join(dir, file)
  const statement = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, jcsBytes({...statement, ...change}))
  return signedBy(key, path, namespace)
}

async function refusals(): Promise<readonly unknown[]> {
  return made.using(({ledger}) =>
    Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq))
      .filter((entry) => entry?.type === 'attempt.refused')
      .map((entry) => entry?.data['code']),
  )
}

const rows: readonly {
  readonly name: string
  readonly make: () => Promise<string>
  readonly code: string
  readonly reason: RegExp
}[] = [
  {
    name: 'made for another ledger, by the same key for the same name',
    make: async () => signed((await asked(other, 'frank')).dir, frank),
    code: 'REPLAYED',
    reason: /made for another ledger/,
  },
  {
    name: 'signed with another key than the one that is to be theirs',
    make: async () => signed((await asked(made, 'frank')).dir, grace),
    code: 'BAD_SIGNATURE',
    reason: /by another key/,
  },
  {
    name: 'that names another key, and is signed with it',
    make: async () => signed((await asked(made, 'frank')).dir, grace, {key: grace.publicKey.fingerprint}),
    code: 'BAD_SIGNATURE',
    reason: /is not one of p\d+/,
  },
  {
    name: 'of another person: a founder signs for somebody new',
    make: async () => {
      const {person, key} = made.founders[0] ?? never()
      const {dir} = await asked(made, 'frank')
      return signed(dir, key, {
        person: person.id,
        key: key.publicKey.fingerprint,
        roles: [...person.roles].sort(),
      })
    },
    code: 'NOT_PERMITTED',
    reason: /Alice: r\d+ brings them no key/,
  },
  {
    name: 'of a person who is nobody here',
    make: async () => signed((await asked(made, 'frank')).dir, frank, {person: 'p-0123456789abcdef'}),
    code: 'NOT_PERMITTED',
    reason: /not in the roster/,
  },
  {
    name: 'of another request about the same key, beside the statement of this one',
    make: async () => {
      const one = await asked(made, 'frank')
      const two = await asked(made, 'frank')
      writeFileSync(join(two.dir, 'attest.sig'), readFileSync(await signed(one.dir, frank)))
      return two.dir
    },
    code: 'BAD_SIGNATURE',
    reason: /does not match the message and the key/,
  },
  {
    name: 'about another request, which brings the key to somebody else',
    make: async () => {
      const one = await asked(made, 'frank')
      const two = await asked(made, 'grace')
      const {about, plan_sha256} = JSON.parse(readFileSync(join(two.dir, 'attest'), 'utf8')) as Record<
        string,
        string
      >
      return signed(one.dir, frank, {about, plan_sha256})
    },
    code: 'NOT_PERMITTED',
    reason: /not in the roster/,
  },
  {
    name: 'over another plan',
    make: async () => signed((await asked(made, 'frank')).dir, frank, {plan_sha256: 'cd'.repeat(32)}),
    code: 'REPLAYED',
    reason: /about another plan/,
  },
  {
    name: 'about an entry that asks for no key',
    make: async () => {
      const leaf = await made.using(({ledger}) => ledger.view.entry(1)?.leaf)
      return signed((await asked(made, 'frank')).dir, frank, {about: leaf})
    },
    code: 'REPLAYED',
    reason: /entry 1 takes no possession/,
  },
  {
    name: 'about a request that changes no key',
    make: async () => {
      const {document} = await made.type('custodian retire erin --as alice')
      const {about, plan_sha256} = JSON.parse(
        readFileSync(join(await exported(made, String(document['id']), 'bob'), 'approve'), 'utf8'),
      ) as Record<string, string>
      return signed((await asked(made, 'frank')).dir, frank, {about, plan_sha256})
    },
    code: 'REPLAYED',
    reason: /takes no possession/,
  },
  {
    name: 'given as an approval',
    make: async () =>
      signed((await asked(made, 'frank')).dir, frank, {use: 'approval', decision: 'approve'}, approval),
    code: 'NOT_PERMITTED',
    reason: /not in the roster/,
  },
  {
    name: 'in the namespace of approvals',
    make: async () => signed((await asked(made, 'frank')).dir, frank, {}, approval),
    code: 'BAD_SIGNATURE',
    reason: /another namespace/,
  },
  {
    name: 'with a decision that it does not take',
    make: async () => signed((await asked(made, 'frank')).dir, frank, {decision: 'reject'}),
    code: 'REPLAYED',
    reason: /possession does not take "reject"/,
  },
  {
    name: 'with roles that the plan does not give',
    make: async () => signed((await asked(made, 'frank')).dir, frank, {roles: ['ciso', 'custodian']}),
    code: 'REPLAYED',
    reason: /the roles of p\d+ are others/,
  },
  {
    name: 'by somebody who saw another history',
    make: async () => {
      const {dir} = await asked(made, 'frank')
      const {checkpoint} = JSON.parse(readFileSync(join(dir, 'attest'), 'utf8')) as {checkpoint: object}
      return signed(dir, frank, {checkpoint: {...checkpoint, root: Buffer.alloc(32, 1).toString('base64')}})
    },
    code: 'REPLAYED',
    reason: /saw another history/,
  },
  {
    name: 'a second time',
    make: async () => {
      const path = await signed((await asked(made, 'frank')).dir, frank)
      expect(await runCommand(RequestAdd, 'request add', [path], made.world)).toMatchObject({exit: 0})
      return path
    },
    code: 'NOT_PERMITTED',
    reason: /they have shown already, for r\d+, that they hold the key/,
  },
  {
    name: 'after its request was withdrawn',
    make: async () => {
      const {id, dir} = await asked(made, 'frank')
      await made.type(`request withdraw ${id} --reason no --as alice`)
      return signed(dir, frank)
    },
    code: 'REQUEST_STATE',
    reason: /it is withdrawn/,
  },
  {
    name: 'after its request expired',
    make: async () => {
      const {dir} = await asked(made, 'frank')
      made.pass(100)
      return signed(dir, frank)
    },
    code: 'REQUEST_STATE',
    reason: /it is expired/,
  },
]

function never(): never {
  throw new Error('there are founders')
}

describe('request add refuses what shows possession', () => {
  test.each(rows)('$name', async ({make, code, reason}) => {
    const path = await make()
    const before = await refusals()
    const size = await made.using(({ledger}) => ledger.size)
    const ran = await runCommand(RequestAdd, 'request add', [path], made.world)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(reason)
    expect(ran.stderr).toContain(`Code: ${code}\n`)
    expect((await refusals()).slice(before.length)).toEqual([code])
    expect(await made.using(({ledger}) => ledger.size)).toBe(size + 1)
  })
})
