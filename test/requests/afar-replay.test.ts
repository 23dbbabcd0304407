/** T8: each way to use an answer where it does not belong, each with its own reason; and each leaves an entry. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {jcsBytes} from '../../src/base/jcs.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {answer, meet, requestAt, withdraw, type Request} from '../../src/requests/index.ts'
import {makeAfar, signedBy, type Afar} from './afar-support.ts'

let now = new Date()
let made: Afar
let other: Afar
beforeAll(async () => {
  made = await makeAfar({now: () => now})
  other = await makeAfar({now: () => now})
})
afterAll(() => {
  made.remove()
  other.remove()
})

/** Folders of one request, for these people. */
const folders = async (request: Pick<Request, 'id'>, ...people: readonly number[]): Promise<string[]> => {
  const dirs: string[] = []
  for (const at of people) dirs.push((await made.export(request.id, at)).dir)
  return dirs
}

const approve = (dir: string, at: number): Promise<string> =>
  signedBy(made.founder(at).key, join(dir, 'approve'))

/** Changes the statement before it is signed, as somebody would who asks for what was never exported. */
const forged = (dir: string, change: object): void => {
  const path = join(dir, 'approve')
  const statement = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, jcsBytes({...statement, ...change}))
}

interface Row {
  readonly name: string
  readonly make: () => Promise<readonly string[]>
  readonly code: string
  readonly reason: RegExp
}

const rows: readonly Row[] = [
  {
    name: 'an answer to another request, beside the statement of this one',
    make: async () => {
      const [one, two] = await Promise.all([made.ask('a-1'), made.ask('a-2')])
      const [from = ''] = await folders(one, 0)
      const [into = ''] = await folders(two, 0)
      const signature = readFileSync(await approve(from, 0))
      writeFileSync(join(into, 'approve.sig'), signature)
      return [into]
    },
    code: 'BAD_SIGNATURE',
    reason: /cannot take the signature/,
  },
  {
    name: 'an answer that was given in another ledger',
    make: async () => {
      const request = await other.ask('b')
      const {dir} = await other.export(request.id, 0)
      await signedBy(other.founder(0).key, join(dir, 'approve'))
      return [dir]
    },
    code: 'REPLAYED',
    reason: /made for another ledger/,
  },
  {
    name: 'an answer about an entry that is not here',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('c'), 0)
      forged(dir, {about: 'ab'.repeat(32)})
      return [await approve(dir, 0)]
    },
    code: 'REPLAYED',
    reason: /an entry that this ledger does not have/,
  },
  {
    name: 'an answer about an entry that asks for nothing',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('d'), 0)
      const leaf = await made.using(({ledger}) => ledger.view.entry(1)?.leaf)
      forged(dir, {about: leaf})
      return [await approve(dir, 0)]
    },
    code: 'REPLAYED',
    reason: /entry 1 takes no approval/,
  },
  {
    name: 'an answer over another plan',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('e'), 0)
      forged(dir, {plan_sha256: 'cd'.repeat(32)})
      return [await approve(dir, 0)]
    },
    code: 'REPLAYED',
    reason: /about another plan/,
  },
  {
    name: 'an answer with roles that the person does not have',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('f'), 4)
      forged(dir, {roles: ['ciso', 'custodian']})
      return [await approve(dir, 4)]
    },
    code: 'REPLAYED',
    reason: /the roles of Erin are others/,
  },
  {
    name: 'an answer by somebody who saw another history',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('g'), 0)
      const {checkpoint} = JSON.parse(readFileSync(join(dir, 'approve'), 'utf8')) as {checkpoint: object}
      forged(dir, {checkpoint: {...checkpoint, root: Buffer.alloc(32, 1).toString('base64')}})
      return [await approve(dir, 0)]
    },
    code: 'REPLAYED',
    reason: /saw another history/,
  },
  {
    name: 'a decision that a request does not take',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('h'), 0)
      forged(dir, {decision: 'attest'})
      return [await approve(dir, 0)]
    },
    code: 'REPLAYED',
    reason: /does not take "attest"/,
  },
  {
    name: 'an answer after the request expired',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('i'), 0)
      now = new Date(now.getTime() + 100 * 3_600_000)
      return [await approve(dir, 0)]
    },
    code: 'REQUEST_STATE',
    reason: /it is expired/,
  },
  {
    name: 'an answer after the request was withdrawn',
    make: async () => {
      const request = await made.ask('j')
      const [dir = ''] = await folders(request, 0)
      await made.using((app) =>
        withdraw(contextFor(app, null), requestAt(app.ledger, request.seq), 'no need'),
      )
      return [await approve(dir, 0)]
    },
    code: 'REQUEST_STATE',
    reason: /it is withdrawn/,
  },
  {
    name: 'an answer after the quorum was met',
    make: async () => {
      const request = await made.ask('k')
      const [dir = ''] = await folders(request, 4)
      await made.using(async (app) => {
        const context = contextFor(app, null)
        let open = requestAt(app.ledger, request.seq)
        for (const {person, signer} of made.founders.slice(0, 3)) {
          const enrolled = {...person, state: 'active' as const}
          open = await answer(context, open, {person: enrolled, signer, decision: 'approve', reason: null})
        }
        await meet(context, open)
      })
      return [await approve(dir, 4)]
    },
    code: 'REQUEST_STATE',
    reason: /it is met/,
  },
  {
    name: 'the same answer twice',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('l'), 0)
      const path = await approve(dir, 0)
      expect((await made.add(path)).exit).toBe(0)
      return [path]
    },
    code: 'NOT_PERMITTED',
    reason: /Alice: they have answered r\d+, and answers are final/,
  },
  {
    name: 'a no after a yes',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('m'), 0)
      expect((await made.add(await approve(dir, 0))).exit).toBe(0)
      return [await signedBy(made.founder(0).key, join(dir, 'reject'))]
    },
    code: 'NOT_PERMITTED',
    reason: /answers are final/,
  },
  {
    name: 'an answer by somebody who may not answer',
    make: async () => {
      const request = await made.ask('n', (asking) => ({
        ...asking,
        only: made.founders.slice(0, 3).map(({person}) => person.id),
      }))
      const [dir = ''] = await folders(request, 0)
      const {person, signer} = made.founder(4)
      forged(dir, {person: person.id, key: signer.publicKey.fingerprint, roles: person.roles})
      return [await approve(dir, 4)]
    },
    code: 'NOT_PERMITTED',
    reason: /Erin: they may not answer r\d+/,
  },
  {
    name: 'an answer by somebody who is nobody here',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('o'), 0)
      forged(dir, {person: 'p-0123456789abcdef'})
      return [await approve(dir, 0)]
    },
    code: 'NOT_PERMITTED',
    reason: /not in the roster/,
  },
  {
    name: 'a statement for one person, signed with the key of another',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('p'), 0)
      return [await approve(dir, 1)]
    },
    code: 'BAD_SIGNATURE',
    reason: /by another key/,
  },
  {
    name: 'a statement that names the key of another',
    make: async () => {
      const [dir = ''] = await folders(await made.ask('q'), 0)
      forged(dir, {key: made.founder(1).signer.publicKey.fingerprint})
      return [await approve(dir, 1)]
    },
    code: 'BAD_SIGNATURE',
    reason: /is not one of Alice/,
  },
  ...['file', 'keyrite-transcript-v1@example.com', 'keyrite-approval-v1@example.org'].map((namespace) => ({
    name: `a signature in the namespace "${namespace}"`,
    make: async () => {
      const [dir = ''] = await folders(await made.ask(`r-${namespace.length}`), 0)
      return [await signedBy(made.founder(0).key, join(dir, 'approve'), namespace)]
    },
    code: 'BAD_SIGNATURE',
    reason: /another namespace/,
  })),
  {
    name: 'a bare signature of nothing that waits here',
    make: async () => {
      const path = join(made.folder, 'note')
      writeFileSync(path, 'yes')
      const bytes = readFileSync(await signedBy(made.founder(0).key, path))
      const bare = join(made.folder, 'bare.sig')
      writeFileSync(bare, bytes)
      return [bare]
    },
    code: 'NOT_PERMITTED',
    reason: /of nothing that waits for it here/,
  },
  {
    name: 'what is no signature',
    make: async () => {
      const path = join(made.folder, 'empty.sig')
      writeFileSync(path, '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n')
      return [path]
    },
    code: 'BAD_SIGNATURE',
    reason: /cannot take the signature/,
  },
]

describe('request add refuses', () => {
  test.each(rows)('$name', async ({make, code, reason}) => {
    const paths = await make()
    const before = await made.codes()
    const size = await made.using(({ledger}) => ledger.size)
    const ran = await made.add(...paths)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(reason)
    expect(ran.stderr).toContain(`Code: ${code}\n`)
    expect((await made.codes()).slice(before.length)).toEqual([code])
    expect(await made.using(({ledger}) => ledger.size)).toBe(size + 1)
  })

  test('each with a sentence of its own', () => {
    const said = rows.map(({code, reason, name}) =>
      name.includes('namespace') ? name : `${code} ${reason.source}`,
    )
    // Final answers are refused alike, twice or changed; a signature that is of something else is only bad.
    expect(new Set(said).size).toBeGreaterThanOrEqual(rows.length - 2)
  })
})
