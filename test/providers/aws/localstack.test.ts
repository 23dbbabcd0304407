import {bring} from '../../backends/bring.ts'
import {startLocalstack} from '../../backends/aws.ts'
import {testWhen} from '../../support/needs.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {benchOn} from './bench.ts'

const localstack = await bring('localstack')

if (localstack.present)
  keepsTheProviderContract(
    {
      kind: 'aws',
      on: 'LocalStack 4.14.0',
      refuses: ['empty', 'export', 'backup'],
      lacks: ['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
      rotates: ['aes-256'],
      noClock: true,
      quirks: ['no-rsa-encryption'],
      ...(process.env['SLOW'] === '1' ? {} : {parts: ['life']}),
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 7, most: 30},
      level: 'unknown',
      decipher: null,
    },
    async () => benchOn(await startLocalstack(localstack)),
  )
else testWhen(localstack, 'the provider contract, on LocalStack', () => undefined)
