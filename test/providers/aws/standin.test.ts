/** The whole contract on the stand-in, which has what no emulator has: ML-DSA, and waits that end. A long one. */
import {bring} from '../../backends/bring.ts'
import {startAwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {benchOn} from './bench.ts'

const ministack = await bring('ministack')

if (ministack.present)
  keepsTheProviderContract(
    {
      kind: 'aws',
      refuses: ['empty', 'export', 'backup', 'import ml-dsa-44', 'import ml-dsa-65', 'import ml-dsa-87'],
      rotatesWithin: ['aes-256'],
      macKey: 32,
      noClock: true,
      quirks: ['opens-touched'],
      ...(process.env['SLOW'] === '1' ? {} : {parts: ['life']}),
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 7, most: 30},
      level: 'unknown',
      has: ['grants', 'service', 'schedule'],
      grant: {grantee: 'arn:aws:iam::111122223333:role/orders', operations: ['Decrypt']},
      decipher: null,
    },
    async () => benchOn(await startAwsStandin(ministack)),
  )
else testWhen(ministack, 'the provider contract, on the stand-in for AWS', () => undefined)
