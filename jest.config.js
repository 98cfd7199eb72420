const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true, tsx: true },
    transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
};

export default {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.tsx?$': ['@swc/jest', swc] },
  globalSetup: '<rootDir>/test/city/sharedCities.mjs',
  globalTeardown: '<rootDir>/test/city/removeSharedCities.mjs',
  testSequencer: '<rootDir>/test/longestFirst.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Jest would leave one core to itself, and half of the time is spent waiting for processes.
  maxWorkers: '100%',
  // The modules of a test file stay in memory (vm modules), so a worker grows by some 50 MB a file. It is
  // replaced before it is full.
  workerIdleMemoryLimit: '1500MB',
  // Tests of whole processes on a busy machine; none of them asserts a time.
  testTimeout: 180_000,
};
