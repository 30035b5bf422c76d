import fs from 'node:fs';
import { expect, test } from 'vitest';
import { healthOf } from '../../src/providers/lvm/health.ts';
import { bootId } from '../../src/system/kernel/boot.ts';
import { parseReport } from '../../src/system/tools/lvs.ts';

const report = new URL('../fixtures/lvs-2.03.16.overflowed.txt', import.meta.url);
const nothing = (): Promise<never> => Promise.reject(new Error('nothing was to be read'));

test.each([
  ['before the last start', 'another', 'unknown', 'its snapshot has not been active since the machine started'],
  ['since', bootId(), 'bad', 'its snapshot was deactivated'],
])('a snapshot that is not active and was taken %s', async (_, boot, kind, reason) => {
  const row = parseReport({ stdout: fs.readFileSync(report, 'utf8') }).find(({ roles }) => roles.includes('snapshot'));
  if (!row) throw new Error('there is no snapshot in the report');
  const down = { ...row, active: false };
  for (const pool of ['', 'tp']) {
    const health = await healthOf({ kind: 'lvm', label: 'vg0/data', vg: row.vg, pool, boot }, down, [down], nothing);
    expect(health.kind).toBe(kind);
    expect(health.reason).toContain(`vg0/data: ${reason}`);
  }
});
