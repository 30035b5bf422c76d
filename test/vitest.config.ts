import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const reports = process.env['TEST_REPORTS'];

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    // .ci/run counts the tests of all runs; each run leaves a file of its own.
    reporters:
      reports === undefined ? ['default'] : ['default', ['json', { outputFile: join(reports, `${process.pid}.json`) }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          pool: 'threads',
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: ['test/lab/setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
