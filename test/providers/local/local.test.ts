import {generateKeyPairSync} from 'node:crypto'
import {algorithms} from '../../../src/providers/algorithms.ts'
import {keepsTheProviderContract} from '../contract.ts'
import {decipher, LocalBench} from './bench.ts'

/** What this Node does not have, asked of it directly. */
const absent = algorithms.filter((algorithm) => {
  if (!algorithm.startsWith('ml-dsa-')) return false
  try {
    generateKeyPairSync(algorithm as 'ml-dsa-44')
    return false
  } catch {
    return true
  }
})

keepsTheProviderContract(
  {
    kind: 'local',
    on: `Node ${process.versions.node.split('.')[0] ?? ''}`,
    refuses: ['export', ...absent],
    enforces: ['probe', 'enabled', 'historic', 'disabled'],
    destructionDays: {least: 0, most: 3650},
    level: 'software',
    decipher,
  },
  async () => new LocalBench().create(),
)
