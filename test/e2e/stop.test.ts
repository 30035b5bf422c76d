import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

/** The tools that `pre` calls, in order. */
const PRE = 'flock lvm lvm lvm lvm blkid blkid dmsetup mount'.split(' ');
/** Moments of `post`, of which some come at once: a look, an umount, a detaching, a removal. */
const POST = [1, 2, 3, 4, 5, 6];

describeLab('a hook that is asked to stop', () => {
  test('at any command of opening undoes what it did and fails; a closing goes on to its end', async () => {
    const run = await scenario('test/e2e/stop-tools.bash', {
      values: { MOMENTS: POST },
      world: 'vg vg0 400M\n  lv disk 64M mbr\n    p1 40M ext4\n  lv plain 32M ext4',
      timeoutMs: 300_000,
    });
    const hows = ['before', 'after', 'group'];
    expect(run.stdout.trim().split('\n')).toEqual([
      ...PRE.map((tool, at) => `pre ${at + 1} ${tool} ${hows[(Math.floor((at + 1) / 3) + at + 1) % 3]}: 1`),
      ...POST.map((at) => `post ${at} group: 0`),
    ]);
  });
});

describeLab('the time that a product gives a hook', () => {
  test('is kept: what hangs is given up in time to undo everything', async () => {
    const run = await scenario('test/e2e/stop-timeout.bash', {
      world: 'vg vg0 200M\n  lv disk 48M mbr\n    p1 40M ext4',
    });
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
    const run = await scenario('test/e2e/stop-signals.bash', {
      values: { MOMENTS: moments },
      world: 'vg vg0 200M\n  lv plain 32M ext4',
    });
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(moments.length);
    for (const line of lines) expect(['0 1 0 1', '1 0 1 1', '143 0 0 0']).toContain(line);
    expect(lines[0]).toBe('143 0 0 0');
    expect(lines.filter((line) => line.startsWith('1 '))).not.toEqual([]);
  });

  test('or a reader that stopped, or none at all, keeps no hook from cleaning up', async () => {
    const run = await scenario('test/e2e/stop-streams.bash', { world: 'vg vg0 200M\n  lv plain 32M ext4' });
    expect(run.stdout).toBe('closed: 0\nclosed: 0\nwaiting\nread: 0\nnothing is left\n');
  });
});
