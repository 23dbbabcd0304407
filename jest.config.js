export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {'\\.ts$': '<rootDir>/test/support/strip-types.cjs'},
  injectGlobals: false,
  testSequencer: '<rootDir>/test/support/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/support/reporter.cjs'],
  testTimeout: 60_000,
}
