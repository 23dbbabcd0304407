import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import {keepsTheProviderContract, type Bench} from '../contract.ts'
import {here, testWith} from '../../support/needs.ts'
import {softHsm} from './softhsm.ts'

async function bench(): Promise<Bench> {
  const hsm = softHsm()
  const open = async () =>
    openHsm({module: hsm.module, serial: hsm.serial, label: null}, new Secret(Buffer.from(hsm.pin)))
  const here: Bench = {
    open: await open(),
    async reopen() {
      await here.open.close()
      here.open = await open()
    },
    empty: () => Promise.reject(new Error('PKCS#11 has no backup')),
    forward: () => undefined,
    async close() {
      await here.open.close()
      hsm.remove()
    },
  }
  return here
}

if (here('softhsm2')) {
  keepsTheProviderContract(
    {
      kind: 'pkcs11',
      on: 'SoftHSM2 2.6.1',
      refuses: [
        'ml-dsa-44',
        'ml-dsa-65',
        'ml-dsa-87',
        'import ed25519',
        'oaep-sha256',
        'empty',
        'export',
        'backup',
      ],
      enforces: ['enabled', 'historic', 'disabled'],
      destructionDays: {least: 0, most: 0},
      level: 'software',
      decipher: null,
    },
    bench,
  )
} else testWith('softhsm2', 'the provider contract, on SoftHSM2', () => undefined)
