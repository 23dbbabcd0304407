import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {custodyFold} from '../../src/custody/index.ts'
import {missingSignatures, statusOfCeremony} from '../../src/ceremony/state.ts'
import {finishedCeremony, type Finished} from '../ceremony/finished.ts'
import {testWith} from '../support/needs.ts'
import {afar, makeAfar, signedBy, sshKeygen, type Afar} from '../requests/afar-support.ts'

describe('a founder who signs late', () => {
  let made: Afar
  beforeAll(async () => {
    made = await makeAfar({signed: 3})
  })
  afterAll(() => {
    made.remove()
  })

  test('elsewhere: the person then counts, and signs no second time', async () => {
    const {dir} = await made.export('founding', 3)
    const signed = await made.sign(dir, 3, '--yes', '--reject')
    expect(signed.stderr).toContain('it takes no no')
    await signedBy(made.founder(3).key, join(dir, 'attest'), 'keyrite-founding-v1@example.com')
    const added = await made.add(dir)
    expect(added.stdout).toBe('Not signed yet: 1 founder: Erin (erin@example.com).\n')
    const state = await made.using(
      ({ledger}) => ledger.of(custodyFold).roster.get(made.founder(3).person.id)?.state,
    )
    expect(state).toBe('active')
    const again = await made.add(dir)
    expect(again.stderr).toMatch(/they have signed the founding.*\nCode: NOT_PERMITTED/)
  })

  testWith('ssh-keygen', 'by stock ssh-keygen, and it comes back as a bare signature', async () => {
    const {dir} = await made.export('founding', 4)
    const path = sshKeygen(made.keyFile(4), join(dir, 'attest'), 'keyrite-founding-v1@example.com')
    const bare = join(made.folder, 'erin.sig')
    writeFileSync(bare, readFileSync(path))
    expect((await made.add(bare)).stdout).toBe('Every founder has signed.\n')
  })
})

describe('a late sign-off', () => {
  let finished: Finished
  let made: Afar
  beforeAll(async () => {
    finished = await finishedCeremony({signs: (name) => !['Grace', 'Person 7'].includes(name)})
    made = afar(finished)
  })
  afterAll(() => {
    made.remove()
  })
  const grace = 6
  const namespace = 'keyrite-transcript-v1@example.com'

  test('travels with the whole transcript, and ends the ceremony when it was the last', async () => {
    for (const [at, left] of [
      [grace, 'Not signed yet: Person 7 (person7@example.com).\n'],
      [7, `Everybody has signed ceremony ${finished.id.slice(0, 8)}.\n`],
    ] as const) {
      const {dir, ran} = await made.export(
        at === grace ? finished.id : `ceremony-${finished.id.slice(0, 8)}`,
        at,
      )
      expect(ran).toMatchObject({exit: 0})
      expect(readFileSync(join(dir, 'words.txt'), 'utf8')).toContain('Keys made: test-key version 1.')
      await signedBy(made.founder(at).key, join(dir, 'attest'), namespace)
      expect((await made.add(dir)).stdout).toBe(left)
    }
    const state = await made.using((app) => [
      statusOfCeremony(finished.ceremonyIn(app)),
      missingSignatures(finished.ceremonyIn(app)).length,
    ])
    expect(state).toEqual(['signed-off', 0])
    expect((await made.export(finished.id, grace)).ran.stderr).toMatch(
      /have signed its transcript already.*\nCode: NOT_PERMITTED/,
    )
  })
})

describe('what is given', () => {
  let made: Afar
  beforeAll(async () => {
    made = await makeAfar({people: 3})
  })
  afterAll(() => {
    made.remove()
  })

  test('a folder without an answer is a mistake of use', async () => {
    const dir = made.out()
    mkdirSync(dir)
    const ran = await made.add(dir)
    expect(ran).toMatchObject({exit: 2})
    expect(ran.stderr).toContain('cannot find a signature')
  })

  test('a folder with yes and no in it is not guessed at', async () => {
    const {dir} = await made.export((await made.ask('both')).id, 0)
    for (const name of ['approve', 'reject']) await signedBy(made.founder(0).key, join(dir, name))
    const ran = await made.add(dir)
    expect(ran).toMatchObject({exit: 2})
    expect(ran.stderr).toContain('holds approve.sig and reject.sig')
  })

  test('several at once meet the quorum, and the request can be applied', async () => {
    const request = await made.ask('several')
    const dirs: string[] = []
    for (const at of [0, 1, 2]) {
      const {dir} = await made.export(request.id, at)
      await signedBy(made.founder(at).key, join(dir, 'approve'))
      dirs.push(dir)
    }
    const ran = await made.add(...dirs)
    expect(ran.stdout).toBe(`Request ${request.id} is met.\nNext: keyrite request apply ${request.id}\n`)
  })

  test('a home that does not write the ledger takes none', async () => {
    const {dir} = await made.export((await made.ask('reader')).id, 0)
    await signedBy(made.founder(0).key, join(dir, 'approve'))
    const elsewhere = {...made.world, state: join(made.folder, 'another-state')}
    const {default: RequestAdd} = await import('../../src/commands/request/add.ts')
    const {runCommand} = await import('../support/run.ts')
    const ran = await runCommand(RequestAdd, 'request add', [dir], elsewhere)
    expect(ran.stderr).toContain('Code: LEDGER_NOT_WRITER')
  })
})
