import {expect, test} from '@jest/globals'
import {KMS} from '@aws-sdk/client-kms'
import {openAws} from '../../../src/providers/aws/index.ts'
import {bring} from '../../backends/bring.ts'
import {startLocalstack} from '../../backends/aws.ts'
import {testWhen} from '../../support/needs.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {all, intent, specOf} from '../support.ts'
import {anAccount, benchOn, settingsOf, soon} from './bench.ts'

const localstack = await bring('localstack')

if (localstack.present)
  keepsTheProviderContract(
    {
      kind: 'aws',
      on: 'LocalStack 4.14.0',
      refuses: ['empty', 'export', 'backup'],
      lacks: ['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
      rotatesWithin: ['aes-256'],
      noClock: true,
      quirks: ['no-rsa-encryption'],
      ...(process.env['SLOW'] === '1' ? {} : {parts: ['life']}),
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 7, most: 30},
      level: 'unknown',
      has: ['grants', 'service', 'schedule'],
      grant: {grantee: 'arn:aws:iam::111122223333:role/orders', operations: ['Decrypt']},
      decipher: null,
    },
    async () => benchOn(await startLocalstack(localstack)),
  )
else testWhen(localstack, 'the provider contract, on LocalStack', () => undefined)

if (localstack.present && process.env['SLOW'] === '1')
  test('of eleven hundred keys, which take two pages, its own are listed as its own, and found', async () => {
    const emulator = await startLocalstack(localstack)
    anAccount()
    const provider = await openAws(settingsOf(emulator.url), soon)
    const others = new KMS({region: 'eu-central-1', endpoint: emulator.url})
    try {
      const [first, last] = [intent(), intent()]
      await provider.store.create(specOf('aes-256'), first)
      for (let made = 0; made < 1100; made += 20)
        await Promise.all(Array.from({length: 20}, async () => others.createKey({})))
      await provider.store.create(specOf('aes-256'), last)
      const fresh = await openAws(settingsOf(emulator.url), soon)
      const listed = (await all(fresh.store)).map((one) => one.intent)
      expect(listed.filter((one) => one !== null).toSorted()).toEqual([first, last].toSorted())
      expect(listed).toHaveLength(1102)
      for (const one of [first, last]) expect((await fresh.store.find(one, [])).kind).toBe('one')
      await fresh.close()
    } finally {
      others.destroy()
      await provider.close()
      await emulator.stop()
    }
  }, 300_000)
