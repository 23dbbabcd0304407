import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {keysFold} from '../../src/keys/index.ts'
import type {Typed} from '../requests/people-support.ts'
import {addLocal} from '../support/profile.ts'
import {makeKey} from '../support/ledger.ts'
import {
  code,
  keys,
  makeEscrow,
  otherSet,
  secret,
  verifiedOk,
  type Escrow,
  type Holder,
} from './share-support.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let people: Escrow
let quorum = ''
beforeAll(async () => {
  people = await makeEscrow()
  quorum = people.quorum
}, 120_000)
afterAll(() => {
  people.remove()
})

describe('share combine', () => {
  const files = (...names: readonly string[]): string =>
    `${names.map((name) => people.fileOf(name)).join(' ')} ${keys(...names)}`

  test('K shares without the signatures recover nothing', async () => {
    const ran = await people.type(
      `share combine --set escrow-1 ${files('alice', 'carol', 'dan')} --out @stolen --ticket INC-1 --as alice ${people.signed('alice')}`,
    )
    expect([ran.exit, ran.document['status']]).toEqual([8, 'open'])
    expect(readdirSync(people.folder)).not.toContain('stolen')
  })

  test('too few, too many, doubled and foreign shares are refused and cost no approval', async () => {
    const line = (bring: string): Promise<Typed> =>
      people.type(
        `share combine --set escrow-1 ${bring} --out @got --ticket INC-1 --as alice ${people.signed('bob', 'carol')}`,
      )
    const few = await line(files('alice', 'dan'))
    expect([few.exit, code(few)]).toEqual([5, 'SHARES_MISSING'])
    expect(few.stdout).toContain('need 3, have 2')
    const many = await line(files('alice', 'bob', 'carol', 'dan'))
    expect([many.exit, code(many)]).toEqual([5, 'SHARES_MISSING'])
    const twice = await line(files('alice', 'dan', 'dan'))
    expect([twice.exit, code(twice)]).toEqual([6, 'SHARE_BAD'])
    expect(twice.stdout).toContain('cannot use share 4: it was given already')
    const other = await otherSet(people)
    const foreign = await line(`${files('bob', 'dan')} ${other} ${keys('alice')}`)
    expect([foreign.exit, code(foreign)]).toEqual([6, 'SHARE_BAD'])
    expect(readdirSync(people.folder)).not.toContain('got')
  })

  test('with both gives the secret to a new file of its owner alone, is recorded, and leaves a post-mortem to be done', async () => {
    const ran = await people.type(
      `share combine --set escrow-1 ${files('dan', 'bob', 'alice')} --out @got --ticket INC-1 --as alice`,
    )
    expect(ran.exit).toBe(0)
    expect(readFileSync(join(people.folder, 'got'), 'utf8')).toBe(secret)
    expect(statSync(join(people.folder, 'got')).mode & 0o777).toBe(0o600)
    const {duties} = (await people.type('duty list')).document as {
      duties: {name: string; from: {kind: string}}[]
    }
    expect(duties.find(({name}) => name === 'recovery-post-mortem')).toMatchObject({from: {kind: 'entry'}})
    const again = await people.type(
      `share combine --set escrow-1 ${files('dan', 'bob', 'alice')} --out @got-2 --ticket INC-1 --as alice ${people.signed('alice')}`,
    )
    expect(again.exit).toBe(8)
  })

  test('needs a ticket, and a place for the secret', async () => {
    for (const flags of ['--out @x', '--ticket INC-1', '--ticket INC-1 --out @x --import-as k --profile p']) {
      const ran = await people.type(`share combine --set escrow-1 ${flags} --as alice ${quorum}`)
      expect([ran.exit, code(ran)]).toEqual([2, 'USAGE'])
    }
    const json = await people.type(`share combine --set escrow-1 --out - --ticket INC-1 --as alice ${quorum}`)
    expect([json.exit, code(json)]).toEqual([2, 'USAGE'])
  })

  test('imports what was escrowed as a key that nobody saw, and proves it', async () => {
    await people.using((app) => addLocal(app, 'main'))
    writeFileSync(join(people.folder, 'pin'), 'correct horse battery\n', {mode: 0o600})
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', join(people.folder, 'root.pem')], {
      env: process.env,
      stdio: 'pipe',
    })
    const spki = execFileSync(
      'openssl',
      ['pkey', '-in', join(people.folder, 'root.pem'), '-pubout', '-outform', 'DER'],
      {
        env: process.env,
      },
    )
    const split = await people.type(
      `share split --name root-pem --secret-file @root.pem --threshold 2 --holder alice --holder bob --holder carol --out @root --as alice ${quorum}`,
    )
    expect(split.exit).toBe(0)
    const [first, , third] = (split.document['holders'] as Holder[]).map(({file}) => file)
    const ran = await people.type(
      `share combine --set root-pem ${third ?? ''} ${first ?? ''} ${keys('alice', 'carol')} --import-as recovered --profile main --algorithm ed25519 --purpose sign --class artifact-signing --owner alice --ticket INC-2 --pin-file @pin --as alice ${quorum}`,
    )
    expect(ran.stderr).not.toContain('Error')
    expect(ran.document).toMatchObject({schema: 'keyrite.recovery/1', key: 'recovered', proven: true})
    await people.using((app) => {
      const version = app.ledger.of(keysFold).keys.get('recovered')?.versions[0]
      expect(Buffer.from(app.ledger.view.blob(version?.public ?? '')).equals(spki)).toBe(true)
      expect(version?.state).toBe('pre-active')
    })
  })

  test('a key of a provider that lets none out is refused with the provider’s reason, and no set is made', async () => {
    await people.using(async (app) => {
      await addLocal(app, 'kept')
      await makeKey(app, people.founders, {name: 'kept-key', profile: 'kept'})
    })
    writeFileSync(join(people.folder, 'pin'), 'correct horse battery\n', {mode: 0o600})
    const ran = await people.type(
      `share split --key kept-key --threshold 2 --holder alice --holder bob --out @kept --pin-file @pin --as alice ${quorum}`,
    )
    expect([ran.exit, code(ran)]).toEqual([5, 'UNSUPPORTED'])
    expect(ran.stdout).toContain('keys of the software token never leave it')
  })
})

describe('share drill', () => {
  test('names who is missing, takes receipts over days, sets the next as a duty, and is overdue with exit 10', async () => {
    const opened = await people.type('share drill escrow-1 --as alice')
    expect(opened.exit).toBe(0)
    expect(opened.document['missing']).toHaveLength(4)
    const duties = async (): Promise<number> =>
      ((await people.type('duty list')).document['duties'] as {name: string; what: string}[]).filter(
        ({name, what}) => name === 'share-drill' && what.includes('"escrow-1"'),
      ).length
    expect(await duties()).toBe(1)
    for (const name of ['alice', 'dan']) {
      people.pass(24)
      const ran = await people.type(
        `share receive escrow-1 ${people.fileOf(name)} ${keys(name)} ${people.signed(name)}`,
      )
      expect(ran.exit).toBe(0)
    }
    const waiting = await people.type('share drill escrow-1')
    expect((waiting.document['missing'] as {name: string}[]).map(({name}) => name)).toEqual(['Bob', 'Carol'])
    people.pass(24 * 15)
    const late = await people.type('share drill escrow-1')
    expect([late.exit, late.document['overdue']]).toEqual([10, true])
    for (const name of ['bob', 'carol'])
      await people.type(`share receive escrow-1 ${people.fileOf(name)} ${keys(name)} ${people.signed(name)}`)
    people.pass(24 * 90)
    expect((await people.type('duty list --overdue')).exit).toBe(10)
    const next = await people.type('share drill escrow-1 --as alice')
    expect(next.document['missing']).toHaveLength(4)
    expect(await duties()).toBe(1)
  })
})

describe('share reseal', () => {
  test('makes another set in place of the old one, which still recovers, and says so', async () => {
    const ran = await people.type(
      `share reseal escrow-1 --secret-file @secret --out @resealed --as alice ${quorum}`,
    )
    expect(ran.exit).toBe(0)
    const {sets} = (await people.type('share list')).document as {
      sets: {name: string; status: string; set: string}[]
    }
    expect(sets.filter(({name}) => name === 'escrow-1').map(({status}) => status)).toEqual([
      'replaced',
      'given',
    ])
    expect(ran.document['set']).not.toBe(people.made.document['set'])
  })
})

test('the ledger that this left verifies', () => {
  verifiedOk(people)
})
