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
