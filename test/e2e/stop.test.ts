import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

/** The tools that `pre` calls, in order. */
const PRE = 'flock lvm lvm lvm lvm blkid blkid dmsetup mount'.split(' ');
/** Moments of `post`, of which some come at once: a look, an umount, a detaching, a removal. */
const POST = [1, 2, 3, 4, 5, 6];

describeLab('a hook that is asked to stop', () => {
  test('at any command of opening undoes what it did and fails; a closing goes on to its end', async () => {
    const run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<<'tasks: {t: {each: {lv: vg0/*}, size: 16M, autoextend: false}}'
      mark; break_tools
      signals=(TERM INT HUP) hows=(before after group)
      for n in {1..9}; do
        how=\${hows[(n / 3 + n) % 3]}
        break_at $n $how \${signals[n % 3]} $PRE t; status=$?
        echo "pre $n $hit $how: $status"
        [ $status = 1 ] || cat /run/break/out
        same "$n $how" quickly
      done
      for n in ${POST.join(' ')}; do
        $PRE t >/dev/null
        break_at $n group \${signals[n % 3]} $POST t; status=$?
        echo "post $n group: $status"
        [ $status = 0 ] || cat /run/break/out
        same "post $n" quickly
      done
      same end`,
      { world: 'vg vg0 400M\n  lv disk 64M mbr\n    p1 40M ext4\n  lv plain 32M ext4', timeoutMs: 300_000 },
    );
    const hows = ['before', 'after', 'group'];
    expect(run.stdout.trim().split('\n')).toEqual([
      ...PRE.map((tool, at) => `pre ${at + 1} ${tool} ${hows[(Math.floor((at + 1) / 3) + at + 1) % 3]}: 1`),
      ...POST.map((at) => `post ${at} group: 0`),
    ]);
  });
});

/** `slow TOOL SECONDS COMMAND...`: as if the tool hung. One that does not even end when asked to: see matrix/faults.bash. */
const slow = `
slow() {
  local tool=$1 path seconds=$2
  path=$(command -v "$tool"); shift 2
  mv "$path" "$path.real"
  printf '#!/bin/sh\\nsleep %s\\nexec %s.real "$@"\\n' "$seconds" "$path" >"$path"; chmod 755 "$path"
  call "slow-$tool" "$@"
  mv "$path.real" "$path"
}
`;

describeLab('the time that a product gives a hook', () => {
  test('is kept: what hangs is given up in time to undo everything', async () => {
    const run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"; ${slow}
      configure <<<'tasks: {t: {lv: vg0/disk, size: 16M, autoextend: false, timeout: 18s}}'
      mark
      slow mount 60 $REPO/dist/sesam/sbc_pre t; same end`,
      { world: 'vg vg0 200M\n  lv disk 48M mbr\n    p1 40M ext4' },
    );
    expect(run.stdout).toBe('');
    const { status, stdout, ms } = run.call('slow-mount');
    expect(status).toBe(1);
    expect(stdout).toMatch(/mount did not end within \d.*set a longer 'timeout'/);
    expect(stdout.match(/^STATUS:.*$/gm)).toEqual([expect.stringMatching(/^STATUS:ERROR \{mount/)]);
    expect(ms).toBeGreaterThan(11_500);
    expect(ms).toBeLessThan(18_000);
  });
});

describeLab('a signal at any moment', () => {
  test('leaves a hook that answered, or one that had not begun', async () => {
    const moments = [0, 0.1, 0.25, 0.4, 0.6, 0.8, 1, 1.3, 1.8];
    const run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<<'tasks: {t: {lv: vg0/plain, size: 16M, autoextend: false}}'
      mark
      for moment in ${moments.join(' ')}; do
        $REPO/dist/sesam/sbc_pre t >/run/said 2>/run/complained & sleep $moment; kill -TERM $! 2>/dev/null; wait $!; status=$?
        echo "$status $(grep -c '^STATUS:OK$' /run/said) $(grep -c '^STATUS:ERROR {stopped by SIGTERM' /run/said) $(grep -c STATUS: /run/said)"
        cat /run/complained
        # 143: before the program had begun
        case $status in 0) call post $POST t ;; 1) ;; 143) ;; *) echo "what is $status?" ;; esac
        same "after $moment s" quickly
      done
      same end`,
      { world: 'vg vg0 200M\n  lv plain 32M ext4' },
    );
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(moments.length);
    for (const line of lines) expect(['0 1 0 1', '1 0 1 1', '143 0 0 0']).toContain(line);
    expect(lines[0]).toBe('143 0 0 0');
    expect(lines.filter((line) => line.startsWith('1 '))).not.toEqual([]);
  });

  test('or a reader that stopped, or none at all, keeps no hook from cleaning up', async () => {
    const run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<<'tasks: {t: {lv: vg0/plain, size: 16M, autoextend: false}}'
      mark
      $PRE t >&- 2>&-; echo "closed: $?"; $POST t >&- 2>&-; echo "closed: $?"; same 'closed streams' quickly
      # the pipe is full and nobody reads: the hook has done its work all the same, and waits with its answer
      $PRE t >/dev/null; mkfifo /run/full; exec 8<>/run/full; dd if=/dev/zero of=/run/full bs=4k oflag=nonblock status=none 2>/dev/null
      $POST t >/run/full & post=$!; until_true 20 same 'a full pipe' quickly >/dev/null || same 'a full pipe'
      sleep 1; kill -0 $post && echo waiting
      tr -d '\\0' </run/full >/run/answer 8>&- & exec 8>&-; wait $post; echo "read: $?"; wait
      grep -o 'nothing is left' /run/answer; same end`,
      { world: 'vg vg0 200M\n  lv plain 32M ext4' },
    );
    expect(run.stdout).toBe('closed: 0\nclosed: 0\nwaiting\nread: 0\nnothing is left\n');
  });
});
