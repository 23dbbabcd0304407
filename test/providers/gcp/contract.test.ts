import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import {keepsTheProviderContract, type Bench} from '../contract.ts'
import {here, testWith} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const dayMs = 86_400_000

async function bench(): Promise<Bench> {
  const standin = await startStandin()
  const {ring, endpoint, credentials, ca} = standin
  const place: Place = {ring, endpoint, credentials, ca, protection: 'hsm', destroyDays: 30}
  const open = async () => openKeyRing(place, 'keyrite/test')
  let moved = Promise.resolve()
  const here: Bench = {
    open: await open(),
    async reopen() {
      await moved
      await here.open.close()
      here.open = await open()
    },
    empty: () => Promise.reject(new Error('Google Cloud KMS has no backup')),
    forward(days) {
      moved = standin.ask({forward: days * dayMs}).then(() => undefined)
      return moved
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
      kind: 'gcp',
      on: 'our stand-in for Google Cloud KMS v1',
      refuses: [
        'ec-p521',
        ...(['rsa-2048 rs384', 'rsa-2048 rs512', 'rsa-2048 ps384', 'rsa-2048 ps512'] as const),
        ...(['import ed25519', 'import ml-dsa-44', 'import ml-dsa-65', 'import ml-dsa-87'] as const),
        'empty',
        'export',
        'backup',
      ],
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 30, most: 30},
      level: 'unknown',
      has: ['random', 'deletion', 'rights', 'grants', 'schedule'],
      grant: {grantee: 'user:ops@example.com', operations: ['roles/cloudkms.cryptoKeyDecrypter']},
      macKey: 32,
      decipher: null,
    },
    bench,
  )
} else testWith('openssl', 'the provider contract, on the stand-in for Google Cloud KMS', () => undefined)
