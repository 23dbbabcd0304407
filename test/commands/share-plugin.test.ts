/** Holders whose key is on hardware: the real `age`, and a stand-in of ours for the plugin (test/standins/age-plugin). No device was ever seen here. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {describe, expect} from '@jest/globals'
import type {Typed} from '../requests/people-support.ts'
import {needing, onPath} from '../support/needs.ts'
import {code, keys, makeEscrow, secret, verifiedOk, type Escrow, type Holder} from './share-support.ts'

const {afterAll, beforeAll, test, testWith} = needing('ssh-keygen')

const plugin = join(import.meta.dirname, '../standins/age-plugin')
const path = process.env['PATH'] ?? ''
const home = process.env['HOME']
/** What the stand-in prints for a key of 32 bytes. */
const [recipient = '', identity = ''] =
  onPath('python3') === undefined
    ? []
    : execFileSync(join(plugin, 'age-plugin-standin'), ['5a'.repeat(32)], {
        env: process.env,
        encoding: 'utf8',
      })
        .trim()
        .split('\n')

let people: Escrow
let files: readonly string[] = []
let made: Typed
/** For erin, whose key is on the device. */
const opens = '--identity @erin.age'

beforeAll(async () => {
  people = await makeEscrow()
  process.env['PATH'] = `${plugin}${delimiter}${path}`
  process.env['HOME'] = people.folder
  writeFileSync(join(people.folder, 'erin.age'), `# on the stand-in\n${identity}\n`, {mode: 0o600})
}, 120_000)
afterAll(() => {
  process.env['PATH'] = path
  if (home !== undefined) process.env['HOME'] = home
  people.remove()
})

/** A folder with nothing in it but these programs. */
function only(...programs: readonly string[]): string {
  const folder = mkdtempSync(join(people.folder, 'only-'))
  for (const one of programs) symlinkSync(onPath(one) ?? '', join(folder, one))
  return folder
}

/** Runs it with another PATH. */
async function on(folder: string, act: () => Promise<Typed>): Promise<Typed> {
  const before = process.env['PATH']
  process.env['PATH'] = folder
  try {
    return await act()
  } finally {
    process.env['PATH'] = before
  }
}

const split = (name: string): Promise<Typed> =>
  people.type(
    `share split --name ${name} --secret-file @secret --threshold 2 --holder alice --holder bob --holder erin --out @${name} --as alice ${people.quorum}`,
  )

describe('a holder whose key is on hardware', () => {
  testWith(
    ['age', 'python3'],
    'has the recipient of a plugin, once the roster quorum approved it',
    async () => {
      const wrong = await people.type(`custodian set-recipient erin ${recipient.slice(0, -1)}q --as erin`)
      expect([wrong.exit, code(wrong)]).toEqual([2, 'USAGE'])
      const set = await people.type(
        `custodian set-recipient erin ${recipient} --as erin ${people.signed('erin', 'alice', 'bob', 'carol')}`,
      )
      expect([set.exit, set.exit === 0 ? '' : set.stdout]).toEqual([0, ''])
    },
  )

  testWith(
    ['age', 'python3'],
    'is refused a share before anything is split or asked, where age or the plugin is not there',
    async () => {
      const noAge = await on('/nonexistent', () => split('no-age'))
      expect([noAge.exit, code(noAge)]).toEqual([5, 'UNSUPPORTED'])
      expect(noAge.stdout).toContain('that takes the program age, and it is not on PATH')
      const noPlugin = await on(only('age'), () => split('no-plugin'))
      expect([noPlugin.exit, code(noPlugin)]).toEqual([5, 'UNSUPPORTED'])
      expect(noPlugin.stdout).toContain(
        'cannot seal to plugin \\"standin\\": the program age-plugin-standin is not on PATH',
      )
      expect(noPlugin.stdout).toContain('install age-plugin-standin')
      const {sets} = (await people.type('share list')).document as {sets: unknown[]}
      expect(sets).toHaveLength(1)
    },
  )

  testWith(['age', 'python3'], 'is sealed to by the stock program, which opens it again', async () => {
    made = await split('hardware')
    expect([made.exit, made.exit === 0 ? '' : made.stdout]).toEqual([0, ''])
    files = (made.document['holders'] as Holder[]).map(({file}) => file)
    const [, , erins = ''] = files
    expect(readFileSync(erins, 'latin1')).toMatch(/^age-encryption\.org\/v1\n-> standin /)
    const text = execFileSync('age', ['-d', '-i', join(people.folder, 'erin.age'), erins], {
      env: process.env,
      encoding: 'utf8',
      stdio: 'pipe',
    })
    expect(text).toMatch(/^keyrite-share\/1\nshare: 3 of 3, any 2 recover\nset: [0-9a-f]{32}\nholder: Erin\n/)
  })

  testWith(['age', 'python3'], 'checks, signs for it, and answers a drill through the plugin', async () => {
    const [, , erins = ''] = files
    const checked = await people.type(`share check ${erins} ${opens}`)
    expect(checked.document).toMatchObject({ok: true, index: 3, holder: {name: 'Erin'}})
    const signed = await people.type(`share receive hardware ${erins} ${opens} ${people.signed('erin')}`)
    expect(signed.exit).toBe(0)
    await people.type('share drill hardware --as alice')
    const answered = await people.type(`share receive hardware ${erins} ${opens} ${people.signed('erin')}`)
    expect([answered.exit, (answered.document['missing'] as {name: string}[]).map(({name}) => name)]).toEqual(
      [0, ['Alice', 'Bob']],
    )
  })

  testWith(
    ['age', 'python3'],
    'is refused with what age says where the device, the plugin or the program is missing',
    async () => {
      const [, , erins = ''] = files
      const check = (): Promise<Typed> => people.type(`share check ${erins} ${opens}`)
      writeFileSync(join(people.folder, '.no-device'), '')
      const unplugged = await check()
      rmSync(join(people.folder, '.no-device'))
      expect([unplugged.exit, code(unplugged)]).toEqual([11, 'CREDENTIALS_REFUSED'])
      expect(unplugged.stdout).toContain('the stand-in is not plugged in')
      const noPlugin = await on(only('age'), check)
      expect([noPlugin.exit, code(noPlugin)]).toEqual([5, 'UNSUPPORTED'])
      expect(noPlugin.stdout).toContain('the program age-plugin-standin is not on PATH')
      const noAge = await on('/nonexistent', check)
      expect([noAge.exit, code(noAge)]).toEqual([5, 'UNSUPPORTED'])
      const another = await people.type(`share check ${files[0] ?? ''} ${opens}`)
      expect([another.exit, code(another)]).toEqual([11, 'CREDENTIALS_REFUSED'])
    },
  )

  testWith(
    ['age', 'python3'],
    'recovers with another whose key is in a file, each opened by their own',
    async () => {
      const [alices = '', , erins = ''] = files
      const ran = await people.type(
        `share combine --set hardware ${erins} ${alices} ${keys('alice')} ${opens} --out @got --ticket T-1 --as alice ${people.quorum}`,
      )
      expect([ran.exit, ran.exit === 0 ? '' : ran.stdout]).toEqual([0, ''])
      expect(readFileSync(join(people.folder, 'got'), 'utf8')).toBe(secret)
      expect(readdirSync(people.folder)).not.toContain('no-plugin')
    },
  )
})

test('the ledger that this left verifies', () => {
  verifiedOk(people)
})
