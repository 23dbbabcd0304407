import {accessSync, constants, readFileSync, statfsSync} from 'node:fs'

// Every entry is synced to the disk, and waiting for disks is half of the time of all tests: where there is room in memory,
// what tests make stands there. What a lost sync costs is tried by tests of its own (test/power, test/faults).
const memory = '/dev/shm'
function inMemory() {
  try {
    accessSync(memory, constants.W_OK)
    const {bavail, bsize} = statfsSync(memory)
    const [, options = ''] = / \/dev\/shm tmpfs (\S+)/.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
    return bavail * bsize > 2 ** 31 && options !== '' && !options.split(',').includes('noexec')
  } catch {
    return false
  }
}
if (process.env['TMPDIR'] === undefined && inMemory()) process.env['TMPDIR'] = memory

export default {
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  transform: {},
  injectGlobals: false,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/reporter.cjs'],
  testTimeout: 60_000,
  workerIdleMemoryLimit: '1.5GB',
  workerGracefulExitTimeout: 10_000,
}
