import {bring} from '../../backends/bring.ts'
import {startMinistack} from '../../backends/aws.ts'
import {testWhen} from '../../support/needs.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {benchOn} from './bench.ts'

const ministack = await bring('ministack')

if (ministack.present)
  keepsTheProviderContract(
    {
      kind: 'aws',
      on: 'ministack 1.5.33',
      refuses: ['empty', 'rotate aes-256', 'export', 'backup'],
      lacks: ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'],
      rotatesWithin: ['aes-256'],
      macKey: 32,
      noClock: true,
      quirks: ['opens-touched'],
      ...(process.env['SLOW'] === '1' ? {} : {parts: ['store', 'states', 'evidence']}),
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 7, most: 30},
      level: 'unknown',
      has: ['grants', 'service', 'schedule'],
      grant: {grantee: 'arn:aws:iam::111122223333:role/orders', operations: ['Decrypt']},
      decipher: null,
    },
    async () => benchOn(await startMinistack(ministack)),
  )
else testWhen(ministack, 'the provider contract, on ministack', () => undefined)
