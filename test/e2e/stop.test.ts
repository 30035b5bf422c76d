import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

/** The tools that `pre` and `post` call, in order. */
const PRE = ['flock', 'lvm', 'lvm', 'blkid', 'partx', 'blkid', 'losetup', 'mount', 'mount'];
const POST = ['flock', 'lvm', 'umount', 'losetup', 'lvm'];

describeLab('a hook that is asked to stop', () => {
  test('at any command of opening undoes what it did and fails; a closing goes on to its end', async () => {
    const run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<<'tasks: {t: {each: {lv: vg0/*}, size: 16M}}'
      mark; break_tools
      signals=(TERM INT HUP) hows=(before after group)
      for n in 1 2 3 4 5 6 7 8 9; do
        how=\${hows[(n / 3 + n) % 3]}
        break_at $n $how \${signals[n % 3]} $PRE t; status=$?
        echo "pre $n $hit $how: $status"
        [ $status = 1 ] || cat /run/break/out
        same "$n $how" quickly
      done
      for n in 1 2 3 4 5; do
        $PRE t >/dev/null
        break_at $n group \${signals[n % 3]} $POST t; status=$?
        echo "post $n $hit group: $status"
        [ $status = 0 ] || cat /run/break/out
        same "post $n" quickly
      done
      same end`,
      { world: 'vg vg0 400M\n  lv disk 64M mbr\n    p1 40M ext4\n  lv plain 32M ext4', timeoutMs: 200_000 },
    );
    const hows = ['before', 'after', 'group'];
    expect(run.stdout.trim().split('\n')).toEqual([
      ...PRE.map((tool, at) => `pre ${at + 1} ${tool} ${hows[(Math.floor((at + 1) / 3) + at + 1) % 3]}: 1`),
      ...POST.map((tool, at) => `post ${at + 1} ${tool} group: 0`),
    ]);
  });
});
