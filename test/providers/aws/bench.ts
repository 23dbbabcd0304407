/** AWS KMS as other people made it again, to try the provider on. */
import {randomInt} from 'node:crypto'
import {openAws} from '../../../src/providers/aws/index.ts'
import {patience, type Patience} from '../../../src/providers/aws/client.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Emulator} from '../../backends/aws.ts'
import type {Bench} from '../contract.ts'

/** An emulator settles at once. */
export const soon: Patience = {...patience, settle: 200, look: 50}

/** Its access key is twelve digits, which is an account of its own; whatever this machine knows of AWS stays out of it. */
export function anAccount(): string {
  const account = String(randomInt(100_000_000_000, 1_000_000_000_000))
  beAccount(account)
  return account
}

export function beAccount(account: string): void {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'nothing-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  })
}

export const settingsOf = (endpoint: string): Record<string, string> => ({region: 'eu-central-1', endpoint})

export async function benchOn(emulator: Emulator): Promise<Bench> {
  anAccount()
  const open = async (): Promise<Provider> => openAws(settingsOf(emulator.url), soon)
  const bench: Bench = {
    open: await open(),
    async reopen() {
      await bench.open.close()
      bench.open = await open()
    },
    empty: () => Promise.reject(new Error('AWS KMS has no backup')),
    forward: () => undefined,
    async close() {
      await bench.open.close()
      await emulator.stop()
    },
  }
  return bench
}
