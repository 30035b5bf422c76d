import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

/* A disk with a partition, so with a loop device, and a file system on an LV of its own. */
const world = `vg vg0 400M
  lv disk 64M mbr
    p1 40M ext4
  lv plain 32M ext4`;

const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  t: {each: {lv: vg0/*}, size: 16M}
Y
state() { $HOLDSTILL status | { read -r _ state _ && echo "$state"; }; }
opened() { $PRE t >/run/opened 2>&1 || { echo "pre: $?"; cat /run/opened; }; }
round() { $PRE t && $POST t; }
mark; break_tools
`;

/** The tools that `pre` and `post` call, in order. */
const PRE = ['flock', 'lvm', 'lvm', 'blkid', 'partx', 'blkid', 'losetup', 'mount', 'mount'];
const POST = ['flock', 'lvm', 'umount', 'losetup', 'lvm'];

describeLab('a hook that is killed', () => {
  test('in the middle of opening, at any command: `recover` or the next job makes the machine as it was', async () => {
    const run = await inLab(
      `${start}
      for how in instead after; do
        for ((n = 1; n <= 10; n++)); do
          # What only looks leaves the same before and after.
          [ $how = instead ] || [[ " 3 7 8 9 " = *" $n "* ]] || continue
          break_at $n $how KILL $PRE t; status=$?
          [ -n "$hit" ] || { echo "$how $n: $status"; $POST t >/dev/null; continue; }
          [ $how = after ] && said=opening || said=$(state)
          echo "$how $n $hit: $status, $said, $(ls -d /dev/mapper/*-cow 2>/dev/null | wc -l) snapshots"
          if ((n % 4)); then again=recover; $HOLDSTILL recover; else again='pre and post'; round; fi >/run/again 2>&1 ||
            { echo "$again: $?"; cat /run/again; }
          same "$how $n, $again" quickly
        done
      done
      same end`,
      { world, timeoutMs: 200_000 },
    );
    const states = (how: string, calls: readonly number[], opening: number, taken: number) =>
      calls.map((n) => {
        const state = n < opening ? 'idle' : 'opening';
        return `${how} ${n} ${PRE[n - 1]}: 137, ${state}, ${n < taken ? 0 : 2} snapshots`;
      });
    // The journal is there before the third call, which takes the snapshots; it was noted and not done, or done.
    const all = PRE.map((_, index) => index + 1);
    const due = [...states('instead', all, 3, 4), 'instead 10: 0', ...states('after', [3, 7, 8, 9], 3, 3)];
    expect(run.stdout.trim().split('\n')).toEqual(due);
    expect(run.status).toBe(0);
  });

  test('in the middle of closing, at any command: the next `post` ends it, and knows the verdict', async () => {
    const run = await inLab(
      `${start}
      for how in instead after; do
        for ((n = 1; n <= 6; n++)); do
          [ $how = instead ] || [[ " 3 4 5 " = *" $n "* ]] || continue
          opened
          break_at $n $how KILL $POST t; status=$?
          [ -n "$hit" ] || { echo "$how $n: $status"; continue; }
          echo "$how $n $hit: $status, $(state)"
          if ((n % 2)); then $POST t; else $HOLDSTILL recover t; fi >/run/again 2>&1 || { echo "again: $?"; cat /run/again; }
          grep -o 'verdict .*valid\\|nothing is left' /run/again | tr -s ' \\n' ' '; echo
          same "$how $n" quickly
        done
      done
      same end`,
      { world, timeoutMs: 200_000 },
    );
    const ended = 'verdict good: 2 snapshots valid nothing is left';
    const lines = (how: string, calls: readonly number[]) =>
      calls.flatMap((n) => [`${how} ${n} ${POST[n - 1]}: 137, ${n < 3 ? 'held' : 'closing'}`, ended]);
    expect(run.stdout.trim().split(/ *\n/)).toEqual([
      ...lines('instead', [1, 2, 3, 4, 5]),
      'instead 6: 0',
      ...lines('after', [3, 4, 5]),
    ]);
  });
});
