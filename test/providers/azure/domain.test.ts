/** The security domain of a Managed HSM: opened by as many as are needed, and sealed for another, by the stand-in's own reckoning at both ends. Never seen on Azure. */
import {constants, createPrivateKey, privateDecrypt, X509Certificate, type KeyObject} from 'node:crypto'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {KeyriteError} from '../../../src/base/errors.ts'
import {Secret} from '../../../src/base/secret.ts'
import {domains} from '../../../src/providers/azure/domain/index.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {WholeBackups} from '../../../src/providers/whole-backups.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {outcome} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

interface Holder {
  readonly certificate: Uint8Array
  readonly key: KeyObject
}

describe('the security domain of a Managed HSM', () => {
  const box: {old?: Standin; new?: Standin; from?: Provider; to?: Provider} = {}
  const holders: Holder[] = []
  const given: {domain: Uint8Array} = {domain: new Uint8Array()}
  const from = (): WholeBackups => box.from?.wholeBackups ?? missing()
  const to = (): WholeBackups => box.to?.wholeBackups ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    const dir = mkdtempSync(join(tmpdir(), 'keyrite-domain-'))
    for (const n of [1, 2, 3, 4]) {
      const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=holder ${n}`]
      const [key, out] = [join(dir, 'key'), join(dir, 'cert')]
      execFileSync('openssl', [...args, '-keyout', key, '-out', out], {stdio: 'ignore'})
      holders.push({
        certificate: new X509Certificate(readFileSync(out)).raw,
        key: createPrivateKey(readFileSync(key)),
      })
    }
    rmSync(dir, {recursive: true})
    ;[box.old, box.new] = await Promise.all([startStandin('hsm'), startStandin('hsm')])
    box.from = await openVault(placeOf(box.old, 'hsm'), 'keyrite/test')
    box.to = await openVault(placeOf(box.new, 'hsm'), 'keyrite/test', 3000)
    given.domain = await from().domain(holders.slice(0, 3), 2)
  })
  afterAll(async () => {
    await box.from?.close()
    await box.to?.close()
    await box.old?.stop()
    await box.new?.stop()
  })
  /** As openssl does it at the holder's place. */
  const opened = (n: number, domain = given.domain): Secret => {
    const {certificate, key} = holders[n] ?? missing()
    const {sealed} = domains.shareOf(domain, certificate)
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return new Secret(privateDecrypt({key, padding, oaepHash: 'sha256'}, sealed))
  }
  const why = (act: () => unknown): string => {
    try {
      act()
      return 'ok'
    } catch (error) {
      return error instanceof KeyriteError ? error.code : String(error)
    }
  }

  testWith(
    'openssl',
    'says how many of whom open it, and gives each holder their own share alone',
    async () => {
      const {needed, holders: told} = domains.read(given.domain)
      expect([needed, told.length]).toEqual([2, 3])
      const {sealed, options} = domains.shareOf(given.domain, holders[0]?.certificate ?? missing())
      expect(sealed).toHaveLength(256)
      expect(options).toEqual(['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'])
      expect(why(() => domains.shareOf(given.domain, holders[3]?.certificate ?? missing()))).toBe('NOT_FOUND')
      for (const none of ['', '{}', '[1]', '{"EncData":{"data":[]},"SharedKeys":{}}'])
        expect(why(() => domains.read(Buffer.from(none)))).toBe('USAGE')
    },
  )

  testWith(
    'openssl',
    'opened by any two of three, and by nobody else, is taken in by another Managed HSM',
    async () => {
      const under = await to().transferKey()
      const seal = (...shares: readonly Secret[]) => domains.sealFor(given.domain, shares, under)
      expect(why(() => seal(opened(0)))).toBe('USAGE')
      expect(why(() => seal(opened(0), opened(1), opened(2)))).toBe('USAGE')
      expect(why(() => seal(opened(0), opened(0)))).toBe('SHARE_BAD')
      expect(why(() => seal(opened(0), new Secret(Buffer.alloc(64, 1))))).toBe('SHARE_BAD')
      expect(why(() => seal(opened(0), new Secret(Buffer.alloc(5))))).toBe('SHARE_BAD')
      // Of another download: each opens its own, and these do not open this one.
      const other = await from().domain(holders.slice(0, 3), 2)
      expect(why(() => seal(opened(0), opened(1, other)))).toBe('SHARE_BAD')
      expect(await box.new?.domain()).toBeNull()
      for (const pair of [
        [0, 1],
        [2, 0],
        [1, 2],
      ] as const) {
        await to().loadDomain(seal(...pair.map((n) => opened(n))))
        expect(await box.new?.domain()).toBe(await box.old?.domain())
      }
      expect(await to().hasLoaded()).toBe(true)
    },
  )

  testWith('openssl', 'that was touched anywhere is opened by nobody', async () => {
    const under = await to().transferKey()
    const whole = JSON.parse(Buffer.from(given.domain).toString()) as {
      EncData: {data: {compact_jwe: string; tag: string}[]}
      SharedKeys: {enc_shares: {enc_key: string; x5t_256: string}[]; required: number}
    }
    const changed = (change: (one: typeof whole) => void): Uint8Array => {
      const copy = structuredClone(whole)
      change(copy)
      return Buffer.from(JSON.stringify(copy))
    }
    const flip = (text: string, at: number): string =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    const shares = [opened(0), opened(1)]
    const part = whole.EncData.data[0]?.compact_jwe ?? missing()
    for (const at of [40, part.indexOf('..') + 5, part.length - 50, part.length - 9])
      expect(
        why(() =>
          domains.sealFor(
            changed(({EncData}) => {
              for (const one of EncData.data) one.compact_jwe = flip(part, at)
            }),
            shares,
            under,
          ),
        ),
      ).toMatch(/^(SHARE_BAD|USAGE)$/)
    const tagged = changed(({EncData}) => {
      for (const one of EncData.data) one.tag = 'another'
    })
    expect(why(() => domains.sealFor(tagged, shares, under))).toBe('SHARE_BAD')
    const more = changed(({SharedKeys}) => {
      SharedKeys.required = 9
    })
    expect(why(() => domains.read(more))).toBe('USAGE')
  })

  testWith(
    'openssl',
    'that the service says it takes in, and does not, or says nothing of, is not called taken in',
    async () => {
      const fresh = await startStandin('hsm')
      const open = await openVault(placeOf(fresh, 'hsm'), 'keyrite/test', 3000)
      try {
        const backups = open.wholeBackups ?? missing()
        const blob = domains.sealFor(given.domain, [opened(0), opened(1)], await backups.transferKey())
        await fresh.ask({faults: [{route: 'upload', fault: 'lie', times: 9}]})
        expect(await outcome(backups.loadDomain(blob))).toBe('PROVIDER_FAILED')
        expect(await backups.hasLoaded()).toBe(false)
        await fresh.ask({quirks: ['no-upload-404']})
        expect(await backups.hasLoaded()).toBe(false)
        await fresh.ask({quirks: []})
        await fresh.ask({faults: [{route: 'upload', fault: 'throttle', times: 2}]})
        expect(await outcome(backups.loadDomain(blob))).toBe('ok')
        const again = domains.sealFor(given.domain, [opened(0), opened(1)], await backups.transferKey())
        await fresh.ask({faults: [{route: 'upload', fault: 'cut', times: 1}]})
        expect(await outcome(backups.loadDomain(again))).toBe('PROVIDER_UNREACHABLE')
        expect(await backups.hasLoaded()).toBe(true)
        expect((await fresh.ask({})).filter(({operation}) => operation === 'upload').length).toBeGreaterThan(
          0,
        )
        await fresh.ask({transferAsText: true})
        expect(Buffer.from(await backups.transferKey())).toHaveLength((await backups.transferKey()).length)
      } finally {
        await open.close()
        await fresh.stop()
      }
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
