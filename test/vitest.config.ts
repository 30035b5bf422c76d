import { basename, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const reports = process.env['TEST_REPORTS'];

/**
 * The longest files first. Left to itself vitest begins with the largest, and these are among the smallest: at the end one of
 * them would have a CPU for itself while the other waits.
 */
const LONGEST = ['power', 'matrix', 'gallery', 'providers', 'concurrency', 'cycles', 'damaged', 'xen', 'rest'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return place < 0 ? LONGEST.length : place;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    root: join(import.meta.dirname, '..'),
    // .ci/run counts the tests of all runs; each run leaves a file of its own.
    reporters:
      reports === undefined ? ['default'] : ['default', ['json', { outputFile: join(reports, `${process.pid}.json`) }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/conformance/contracts.test.ts'],
          pool: 'threads',
          isolate: false,
          // Some take seconds, and more of them where all processors are busy.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/conformance/providers.test.ts'],
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
