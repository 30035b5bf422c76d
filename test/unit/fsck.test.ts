import { expect, test } from 'vitest';
import type { Command } from '../../src/system/command.ts';
import {
  checkBtrfs,
  checkExt,
  checkFat,
  checkNtfs,
  checkXfs,
  type Checked,
  lookAtFat,
} from '../../src/system/tools/fsck.ts';

const GOOD = { corrected: false, damaged: false, failed: false };
const CORRECTED = { ...GOOD, corrected: true };
const DAMAGED = { ...GOOD, damaged: true };
const FAILED = { ...GOOD, failed: true };

/* From the manual pages: e2fsck(8) 1.47, xfs_repair(8) 6.1, fsck.fat(8) 4.2, btrfs-check(8) 6.2, ntfsfix(8) 2022.10.3. */
const TABLE: readonly (readonly [
  check: (device: string) => Command<Checked>,
  verdicts: Readonly<Record<number, object>>,
])[] = [
  [
    checkExt,
    {
      0: GOOD,
      1: CORRECTED,
      2: CORRECTED,
      3: CORRECTED,
      4: DAMAGED,
      5: { ...DAMAGED, corrected: true },
      8: FAILED,
      9: { ...FAILED, corrected: true },
      12: { ...FAILED, damaged: true },
      16: FAILED,
      32: FAILED,
      128: FAILED,
    },
  ],
  [checkXfs, { 0: GOOD, 1: DAMAGED, 2: FAILED, 4: FAILED, 127: FAILED }],
  [checkFat, { 0: GOOD, 1: CORRECTED, 2: FAILED, 127: FAILED }],
  [lookAtFat, { 0: GOOD, 1: DAMAGED, 2: FAILED }],
  [checkBtrfs, { 0: GOOD, 1: DAMAGED }],
  [checkNtfs, { 0: GOOD, 1: DAMAGED }],
];

test.each(
  TABLE.flatMap(([check, verdicts]) =>
    Object.entries(verdicts).map(([status, verdict]) => ({ name: check.name, check, status: Number(status), verdict })),
  ),
)('$name, status $status', ({ check, status, verdict }) => {
  const { lines: _, ...found } = check('/dev/x').parse({ status, stdout: 'said', stderr: '' });
  expect(found).toEqual(verdict);
});
