import { scenario } from '../lab/scenario.ts';
import type { Row, Scale } from './row.ts';

/** What is opened and closed in turn, and what each is for people. */
const TASKS = {
  thick: 'a thick LV with a writer',
  parts: 'a partitioned LV with a writer',
  thin: 'a thin LV with a writer',
  path: 'a directory of a mounted LV',
} as const;

const WORLD = `vg vg0 400M
  lv a 24M ext4 writer
  lv disk 48M mbr
    p1 16M ext4 writer
    p2 16M ext2
  lv data 24M ext4 /srv/data
  pool tp 48M
    lv thin 24M ext4 writer`;

/**
 * Opens and closes tasks that nothing disturbs, while their origins are written to: every verdict must be good, every
 * status 0, and the machine at the end as it was before.
 */
export async function cycles(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  // Two guests at once, one after the other, so that progress can be shown and no guest runs for an hour.
  const [lanes, guests, each] = scale === 'all' ? [2, 10, 50] : [1, 1, 12];
  const total = lanes * guests * each;
  const names = Object.keys(TASKS);
  const failures: string[] = [];
  let done = 0;
  const lane = async (): Promise<void> => {
    for (let guest = 0; guest < guests; guest += 1) {
      const timeoutMs = 120_000 + each * 15_000;
      const { stdout, stderr } = await scenario('test/matrix/cycles.bash', {
        world: WORLD,
        timeoutMs,
        values: { TASKS: names, COUNT: each },
      });
      const lines = stdout.split('\n').filter(Boolean);
      const last = lines.pop();
      if (last !== `done ${each}`) lines.push(`a guest of ${each} cycles came to '${last ?? stderr}'`);
      failures.push(...lines);
      for (const failure of lines) say(failure);
      done += each;
      say(`good cycles: ${done} of ${total}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [{ what: `good cycles: ${Object.values(TASKS).join(', ')}`, tried: total, failures }];
}
