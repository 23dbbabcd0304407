import {openVault} from '../../../src/providers/azure/index.ts'
import {keepsTheProviderContract, type Bench} from '../contract.ts'
import {here, testWith} from '../../support/needs.ts'
import {placeOf} from './place.ts'
import {all, enabled, specOf} from '../support.ts'
import {startStandin} from './standin.ts'

const dayMs = 86_400_000

async function bench(): Promise<Bench> {
  const standin = await startStandin('hsm')
  const place = placeOf(standin, 'hsm')
  const open = async () => openVault(place, 'keyrite/test')
  const here: Bench = {
    open: await open(),
    async reopen() {
      await here.open.close()
      here.open = await open()
    },
    empty: () => Promise.reject(new Error('it is not backed up whole')),
    async forward(days) {
      await standin.ask({forward: days * dayMs})
    },
    async leaving() {
      return (await enabled(here.open, specOf('aes-256'))).key
    },
    async lose(key) {
      const [ref] = (await all(here.open.store)).map((one) => one.ref).filter((one) => one.key === key)
      if (ref === undefined) throw new Error('there is no such key')
      await here.open.life.scheduleDestruction(ref, 90)
      await here.forward(91)
    },
    async close() {
      await here.open.close()
      await standin.stop()
    },
  }
  return here
}

if (here('openssl')) {
  keepsTheProviderContract(
    {
      kind: 'azure',
      on: 'our stand-in for Azure Managed HSM v1',
      refuses: [
        ...(['hmac-sha256', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const),
        ...(['export', 'backup'] as const),
      ],
      enforces: ['enabled', 'historic', 'disabled'],
      destructionDays: {least: 90, most: 90},
      leavesNothing: true,
      level: 'unknown',
      has: ['grants', 'keyBackups', 'schedule'],
      grant: {grantee: '11111111-2222-4333-8444-555555555555', operations: ['Managed HSM Crypto User']},
      decipher: null,
    },
    bench,
  )
} else testWith('openssl', 'the provider contract, on the stand-in for Azure Managed HSM', () => undefined)
