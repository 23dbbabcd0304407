/** SoftHSM2 behind `p11-kit server`, as an HSM over a network: it hangs, dies between work and reply, and comes back. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import {patience, type Patience} from '../../../src/providers/pkcs11/line.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {keepsTheProviderContract, type Bench} from '../contract.ts'
import {hung} from '../../support/hung.ts'
import {here, testWhen} from '../../support/needs.ts'
import {all, enabled, intent, outcome, specOf} from '../support.ts'
import {client, serialOf, Server, softHsm, type SoftHsm} from './softhsm.ts'

const need = {
  present: client !== undefined && here('p11-kit') && here('softhsm2') && here('strace'),
  what: 'p11-kit server, SoftHSM2 or strace',
  how: 'install them: apt-get install p11-kit p11-kit-modules softhsm2 strace',
}

class Far {
  readonly hsm: SoftHsm = softHsm()
  readonly server = new Server(this.hsm)

  async open(within: Patience = patience): Promise<Provider> {
    process.env['P11_KIT_SERVER_ADDRESS'] = `unix:path=${this.server.socket}`
    const place = {module: client ?? '', serial: this.hsm.serial, label: null}
    return openHsm(place, new Secret(Buffer.from(this.hsm.pin)), within)
  }

  async end(): Promise<void> {
    await this.server.kill()
    this.hsm.remove()
  }
}

if (need.present)
  keepsTheProviderContract(
    {
      kind: 'pkcs11',
      on: 'SoftHSM2 2.6.1 behind p11-kit',
      // What p11-kit does not carry over its line.
      refuses: [
        ...(['aes-256', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87', 'oaep-sha256'] as const),
        ...(['empty', 'import', 'export', 'backup'] as const),
      ],
      enforces: ['enabled', 'historic', 'disabled'],
      destructionDays: {least: 0, most: 0},
      level: 'software',
      decipher: null,
    },
    async (): Promise<Bench> => {
      const far = new Far()
      await far.server.start()
      const bench: Bench = {
        open: await far.open(),
        async reopen() {
          await bench.open.close()
          bench.open = await far.open()
        },
        empty: () => Promise.reject(new Error('PKCS#11 has no backup')),
        forward: () => undefined,
        async close() {
          await bench.open.close()
          await far.end()
        },
      }
      return bench
    },
  )

describe('an HSM that is not well', () => {
  const box: {far?: Far} = {}
  const far = (): Far => {
    if (box.far === undefined) throw new Error('there is no HSM')
    return box.far
  }
  beforeAll(() => {
    if (need.present) box.far = new Far()
  })
  afterAll(async () => {
    await box.far?.end()
  })

  testWhen(need, 'is not there: said so, and there as soon as it is', async () => {
    expect(await outcome(far().open())).toBe('PROVIDER_UNREACHABLE')
    await far().server.start()
    const provider = await far().open()
    expect((await provider.evidence.identity())['serial']).toBe(far().hsm.serial)
    await provider.close()
  })

  testWhen(
    need,
    'hangs: given up after its time, and used again when it goes on',
    async () => {
      const provider = await far().open({usual: 4000, making: 4000})
      const ref = await enabled(provider, specOf('ec-p256'))
      process.kill(-far().server.pid, 'SIGSTOP')
      const error = await hung(() => provider.use.sign(ref, Buffer.from('hung'))).finally(() => {
        process.kill(-far().server.pid, 'SIGCONT')
      })
      expect(error).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      expect(await outcome(provider.use.sign(ref, Buffer.from('well again')))).toBe('ok')
      await provider.close()
    },
    30_000,
  )

  testWhen(
    need,
    'dies while a key is used, and is started again: the same open provider goes on',
    async () => {
      const provider = await far().open()
      const ref = await enabled(provider, specOf('ec-p256'))
      await far().server.kill()
      expect(await outcome(provider.use.sign(ref, Buffer.from('dead')))).toBe('PROVIDER_UNREACHABLE')
      await far().server.start()
      expect(await outcome(provider.use.sign(ref, Buffer.from('back')))).toBe('ok')
      await provider.close()
    },
  )

  /** At which answer of the server it is killed while a key is made: the last ones are after its work. */
  const places =
    process.env['SLOW'] === '1' ? Array.from({length: 120}, (_, at) => at + 1) : [8, 40, 58, 64, 70, 90]
  testWhen(
    need,
    'dies between work and reply: what happened is found, the key is made once, and no debris stays',
    async () => {
      await far().server.kill()
      const seen = {died: 0, found: 0, lost: 0}
      for (const at of places) {
        const made = intent()
        await far().server.start(at)
        const opened = await far()
          .open()
          .catch(() => null)
        const first =
          opened === null
            ? 'PROVIDER_UNREACHABLE'
            : await outcome(opened.store.create(specOf('ec-p256'), made))
        await opened?.close()
        await far().server.kill()
        await far().server.start()
        const after = await far()
          .open()
          .catch((error: unknown) => error)
        if (!isProvider(after)) {
          // SoftHSM2 writes its token anew at each login, and not in one step: killed there, it has none any more, whoever asks.
          expect(after).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
          expect(serialOf('lab')).toBe('')
          seen.lost++
          await far().end()
          box.far = new Far()
          continue
        }
        const found = await after.store.find(made, [])
        if (first === 'ok') expect(found.kind).toBe('one')
        else seen.died++
        if (first !== 'ok' && found.kind === 'one') seen.found++
        if (found.kind === 'none') await after.store.create(specOf('ec-p256'), made)
        const mine = (await all(after.store)).filter((one) => one.intent === made)
        expect(mine).toHaveLength(1)
        expect(
          await outcome(after.use.sign(mine[0]?.ref ?? {key: '', version: ''}, Buffer.from('whole'))),
        ).toBe('ok')
        expect((await after.evidence.check()).filter(({ok}) => !ok)).toEqual([])
        await after.close()
        await far().server.kill()
      }
      expect(seen.died).toBeGreaterThan(seen.lost)
      expect(seen.lost).toBeLessThan(places.length / 4)
    },
    900_000,
  )
})

function isProvider(one: unknown): one is Provider {
  return typeof one === 'object' && one !== null && 'store' in one
}
