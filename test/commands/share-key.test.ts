/** Keys that may leave their provider: split, wrapped all the way, recovered, and imported elsewhere as the same key. */
import {execFileSync} from 'node:child_process'
import {createHmac, randomBytes} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {keysFold} from '../../src/keys/index.ts'
import {findSet, planCombine} from '../../src/shares/index.ts'
import {probeLabel} from '../../src/providers/ports.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {ask, contextOf} from '../requests/support.ts'
import {softHsm, type SoftHsm} from '../providers/pkcs11/softhsm.ts'
import {openbao, startTransit} from '../providers/transit/bao.ts'
import {addHsm} from '../support/hsm-profile.ts'
import {needing, softhsmModule} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, type CommandClass} from '../support/run.ts'
import {code, keys, makeEscrow, verifiedOk, type Escrow, type Holder} from './share-support.ts'

const {afterAll, beforeAll, testWhen, testWith} = needing('ssh-keygen')

const box: {bao?: OpenBao; hsm?: SoftHsm} = {}
let people: Escrow
const value = randomBytes(32)
const holders = '--threshold 2 --holder alice --holder bob --holder carol'

beforeAll(async () => {
  people = await makeEscrow()
  onTime()
  writeFileSync(join(people.folder, 'pin'), 'correct horse battery\n', {mode: 0o600})
  await people.using((app) => addLocal(app, 'main'))
  if (openbao.present) {
    box.bao = await startTransit({tls: true})
    writeFileSync(join(people.folder, 'token'), `${box.bao.token}\n`, {mode: 0o600})
    const place = `--kind transit --environment test --address ${box.bao.url} --ca-file ${box.bao.caFile ?? ''} --token-file @token`
    await typed(ProfileAdd, 'profile add', `bao ${place} ${people.quorum}`)
  }
  if (softhsmModule !== undefined) {
    const hsm = softHsm()
    box.hsm = hsm
    writeFileSync(join(people.folder, 'hsm-pin'), `${hsm.pin}\n`, {mode: 0o600})
    const filling = join(import.meta.dirname, '../providers/pkcs11/bring-key.ts')
    execFileSync(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        filling,
        hsm.module,
        hsm.pin,
        'their-mac',
        value.toString('hex'),
      ],
      {env: process.env, stdio: 'pipe'},
    )
    await people.using((app) => addHsm(app, people.founders, 'hsm', hsm, join(people.folder, 'hsm-pin')))
  }
}, 240_000)
afterAll(async () => {
  verifiedOk(people)
  people.remove()
  box.hsm?.remove()
  await box.bao?.stop()
})

/** OpenBao has a clock of its own, and on a busy machine the tests before take long. */
function onTime(): void {
  people.pass((Date.now() - people.now().getTime()) / 3_600_000)
}

async function typed(command: CommandClass, id: string, line: string, expected = 0): Promise<void> {
  const argv = `${line} --as alice`.split(' ').map((word) => word.replace(/^@/, `${people.folder}/`))
  const {exit, stdout, stderr} = await runCommand(command, id, argv, people.world)
  expect([exit, exit === expected ? '' : stdout + stderr]).toEqual([expected, ''])
}

/** Recovered to a file by bob and carol: never by the first shares. */
async function recovered(
  set: string,
  split: {readonly document: Readonly<Record<string, unknown>>},
): Promise<Buffer> {
  const [, second, third] = (split.document['holders'] as Holder[]).map(({file}) => file)
  const ran = await people.type(
    `share combine --set ${set} ${third ?? ''} ${second ?? ''} ${keys('bob', 'carol')} --out @${set}.bin --ticket T-1 --as alice ${people.quorum}`,
  )
  expect([ran.exit, ran.exit === 0 ? '' : ran.stdout]).toEqual([0, ''])
  return readFileSync(join(people.folder, `${set}.bin`))
}

testWith(
  'softhsm2',
  'a key that a token lets out is split, and comes back as the same key in the token, in transit and in the software token',
  async () => {
    await typed(
      KeyAdopt,
      'key adopt',
      `--profile hsm their-mac --class mac --owner Shop --pin-file @hsm-pin ${people.quorum}`,
      10, // it is taken over, and not proved: it is a key that leaves its token
    )
    const split = await people.type(
      `share split --key their-mac ${holders} --out @their --pin-file @hsm-pin --as alice ${people.quorum}`,
    )
    expect([split.exit, split.exit === 0 ? '' : split.stdout]).toEqual([0, ''])
    expect(split.document).toMatchObject({
      name: 'their-mac',
      what: {kind: 'key', key: 'their-mac', version: 1},
    })
    expect((await recovered('their-mac', split)).equals(value)).toBe(true)
    const files = (split.document['holders'] as Holder[]).map(({file}) => file)
    const places = [
      ...[
        ['hsm', '@hsm-pin'],
        ['main', '@pin'],
      ],
      ...(box.bao === undefined ? [] : [['bao', '@pin']]),
    ]
    for (const [profile = '', pin = ''] of places) {
      onTime()
      const ran = await people.type(
        `share combine --set their-mac ${files[2] ?? ''} ${files[0] ?? ''} ${keys('alice', 'carol')} --import-as back-${profile} --profile ${profile} --ticket T-2 --pin-file ${pin} --as alice ${people.quorum}`,
      )
      expect([ran.exit, ran.exit === 0 ? '' : ran.stdout]).toEqual([0, ''])
      expect(ran.document).toMatchObject({key: `back-${profile}`, proven: true})
      // The software token is asked for a MAC by the import itself; here nobody types its PIN.
      if (profile === 'main') continue
      const message = Buffer.from(`${probeLabel}of ${profile}`)
      const mac = await people.using(async (app) => {
        const key = app.ledger.of(keysFold).keys.get(`back-${profile}`)
        const ref = key?.versions[0]?.ref
        if (ref === undefined) throw new Error('it was imported')
        return (await app.provider(profile)).use.mac(ref, message)
      })
      expect(Buffer.from(mac).equals(createHmac('sha256', value).update(message).digest())).toBe(true)
    }
  },
  240_000,
)

testWith(
  'softhsm2',
  'who recovers a key is asked as for the place in which it lives, and it comes into no other environment',
  async () => {
    await people.using(async (app) => {
      await addLocal(app, 'vault', 'production')
      const {plan} = planCombine(app.ledger.view, findSet(app.ledger, 'their-mac'), null)
      expect(plan.profile?.name).toBe('hsm')
      const forged = {plan: {...plan, profile: null}, names: {}}
      await expect(ask(contextOf(app), forged)).rejects.toThrow(
        'set "their-mac" holds a key of profile "hsm" (test), and this asks as for no place',
      )
    })
    const ran = await people.type(
      `share combine --set their-mac ${keys('alice', 'carol')} --import-as grand --profile vault --ticket T-3 --as alice ${people.quorum}`,
    )
    expect([ran.exit, code(ran)]).toEqual([8, 'PROFILE_ENVIRONMENT'])
    expect(ran.stdout).toContain(
      'holds a key of profile \\"hsm\\" (test), and this asks as for profile \\"vault\\" (production)',
    )
  },
)

testWith(
  'softhsm2',
  'a key that the token keeps is refused with the token’s own words, and no set is made',
  async () => {
    await typed(
      KeyCreate,
      'key create',
      `kept --profile hsm --algorithm aes-256 --purpose encrypt --class dek --owner alice --pin-file @hsm-pin ${people.quorum}`,
    )
    const ran = await people.type(
      `share split --key kept ${holders} --out @kept --pin-file @hsm-pin --as alice ${people.quorum}`,
    )
    expect([ran.exit, code(ran)]).toEqual([5, 'UNSUPPORTED'])
    expect(ran.stdout).toMatch(/the token refused to wrap it.*CKR_KEY_UNEXTRACTABLE/)
    expect((await people.type('share list')).stdout).not.toContain('"kept"')
  },
)

testWhen(
  openbao,
  'a key that transit keeps is refused with its reason; once it may be exported it is split, and is what the server exports',
  async () => {
    onTime()
    await typed(
      KeyCreate,
      'key create',
      `bao-aes --profile bao --algorithm aes-256 --purpose encrypt --class dek --owner alice ${people.quorum}`,
    )
    const line = `share split --key bao-aes ${holders} --out @bao --as alice ${people.quorum}`
    const refused = await people.type(line)
    expect([refused.exit, code(refused)]).toEqual([5, 'UNSUPPORTED'])
    expect(refused.stdout).toContain('the server refuses to give it out')
    const id = await people.using(
      (app) => app.ledger.of(keysFold).keys.get('bao-aes')?.versions[0]?.ref.key ?? '',
    )
    await box.bao?.bao('write', `transit/keys/${id}/config`, 'exportable=true')
    const split = await people.type(line)
    expect([split.exit, split.exit === 0 ? '' : split.stdout]).toEqual([0, ''])
    const shown = (await box.bao?.bao('read', '-format=json', `transit/export/encryption-key/${id}/1`)) ?? ''
    const {keys: exported} = (JSON.parse(shown) as {data: {keys: Record<string, string>}}).data
    expect((await recovered('bao-aes', split)).toString('base64')).toBe(exported['1'])
  },
  240_000,
)
