import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** A task each over one disk: what it asks for, and what is mounted; none: why it fails. */
const TABLE: readonly (readonly [name: string, words: string, mounted: readonly string[], fault?: RegExp])[] = [
  ['all', '', ['p1', 'p3', 'p4']],
  ['numbers', 'partitions: [1, 4]', ['p1', 'p4']],
  ['label', 'partitions: [LABEL=ro*]', ['p1']],
  ['type', 'partitions: ["TYPE=vfat", "TYPE=ext?"]', ['p1', 'p3', 'p4']],
  ['without', 'exclude: [TYPE=vfat, 4]', ['p1']],
  ['strict', 'skip: error, exclude: [5]', ['p1', 'p3', 'p4']],
  ['too-strict', 'skip: error', [], /vg0\/disk\/p5: no file system was found in it.*'exclude'.*skip: warn/],
  ['labelled', 'exclude: [LABEL=root]', ['p3', 'p4']],
  ['umlauts', 'partitions: [LABEL=Größe]', ['p4']],
  [
    'missing',
    'partitions: [1, 7, LABEL=none]',
    [],
    /'partitions': nothing matches 7, LABEL=none.*vg0\/disk\/p1 \(ext4, LABEL=root\)/,
  ],
  ['swap', 'partitions: [2]', [], /'partitions': nothing in vg0\/disk matches/],
];

const CHOICES = TABLE.map(([name, words, mounted, fault]) => ({ name, words, mounted, fault }));

describeLab('of the parts of a disk', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/choice.bash', {
      values: { TASKS: CHOICES.map(({ name }) => name), CHOICES: CHOICES.map(({ words }) => words) },
      world:
        'vg vg0 150M\n  lv disk 56M gpt\n    p1 8M ext4\n    p2 4M swap\n    p3 8M vfat\n    p4 8M ext2\n    p5 rest raw',
    });
  }, 600_000);

  test.each(CHOICES)('$name: only what is asked for is mounted', ({ name, mounted, fault }) => {
    expect(run.stdout).toBe('');
    expect(run.files(`${name}.mounts`).trim().split('\n').filter(Boolean)).toEqual(mounted);
    expect(run.call(name).status).toBe(fault ? 1 : 0);
    expect(run.call(`${name}-plan`).status).toBe(fault ? 1 : 0);
    if (fault) {
      expect(run.call(name).stderr).toMatch(fault);
      expect(run.call(`${name}-plan`).stdout).toContain('it would fail: ');
    }
  });

  test('what is left out is said, with the reason', () => {
    expect(run.files('numbers.shown')).toContain("not saved: vg0/disk/p3: vfat, 'partitions' does not name it");
    expect(run.files('without.shown')).toContain("not saved: vg0/disk/p4: ext2, 'exclude' names it");
    expect(run.files('all.shown')).toContain('not saved: vg0/disk/p5: unknown, no file system was found in it');
  });
});
