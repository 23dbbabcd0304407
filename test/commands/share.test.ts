import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {sharesFold, statusOfSet} from '../../src/shares/index.ts'
import {shareRowLines} from '../../src/shares/text.ts'
import {readShare} from '../../src/ui/shares/read.ts'
import {needing} from '../support/needs.ts'
import {
  code,
  keys,
  makeEscrow,
  nobody,
  otherSet,
  sealed,
  secret,
  somebody,
  verifiedOk,
  type Escrow,
} from './share-support.ts'

const {afterAll, beforeAll, test, testWith} = needing('ssh-keygen')

let people: Escrow
let quorum = ''
beforeAll(async () => {
  people = await makeEscrow()
  quorum = people.quorum
}, 120_000)
afterAll(() => {
  people.remove()
})

describe('share split', () => {
  test('gives each holder a file of their own, and prints nothing of what is in it', () => {
    expect(people.made.exit).toBe(0)
    expect(people.made.document).toMatchObject({
      schema: 'keyrite.shares/1',
      threshold: 3,
      name: 'escrow-1',
      status: 'given',
    })
    expect(people.holders.map(({index, person}) => [index, person.name])).toEqual([
      [1, 'Alice'],
      [2, 'Bob'],
      [3, 'Carol'],
      [4, 'Dan'],
    ])
    expect(readdirSync(join(people.folder, 'shares'))).toHaveLength(4)
    for (const {file} of people.holders) expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(people.folder, 'shares')).mode & 0o777).toBe(0o700)
    expect(people.made.stdout + people.made.stderr).not.toMatch(
      /[02-9ac-hj-np-z]{4}( [02-9ac-hj-np-z]{4}){6}/,
    )
  })

  testWith('age', 'the files open with the stock program, by their holder alone', () => {
    const open = (file: string, who: string): string =>
      execFileSync('age', ['-d', '-i', join(people.folder, `${who}.age`), file], {
        env: process.env,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    expect(open(people.fileOf('carol'), 'carol')).toMatch(
      /^keyrite-share\/1\nshare: 3 of 4, any 3 recover\nset: [0-9a-f]{32}\nholder: Carol\n/,
    )
    expect(() => open(people.fileOf('carol'), 'bob')).toThrow(/no identity matched/)
  })

  test('without enough signatures waits, splits nothing, and other flags are another request', async () => {
    const line = `share split --name waiting --secret-file @secret --holder alice --holder bob --holder carol --out @more --as alice`
    const first = await people.type(`${line} --threshold 2 ${people.signed('alice', 'bob')}`)
    expect([first.exit, first.document['status']]).toEqual([8, 'open'])
    const other = await people.type(`${line} --threshold 3 ${people.signed('carol')}`)
    expect(other.exit).toBe(8)
    expect(other.document['id']).not.toBe(first.document['id'])
    const plain = await people.type(
      `request apply ${String(first.document['id'])} ${people.signed('carol')} --as alice`,
    )
    expect([plain.exit, code(plain)]).toEqual([5, 'UNSUPPORTED'])
    expect(readdirSync(people.folder)).not.toContain('more')
    expect((await people.type('share list')).document['sets']).toHaveLength(1)
    const done = await people.type(`${line} --threshold 2`)
    expect([done.exit, done.document['threshold']]).toEqual([0, 2])
  })

  test('a set whose shares cannot all be given out is void, and recovers nothing', async () => {
    const ran = await people.type(
      `share split --name broken --secret-file @secret --threshold 2 --holder alice --holder erin=passphrase --out @broken --as alice ${quorum}`,
      {ask: nobody},
    )
    expect([ran.exit, code(ran)]).toEqual([3, 'NO_TERMINAL'])
    expect(ran.stdout).toContain('is void, as not all shares were given out')
    const used = await people.type(
      `share combine --set broken --out @nothing --ticket T-1 --as alice ${quorum}`,
    )
    expect([used.exit, code(used)]).toEqual([5, 'SET_STATE'])
  })

  test('whoever has an age recipient is sealed to, and is never asked about another way', async () => {
    const dry = await people.type(
      'share split --name dry --secret-file @secret --threshold 2 --holder alice=screen --holder erin=screen --out @x --dry-run',
    )
    expect(dry.exit).toBe(0)
    const {change} = dry.document['plan'] as {change: {holders: {delivery: string}[]}}
    expect(change.holders.map(({delivery}) => delivery)).toEqual(['sealed', 'screen'])
  })

  test.each([
    ['one holder twice', '--threshold 2 --holder alice --holder alice --out @x', 2, 'USAGE'],
    ['a threshold above the holders', '--threshold 3 --holder alice --holder bob --out @x', 2, 'USAGE'],
    [
      'somebody who is not there',
      '--threshold 2 --holder alice --holder zoe --out @x',
      4,
      'PERSON_NOT_FOUND',
    ],
    ['no folder for files', '--threshold 2 --holder alice --holder bob', 2, 'USAGE'],
    ['a folder with something in it', '--threshold 2 --holder alice --holder bob --out @shares', 5, 'EXISTS'],
    ['the name of a set', '--threshold 2 --holder alice --holder bob --out @x --name escrow-1', 5, 'EXISTS'],
  ])('is refused with %s before anybody is asked', async (_name, flags, exit, expected) => {
    const ran = await people.type(`share split --secret-file @secret ${flags} --as alice ${quorum}`)
    expect([ran.exit, code(ran)]).toEqual([exit, expected])
  })

  test('an empty secret, and one of five kilobytes, are refused, and no set is made', async () => {
    for (const [name, bytes] of [
      ['empty', ''],
      ['long', 'x'.repeat(5000)],
    ] as const) {
      writeFileSync(join(people.folder, name), bytes)
      const ran = await people.type(
        `share split --name ${name} --secret-file @${name} --threshold 2 --holder alice --holder bob --out @out-${name} --as alice ${quorum}`,
      )
      expect([ran.exit, code(ran)]).toEqual([5, 'UNSUPPORTED'])
    }
    const {sets} = (await people.type('share list')).document as {sets: {name: string}[]}
    expect(sets.map(({name}) => name)).not.toContain('empty')
  })
})

describe('share check', () => {
  test('says whose share it is, and another identity opens nothing', async () => {
    const good = await people.type(`share check ${people.fileOf('dan')} ${keys('dan')}`)
    expect(good.document).toMatchObject({
      schema: 'keyrite.share/1',
      ok: true,
      index: 4,
      holder: {name: 'Dan'},
    })
    const other = await people.type(`share check ${people.fileOf('dan')} ${keys('bob')}`)
    expect([other.exit, code(other)]).toEqual([11, 'CREDENTIALS_REFUSED'])
    const none = await people.type(`share check ${people.fileOf('dan')}`)
    expect([none.exit, code(none)]).toEqual([11, 'CREDENTIALS_REFUSED'])
  })

  test('takes typed rows, names a mistyped one with its place, and suggests the letter without using it', async () => {
    const share = await readShare(people.fileOf('dan'), {
      ask: nobody,
      identities: [join(people.folder, 'dan.age')],
    })
    const rows = shareRowLines(share, 72).map((row) => row.subarray(3).toString())
    const [one = '', two = '', three = '', four = ''] = rows
    const slip = two.replace(/^(.)/, (letter) => (letter === 'q' ? 'p' : 'q'))
    const ask = somebody(one, slip, two, three, four)
    const ran = await people.type('share check', {ask})
    expect(ran.document).toMatchObject({ok: true, index: 4})
    expect(ran.stderr).toMatch(
      /Row 2: its letters do not fit together: look at place 1\. Is the letter at place 1 \(group 1\) perhaps/,
    )
    expect(ask.asked).toEqual([1, 2, 2, 3, 4].map((row) => `Row ${row} of 4`))
  })
})

describe('share receive', () => {
  test('records a receipt that the holder signs; nobody else can, and nobody twice', async () => {
    const wrong = await people.type(
      `share receive escrow-1 ${people.fileOf('dan')} ${keys('dan')} ${people.signed('bob')}`,
    )
    expect([wrong.exit, code(wrong)]).toEqual([2, 'USAGE'])
    const cloned = await people.type(
      `share receive escrow-1 ${people.fileOf('dan')} ${keys('dan')} --sign-with dan=${join(people.folder, 'bob.key')}`,
    )
    expect([cloned.exit, code(cloned)]).toEqual([6, 'BAD_SIGNATURE'])
    for (const name of sealed) {
      const ran = await people.type(
        `share receive escrow-1 ${people.fileOf(name)} ${keys(name)} ${people.signed(name)}`,
      )
      expect(ran.exit).toBe(0)
    }
    const twice = await people.type(
      `share receive escrow-1 ${people.fileOf('dan')} ${keys('dan')} ${people.signed('dan')}`,
    )
    expect([twice.exit, code(twice)]).toEqual([5, 'SET_STATE'])
    await people.using((app) => {
      const [set] = app.ledger.of(sharesFold).sets.values()
      expect(set === undefined ? '' : statusOfSet(set)).toBe('held')
    })
  })

  test('a share of another set is refused by name', async () => {
    const other = await otherSet(people)
    const ran = await people.type(
      `share receive escrow-1 ${other} ${keys('alice')} ${people.signed('alice')}`,
    )
    expect([ran.exit, code(ran)]).toEqual([6, 'SHARE_BAD'])
    expect(ran.stdout).toMatch(/cannot use share 1: it is of set /)
  })
})

test('share export gives the wrapped secret again, and nothing else', async () => {
  const ran = await people.type('share export escrow-1')
  expect(ran.document).toMatchObject({schema: 'keyrite.wrapped/1', name: 'escrow-1'})
  expect(ran.document['text']).toMatch(/^keyrite-wrapped\/1\nset: /)
  mkdirSync(join(people.folder, 'there'))
  const there = await people.type('share export escrow-1 --out @there')
  expect([there.exit, code(there)]).toEqual([5, 'EXISTS'])
})

test('the ledger that all of this left verifies, and holds nothing of the secret', async () => {
  verifiedOk(people)
  const db = readFileSync(join(people.world.home, 'ledger.db'))
  for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
    expect(db.includes(form)).toBe(false)
})
