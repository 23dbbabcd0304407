/** What is signed in a rehearsal counts nowhere else, and nothing from elsewhere in a rehearsal; nothing of production is touched from one. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyList from '../../src/commands/key/list.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestList from '../../src/commands/request/list.ts'
import {generateEd25519} from '../../src/custody/index.ts'
import {foundingData, foundPeople} from '../../src/custody/found.ts'
import {foundLedger} from '../../src/ledger/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {continues} from '../../src/ui/old-ledger.ts'
import {App, folds} from '../../src/app.ts'
import {emptyWorld} from '../support/ledger.ts'
import {surroundingsOf} from '../support/run.ts'
import {makeAfar, runCommand, runJson, signedBy, type Afar} from './afar-support.ts'

let real: Afar
let rehearsed: Afar
beforeAll(async () => {
  ;[real, rehearsed] = [await makeAfar(), await makeAfar({rehearsal: true})]
})
afterAll(() => {
  real.remove()
  rehearsed.remove()
})

const own = (of: Afar): string => `keyrite-${of === real ? 'approval' : 'rehearsal'}-v1@example.com`
const other = (of: Afar): string => own(of === real ? rehearsed : real)

describe('a signature from afar', () => {
  test('is taken in a rehearsal where it was signed in its namespace', async () => {
    const {dir} = await rehearsed.export((await rehearsed.ask('one')).id, 0)
    await signedBy(rehearsed.founder(0).key, join(dir, 'approve'), own(rehearsed))
    expect(await rehearsed.addJson(dir)).toMatchObject({exit: 0, rehearsal: true})
  })

  test.each([
    ['a real ledger', () => real, 'it was signed in a rehearsal, and this is none'],
    ['a rehearsal', () => rehearsed, 'it was signed for a real ledger, and this is a rehearsal'],
  ] as const)('is refused in %s where it was signed for the other', async (_, of, reason) => {
    const {dir} = await of().export((await of().ask('two')).id, 1)
    const signature = await signedBy(of().founder(1).key, join(dir, 'approve'), other(of()))
    for (const path of [dir, signature])
      expect(await of().addJson(path)).toMatchObject({
        exit: 6,
        code: 'REPLAYED',
        changed: false,
        message: `cannot take the signature: ${reason}`,
      })
  })

  test('is asked for as one of a rehearsal, in words and in the commands of HOWTO.md', async () => {
    const {dir, ran} = await rehearsed.export((await rehearsed.ask('three')).id, 2)
    for (const line of ran.stdout.trimEnd().split('\n')) expect(line).toMatch(/^REHEARSAL/)
    expect(readFileSync(join(dir, 'words.txt'), 'utf8')).toMatch(
      /^REHEARSAL: what you sign here counts nowhere/,
    )
    const howto = readFileSync(join(dir, 'HOWTO.md'), 'utf8')
    expect(howto).toMatch(/^# REHEARSAL: /)
    expect(howto).toContain('-n keyrite-rehearsal-v1@example.com')
    expect(howto).not.toContain('keyrite-approval')
    const signed = await rehearsed.sign(dir, 2, '--yes')
    expect(signed.stderr).toContain('REHEARSAL: what you sign here counts nowhere')
    expect(await rehearsed.addJson(dir)).toMatchObject({exit: 0})
  })
})

describe('the ledger of a rehearsal', () => {
  test.each([
    ['ledger verify', LedgerVerify],
    ['request list', RequestList],
    ['key list', KeyList],
  ] as const)('says so in every line, and in the document, of %s', async (id, command) => {
    const {stdout} = await runCommand(command, id, [], rehearsed.world)
    expect(stdout).not.toBe('')
    for (const line of stdout.trimEnd().split('\n')) {
      expect(line).toMatch(/^REHEARSAL(?: {2}|$)/)
    }
    expect(await runJson(command, id, [], rehearsed.world)).toMatchObject({exit: 0, rehearsal: true})
    expect((await runCommand(command, id, [], real.world)).stdout).not.toContain('REHEARSAL')
  })

  test('says so in a refusal too', async () => {
    const args = ['--as', 'nobody@example.com', 'x', '--kind', 'local', '--environment', 'test']
    const {stderr, exit} = await runCommand(ProfileAdd, 'profile add', args, rehearsed.world)
    expect(exit).not.toBe(0)
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^REHEARSAL/)
  })

  test('has no profile in production: neither asked for nor written by a thief', async () => {
    await rehearsed.using(async (app) => {
      const data = {name: 'hsm', kind: 'local', environment: 'production', identity: {token: 'T-9'}}
      const appended = app.ledger.append([
        {
          type: 'profile.added',
          data: {...data, prover: null, generation: null},
          approved: 0,
          actor: {person: null, evidence: 'stated'},
        },
      ])
      await expect(appended).rejects.toThrow('a rehearsal has no profile in production')
    })
    const pin = ['--pin-file', rehearsed.keyFile(0), '--as', rehearsed.founder(0).person.id]
    const args = ['hsm', '--kind', 'local', '--environment', 'production', ...pin]
    expect(await runJson(ProfileAdd, 'profile add', args, rehearsed.world)).toMatchObject({
      exit: 8,
      code: 'PROFILE_ENVIRONMENT',
      changed: false,
    })
    expect(existsSync(join(rehearsed.world.home, 'tokens'))).toBe(false)
  })

  test('continues no ledger, and is continued by none', async () => {
    const world = emptyWorld()
    const ask = {interactive: false} as never
    const app = new App({...surroundingsOf(world), ask, command: 'keyrite test', say: () => undefined})
    const people = foundPeople(
      [{name: 'A', address: 'a@example.com', key: generateEd25519().publicKey.text, roles: ['custodian']}],
      app.world.random,
    )
    const reading = {state: {path: world.state}, folds, reason: 'lost', damaged: false, say: () => undefined}
    const founding = {
      organisation: 'example.com',
      data: foundingData(people, defaultPolicy, continues(real.world.home, reading)),
      actor: {person: null, evidence: 'stated'},
      rehearsal: true,
    } as const
    await expect(foundLedger(app.ledgerWorld, founding)).rejects.toThrow('a rehearsal continues nothing')
    expect(() => continues(rehearsed.world.home, reading)).toThrow(
      expect.objectContaining({code: 'NOT_PERMITTED'}),
    )
    await app.close()
    world.remove()
  })
})
