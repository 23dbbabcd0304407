import {execFileSync} from 'node:child_process'
import {copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import RequestExport from '../../src/commands/request/export.ts'
import {requestAt, statusOf} from '../../src/requests/index.ts'
import {testWith} from '../support/needs.ts'
import {runCommand} from '../support/run.ts'
import {altered, makeAfar, signedBy, sshKeygen, type Afar} from './afar-support.ts'

let made: Afar
beforeAll(async () => {
  made = await makeAfar()
})
afterAll(() => {
  made.remove()
})

const status = (seq: number): Promise<string> =>
  made.using(({ledger}) => statusOf(requestAt(ledger, seq), ledger.time))

describe('the whole round', () => {
  test('by keyrite: three people on machines of their own, and the quorum is there', async () => {
    const request = await made.ask('by-keyrite')
    const left: string[] = []
    for (const at of [0, 1, 2]) {
      const {dir, ran} = await made.export(request.id, at)
      expect(ran).toMatchObject({exit: 0, stderr: ''})
      const signed = await made.sign(dir, at, '--yes')
      expect(signed).toMatchObject({exit: 0})
      expect(signed.stderr).toContain('Make key "by-keyrite" in profile "token" (local, test)')
      expect(signed.stderr).toContain(request.planSha256)
      const added = await made.addJson(dir)
      expect(added).toMatchObject({
        schema: 'keyrite.answers/1',
        exit: 0,
        added: [{id: request.id, decision: 'approve'}],
      })
      left.push((added['requests'] as {missing: string}[])[0]?.missing ?? '?')
    }
    expect(left).toEqual(['2 more people', '1 more person', ''])
    expect(await status(request.seq)).toBe('met')
  })

  testWith(
    'ssh-keygen',
    'by stock ssh-keygen and keyrite together, also as a bare signature without its statement',
    async () => {
      const request = await made.ask('by-openssh')
      const first = await made.export(request.id, 0)
      const second = await made.export(request.id, 1)
      const third = await made.export(request.id, 2)
      expect((await made.add(sshKeygen(made.keyFile(0), join(first.dir, 'approve')))).exit).toBe(0)
      const bare = join(made.folder, 'from-mail.sig')
      copyFileSync(sshKeygen(made.keyFile(1), join(second.dir, 'approve')), bare)
      expect((await made.add(bare)).stderr).toContain('Bob (bob@example.com): approved')
      const apart = join(made.folder, 'other.sig')
      copyFileSync(sshKeygen(made.keyFile(2), join(third.dir, 'reject')), apart)
      expect((await made.add(apart, join(third.dir, 'reject'))).stderr).toContain('rejected')
      const answers = await made.using(({ledger}) =>
        requestAt(ledger, request.seq).answers.map(({decision}) => decision),
      )
      expect(answers).toEqual(['approve', 'approve', 'reject'])
    },
  )

  testWith(
    'python3',
    'HOWTO.md holds a check in Python that shows the plan, and refuses a changed one',
    async () => {
      const request = await made.ask('by-python')
      const {dir} = await made.export(request.id, 0)
      const guide = readFileSync(join(dir, 'HOWTO.md'), 'utf8')
      const script = /python3 - <<'EOF'\n(.*?)\nEOF\n/s.exec(guide)?.[1] ?? ''
      const run = (cwd: string): string =>
        execFileSync('python3', ['-'], {cwd, input: script, stdio: 'pipe'}).toString()
      expect(run(dir)).toContain('"key": "by-python"')
      expect(run(dir)).toMatch(/everything here belongs together; you sign as p-[0-9a-f]{16} Alice\n$/)
      for (const changed of ['plan.json', 'policy.json', 'roster.json', 'entry', 'openings.json']) {
        const other = altered(dir, made.out(), (name, bytes) =>
          name === changed
            ? Buffer.from(bytes.toString().replace(/[0-9]/, (digit) => (digit === '1' ? '2' : '1')))
            : bytes,
        )
        expect(() => run(other)).toThrow(/AssertionError|Error/)
      }
      expect(guide).toContain(`sha256sum plan.json`)
      expect(guide).toContain('ssh-keygen -Y sign -n keyrite-approval-v1@example.com')
    },
  )

  test('a no goes into the ledger with its reason, which is private and not signed', async () => {
    const request = await made.ask('no-thanks')
    const {dir} = await made.export(request.id, 3)
    expect((await made.sign(dir, 3, '--reject', '--reason', 'wrong profile', '--yes')).exit).toBe(0)
    expect(existsSync(join(dir, 'approve.sig'))).toBe(false)
    expect((await made.add(dir)).exit).toBe(0)
    const reason = await made.using(({ledger}) => {
      const {seq} = requestAt(ledger, request.seq).answers[0] ?? {seq: -1}
      return ledger.view.open(ledger.view.entry(seq)?.data['reason'])
    })
    expect(reason).toBe('wrong profile')
  })

  test('so many say no that the request can never be met: the last no is taken, a yes after it is refused', async () => {
    const request = await made.ask('never')
    const out = await Promise.all([0, 1, 2, 3].map((at) => made.export(request.id, at)))
    for (const at of [0, 1, 2]) {
      const dir = out[at]?.dir ?? ''
      await signedBy(made.founder(at).key, join(dir, 'reject'))
      expect((await made.add(dir)).exit).toBe(0)
    }
    expect(await status(request.seq)).toBe('rejected')
    const late = await made.add(await signedBy(made.founder(3).key, join(out[3]?.dir ?? '', 'approve')))
    expect(late.stderr).toMatch(/it is rejected\nCode: QUORUM_MISSING/)
  })
})

describe('the folder', () => {
  test('is private, its files too, and what is there is never written over', async () => {
    const request = await made.ask('private')
    const {dir} = await made.export(request.id, 0)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    for (const name of ['approve', 'entry', 'openings.json'])
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
    const args = [request.id, '--for', 'bob', '--out', dir]
    const ran = await runCommand(RequestExport, 'request export', args, made.world)
    expect(ran).toMatchObject({exit: 5})
    expect(ran.stderr).toContain('Code: EXISTS')
  })

  test('is the same to the byte when nothing happened in between', async () => {
    const request = await made.ask('twice')
    const [one, other] = [await made.export(request.id, 0), await made.export(request.id, 0)]
    for (const name of ['approve', 'reject', 'proof', 'openings.json'])
      expect(readFileSync(join(one.dir, name))).toEqual(readFileSync(join(other.dir, name)))
  })
})

describe('what a signer saw last', () => {
  test('continues from one request to the next, also where the first answer never arrived', async () => {
    const [one, two] = [await made.ask('pin-one'), await made.ask('pin-two')]
    const first = await made.export(one.id, 4)
    expect((await made.sign(first.dir, 4, '--yes')).stderr).toContain(
      'You have seen nothing of this ledger before',
    )
    const second = await made.export(two.id, 4)
    expect((await made.sign(second.dir, 4, '--yes')).stderr).toContain('It continues what you saw last')
  })

  test('is not left behind: an older export is refused, and one with --since proves what is asked for', async () => {
    const fresh = {...made, at: 4}
    const three = await made.ask('pin-three')
    const stale = await made.export(three.id, fresh.at)
    await made.ask('pin-four')
    const later = await made.export(three.id, fresh.at)
    expect((await made.sign(later.dir, fresh.at, '--yes')).exit).toBe(0)
    const refused = await made.sign(stale.dir, fresh.at, '--yes')
    expect(refused).toMatchObject({exit: 6})
    expect(refused.stderr).toContain('Code: PIN_UNPROVEN')
    expect(existsSync(join(stale.dir, 'approve.sig'))).toBe(false)
    const [, since = ''] = /--since (\d+)/.exec(refused.stderr) ?? []
    const request = await made.ask('pin-five')
    const proved = await made.export(request.id, fresh.at, '--since', since)
    expect((await made.sign(proved.dir, fresh.at, '--yes')).exit).toBe(0)
  })

  test('where it contradicts the request, nothing is signed: the history was rewritten with the real key', async () => {
    const fork = await makeAfar({people: 3})
    const request = await fork.ask('fork')
    const {dir} = await fork.export(request.id, 0)
    expect((await fork.sign(dir, 0, '--yes')).exit).toBe(0)
    // As if this person had been shown another history, signed by the same writer key.
    const {signCheckpoint} = await import('../../src/ledger/note.ts')
    const {loadWriter} = await import('../../src/ledger/writer.ts')
    const {loadPin, openCheckpoint, storePin} = await import('../../src/ledger/index.ts')
    const facts = await fork.using(({ledger}) => ledger.view.facts)
    const writer = loadWriter({path: fork.world.state}, facts.fingerprint, facts.name)
    if (writer === undefined) throw new Error('the writer key is here')
    const state = {path: fork.signer(0).state}
    const seen = openCheckpoint(loadPin(state, facts.fingerprint) ?? '', writer.key)
    storePin(
      state,
      facts.fingerprint,
      signCheckpoint({...seen, root: Buffer.alloc(32, 7)}, writer.key, writer.privateKey),
    )
    const next = await fork.ask('fork-two')
    const second = await fork.export(next.id, 0)
    const refused = await fork.sign(second.dir, 0, '--yes')
    expect(refused).toMatchObject({exit: 6, stdout: ''})
    expect(refused.stderr).toContain('Code: PIN_CONTRADICTED')
    expect(existsSync(join(second.dir, 'approve.sig'))).toBe(false)
    fork.remove()
  })
})

test('the author of a production plan signs it as its author, and what does not count there is not asked for', async () => {
  const {defaultPolicy} = await import('../../src/policy/index.ts')
  const strict = await makeAfar({people: 5, environment: 'production'})
  const request = await strict.ask('live').catch((error: unknown) => error)
  if (request instanceof Error) throw request
  const {id} = request as {id: string}
  const {dir, ran} = await strict.export(id, 0)
  expect(ran.exit).toBe(0)
  expect(existsSync(join(dir, 'attest')) && !existsSync(join(dir, 'approve'))).toBe(true)
  expect((await strict.sign(dir, 0, '--reject', '--yes')).stderr).toContain('it takes no no')
  const proposed = await signedBy(
    strict.founder(0).key,
    join(dir, 'attest'),
    'keyrite-proposal-v1@example.com',
  )
  expect((await strict.add(proposed)).exit).toBe(0)
  const stated = await strict.export(id, 1)
  expect(stated.ran).toMatchObject({exit: 8})
  expect(stated.ran.stderr).toContain('does not count in production')
  expect(defaultPolicy.stated_keys).toEqual([])
  strict.remove()
})

test('a folder that somebody made is not one of ours', async () => {
  const dir = made.out()
  mkdirSync(dir)
  writeFileSync(join(dir, 'approve'), '{}')
  expect((await made.sign(dir, 0, '--yes')).stderr).toContain('Code: REQUEST_TAMPERED')
  expect((await made.sign(join(dir, 'none'), 0, '--yes')).stderr).toContain('Code: FILE_NOT_FOUND')
})
