/** A key that is brought from outside in a ceremony: the one that people approved, or none. */
import {generateKeyPairSync, randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {resume, walk} from '../../src/ceremony/engine.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {keyImport, keysFold, materialSha256, type Key} from '../../src/keys/index.ts'
import {policyFold} from '../../src/policy/index.ts'
import {requests} from '../../src/requests/index.ts'
import type {Algorithm} from '../../src/providers/algorithms.ts'
import type {Ask} from '../../src/ui/ask.ts'
import {materialRoom} from '../../src/ui/material-room.ts'
import RequestExport from '../../src/commands/request/export.ts'
import {runJson, somebody} from '../support/run.ts'
import {failing, PowerCut, shapeOf} from './power-cut.ts'
import {
  ceremonyIn,
  contextIn,
  makeHouse,
  openIn,
  problemsOf,
  shortTemplate,
  willing,
  type House,
} from './room.ts'
import {broughtKey} from './shipped.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
}, 60_000)
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const slow = process.env['SLOW'] === '1'
const sha256Of = (algorithm: Algorithm, bytes: Uint8Array): string =>
  materialSha256(algorithm, new Secret(Buffer.from(bytes)))
const file = (name: string, bytes: string | Uint8Array): string => {
  const path = join(house.dir, name)
  writeFileSync(path, bytes, {mode: 0o600})
  return path
}

interface Wanted {
  readonly algorithm: Algorithm
  readonly sha256: string
  /** Replaces words of the template. */
  readonly change?: (text: string) => string
}
const pair: Wanted = {algorithm: 'ed25519', sha256: sha256Of('ed25519', broughtKey)}

function open(app: App, key: string, {algorithm, sha256, change = (text) => text}: Wanted): Promise<string> {
  const make = /- \{id: make, kind: key\.create, (.*) algorithm: ec-p256, scheme: [^ ]+,/
  const brought = shortTemplate.replace(
    make,
    (_, fields: string) =>
      `- {id: bring, kind: key.import, ${fields} algorithm: ${algorithm}, sha256: ${sha256},`,
  )
  const template = change(
    brought.replace('for: [make, use]', 'for: [bring, use]').replace(/\n {2}scheme:.*/, ''),
  )
  return openIn(house, app, {key, template})
}

/** Everyone says yes, and these files are typed one after the other. */
function room(paths: readonly string[], ask: Ask, said: string[] = []): Room {
  const left = [...paths]
  return {
    ...willing(house),
    say: (lines) => void said.push(...lines),
    text: async (_, field) => (field === 'file' ? (left.shift() ?? '') : 'something'),
    material: materialRoom(ask),
  }
}

const missing = (): never => {
  throw new Error('it was asked for')
}
const keyOf = (app: App, name: string): Key | undefined => app.ledger.of(keysFold).keys.get(name)
const asked = ({ledger}: App) => ({
  policy: ledger.of(policyFold).policy,
  roster: ledger.of(custodyFold).roster,
})
const typesOf = (app: App, id: string): readonly string[] => shapeOf(app, id)

test('a file with another key is refused as often as it is brought, nothing is begun by it, and the right one is taken', async () => {
  const other = file(
    'other.pem',
    generateKeyPairSync('ed25519').privateKey.export({format: 'pem', type: 'pkcs8'}),
  )
  const right = file('right.der', broughtKey)
  await house.using(async (app) => {
    const id = await open(app, 'swapped', pair)
    const said: string[] = []
    const wrong = room([join(house.dir, 'nothing'), other, other], somebody(), said)
    await expect(walk(contextIn(house, app, id, {room: wrong}))).rejects.toMatchObject({
      code: 'STOPPED',
      message: expect.stringContaining('that file holds another key than was approved'),
    })
    expect(said.join('\n')).toContain('there is no such file')
    expect(said.join('\n')).toContain(
      `Its public half, as DER, has SHA-256 ${pair.sha256}. Nothing else is taken.`,
    )
    expect(statusOfCeremony(ceremonyIn(app, id))).toBe('stopped')
    expect(typesOf(app, id).filter((type) => type.startsWith('key.'))).toEqual([])
    expect(ceremonyIn(app, id).done.map(({step}) => step)).not.toContain('bring')
    expect(keyOf(app, 'swapped')).toBeUndefined()
    const good = room([right], somebody(), said)
    await resume(contextIn(house, app, id, {room: good}))
    expect(statusOfCeremony(ceremonyIn(app, id))).toBe('signed-off')
    expect(said.join('\n')).toContain('holds the key in the clear')
    expect(keyOf(app, 'swapped')).toMatchObject({
      spec: {material_sha256: pair.sha256},
      versions: [{imported: true, state: 'active', public: pair.sha256}],
    })
    const done = ceremonyIn(app, id).done.find(({step}) => step === 'bring')
    expect(done).toMatchObject({
      kind: 'key.import',
      result: {key: 'swapped', version: 1, sha256: pair.sha256},
    })
  })
})

test('a passphrase with a typing error is asked for again, and one that stays wrong stops the ceremony', async () => {
  const {privateKey} = generateKeyPairSync('ed25519')
  const der = privateKey.export({format: 'der', type: 'pkcs8'})
  const sealed = file(
    'sealed.pem',
    privateKey.export({format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open sesame'}),
  )
  const wanted = {...pair, sha256: sha256Of('ed25519', der)}
  await house.using(async (app) => {
    const id = await open(app, 'sealed', wanted)
    const never = room([sealed, sealed], somebody(...Array.from({length: 6}, () => 'wrong')))
    await expect(walk(contextIn(house, app, id, {room: never}))).rejects.toMatchObject({
      code: 'STOPPED',
      message: expect.stringContaining('the passphrase is wrong'),
    })
    const said: string[] = []
    const once = room([sealed], somebody('opne', 'open sesame'), said)
    await resume(contextIn(house, app, id, {room: once}))
    expect(keyOf(app, 'sealed')?.versions[0]?.state).toBe('active')
    expect(said.join('\n')).toContain('That did not open it. Twice more.')
    expect(said.join('\n')).not.toContain('in the clear')
  })
})

test('a secret key is named by a digest that is of no use elsewhere, and held against it', async () => {
  const bytes = randomBytes(32)
  const wanted: Wanted = {
    algorithm: 'aes-256',
    sha256: sha256Of('aes-256', bytes),
    change: (text) =>
      text.replace('purpose: sign', 'purpose: encrypt').replace('class: jwt-signing', 'class: dek'),
  }
  const [wrong, right] = [file('wrong.bin', randomBytes(32)), file('right.bin', bytes)]
  await house.using(async (app) => {
    const id = await open(app, 'data', wanted)
    await walk(contextIn(house, app, id, {room: room([wrong, right], somebody())}))
    expect(keyOf(app, 'data')).toMatchObject({
      spec: {algorithm: 'aes-256', material_sha256: wanted.sha256},
      versions: [{imported: true, state: 'active', public: null}],
    })
    const request = [...app.ledger.of(requests).all.values()].find((one) => one.ceremony === id)
    expect(keyImport.inWords(request?.plan ?? missing(), asked(app)).join('\n')).toContain(
      `"keyrite-material/1", a line feed and its 32 bytes have SHA-256 ${wanted.sha256}`,
    )
    expect(JSON.stringify(request?.plan)).not.toContain(bytes.toString('hex'))
  })
})

test('whoever was not there signs later, from afar, over a transcript in which a key was brought', async () => {
  const right = file('afar.der', broughtKey)
  const id = await house.using(async (app) => {
    const opened = await open(app, 'afar', pair)
    const without = room([right], somebody())
    const absent: Room = {
      ...without,
      signer: (person, what) =>
        person.name === 'Grace' ? Promise.resolve(null) : without.signer(person, what),
    }
    await walk(contextIn(house, app, opened, {room: absent})).catch(() => undefined)
    expect(statusOfCeremony(ceremonyIn(app, opened))).toBe('waiting-for-signatures')
    return opened
  })
  const argv = [`ceremony-${id.slice(0, 8)}`, '--for', 'grace', '--out', join(house.dir, 'for-grace')]
  expect(await runJson(RequestExport, 'request export', argv, house.world)).toMatchObject({exit: 0})
})

test('a power cut at each entry of an import in turn: each step is done once, and one key is brought', async () => {
  const right = file('again.der', broughtKey)
  const willingly = (): Room =>
    room(
      Array.from({length: 9}, () => right),
      somebody(),
    )
  await house.using(async (app) => {
    const id = await open(app, 'whole', pair)
    await walk(contextIn(house, app, id, {room: willingly()}))
    const whole = shapeOf(app, id)
    expect(whole.filter((one) => one.startsWith('key.import'))).toHaveLength(2)
    for (const when of slow ? (['before', 'after'] as const) : (['after'] as const)) {
      const broken = await open(app, `cut-${when}`, pair)
      let cuts = 0
      // Each time it comes one entry further than before. One says that it goes on: it is not the one that is cut at.
      while (statusOfCeremony(ceremonyIn(app, broken)) !== 'signed-off') {
        const nth = (when === 'before' ? 2 : 1) + (cuts === 0 ? 0 : 1)
        const changes = {room: willingly(), app: {ledger: failing(app.ledger, nth, when)}}
        await (cuts === 0 ? walk : resume)(contextIn(house, app, broken, changes)).catch((error: unknown) => {
          if (!(error instanceof PowerCut)) throw error
          cuts++
        })
      }
      expect(cuts).toBeGreaterThan(20)
      expect(shapeOf(app, broken)).toEqual(whole)
      const {store} = await app.provider('main')
      const there: unknown[] = []
      for await (const one of store.list()) if (one.spec.label === `cut-${when}`) there.push(one)
      expect(there).toHaveLength(1)
    }
  })
}, 300_000)
