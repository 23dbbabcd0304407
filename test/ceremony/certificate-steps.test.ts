/** The steps on certificates: what the key signed is read by openssl, and by the ceremony from the file that goes out. */
import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCertificate from '../../src/commands/key/certificate.ts'
import {resume} from '../../src/ceremony/engine.ts'
import {certificatesFold, certificatesOf} from '../../src/certificates/index.ts'
import type {App} from '../../src/app.ts'
import {testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {everyKindTemplate, typedInEveryKind} from './every-kind.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, problemsOf, willing, type House} from './room.ts'
import {minutes, resultOf, run, typing} from './walked.ts'

const template = everyKindTemplate.replaceAll(
  /(id: (?:certified|requested), kind: certificate.verify,)/g,
  '$1 file: true,',
)
const once = Object.fromEntries(
  Object.entries(typedInEveryKind).map(([field, text]) => [field, Array.from({length: 9}, () => text)]),
)
const key = 'of-everything'

let house: House
let certificate: string
let request: string
let id: string
beforeAll(async () => {
  house = await makeHouse()
  certificate = join(house.dir, 'certificate.pem')
  request = join(house.dir, 'request.pem')
})
afterAll(() => {
  house.remove()
})

const derIn = (app: App, form: 'request' | 'self-signed'): Uint8Array => {
  const made = certificatesOf(app.ledger.of(certificatesFold), key).find((one) => one.form === form)
  return app.ledger.view.blob(made?.sha256 ?? '')
}
/** @returns exit status and all that it says. */
const openssl = (...words: readonly string[]): string => {
  const {status, stdout, stderr} = spawnSync('openssl', words, {encoding: 'utf8', env: process.env})
  return `${String(status)} ${stdout}${stderr}`
}

describe('certificate.verify with the file that goes out', () => {
  test('stops where that is not there, or holds another certificate, and goes on with the right one', async () => {
    await house.using(async (app) => {
      const wrong = join(house.dir, 'wrong.der')
      writeFileSync(wrong, Buffer.of(0x30, 0))
      const first = await run(house, app, template, {...once, file: ['nowhere.pem', wrong, wrong]}, key)
      id = first.id
      expect(first.error).toMatchObject({
        code: 'STOPPED',
        message: expect.stringContaining(
          `step "certified": another certificate than was made is in "${wrong}"`,
        ),
        hints: expect.arrayContaining([`keyrite key certificate ${key} --out FILE`]),
      })
      expect(first.said.join('\n')).toMatch(/nowhere\.pem.*Look again, and type it again\./)
    })
    expect(
      await runJson(KeyCertificate, 'key certificate', [key, '--out', certificate], house.world),
    ).toMatchObject({exit: 0})
    await house.using(async (app) => {
      // The request is not made yet: the certificate is no request, and stops the next of them.
      const texts = {...once, file: [certificate, certificate, certificate]}
      await expect(resume(contextIn(house, app, id, {room: typing(house, texts)}))).rejects.toMatchObject({
        code: 'STOPPED',
        message: expect.stringContaining(`"${certificate}" is not one CERTIFICATE REQUEST, as PEM or DER`),
      })
      expect(resultOf(app, id, 'certified')).toMatchObject({ok: true, file: 'same', form: 'self-signed'})
      // As DER too.
      writeFileSync(request, derIn(app, 'request'))
      await resume(contextIn(house, app, id, {room: typing(house, {...once, file: [request]})}))
      expect(resultOf(app, id, 'requested')).toMatchObject({
        ok: true,
        file: 'same',
        form: 'request',
        serial: null,
      })
      expect(ceremonyIn(app, id).signed).toHaveLength(9)
      expect((await minutes(app, id)).match(/the file that goes out holds the same bytes/g)).toHaveLength(2)
    })
    expect(problemsOf(house)).toEqual([])
  })

  testWith('openssl', 'openssl verifies both, as whoever is given them would', () => {
    expect(
      openssl(
        'verify',
        '-x509_strict',
        '-check_ss_sig',
        '-no_check_time',
        '-partial_chain',
        '-CAfile',
        certificate,
        certificate,
      ),
    ).toBe(`0 ${certificate}: OK\n`)
    expect(openssl('req', '-verify', '-noout', '-inform', 'DER', '-in', request)).toMatch(/^0 .*verify OK\n$/)
    expect(openssl('req', '-noout', '-subject', '-inform', 'DER', '-in', request)).toMatch(
      /O ?= ?Example, CN ?= ?Asked for/,
    )
    const text = openssl('req', '-noout', '-text', '-inform', 'DER', '-in', request)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/)
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/)
  })

  test('asks nothing of a file where the template does not', async () => {
    await house.using(async (app) => {
      const asked: string[] = []
      const room = {
        ...willing(house),
        text: async (_step: string, field: string) => (asked.push(field), once[field]?.[0] ?? 'x'),
      }

      const other = await openIn(house, app, {template: everyKindTemplate, key: 'without-file'})
      await resume(contextIn(house, app, other, {room}))
      expect(asked).not.toContain('file')
      expect(resultOf(app, other, 'certified')).not.toHaveProperty('file')
    })
  })
})
