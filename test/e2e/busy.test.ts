import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = `vg vg0 400M
  lv plain 32M ext4
  lv other 16M ext4
  lv disk 32M mbr
    p1 24M ext4
  lv win 32M ntfs`;

const left = (run: LabRun, name: string): readonly string[] =>
  run
    .call(name)
    .stdout.split('\n')
    .filter((line) => line.startsWith('  left'));

type Case = readonly [name: string, what: string, users: string];

/** What keeps a task is named, nothing below it is tried, and the next hook ends it. */
function expectNamed(run: LabRun, [name, what, users]: Case): void {
  const [pre, post, end] = ['pre', 'post', 'end'].map((call) => run.call(`${name}-${call}`));
  expect(pre).toMatchObject({ status: 4 });
  expect(pre?.stderr).toMatch(new RegExp(`is still in use by ${users};`));
  expect(post?.stdout).toMatch(new RegExp(`^  left +${what}.*: in use by ${users}`, 'm'));
  expect(post?.stderr).toMatch(new RegExp(`${what}.* \\(in use by ${users}\\)`));
  const below = left(run, `${name}-post`).filter((line) => !/in use by|to try again|and \d+ more/.test(line));
  expect(below.filter((line) => !line.includes('still needed by'))).toEqual([]);
  expect(post?.stdout.split('\n').length).toBeLessThanOrEqual(15);
  expect(post?.ms).toBeLessThan(12_000);
  expect(end?.stdout).toContain('nothing is left');
}

describeLab('processes and mounts that keep a task busy', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/busy-processes.bash', { world, timeoutMs: 250_000 });
  });

  test('go in the end, and another open task is not touched', () => {
    expect(run.stdout).toBe('1\n');
  });

  test.each<Case>([
    ['processes', 'mount /run/holdstill/t', String.raw`sleep \(\d+\), tail \(\d+\), perl \(\d+\), python3 \(\d+\)`],
    [
      'binds',
      'snapshot',
      String.raw`a mount at /mnt/b, a mount at /mnt/c, a mount at /mnt/c in the mount namespace of sleep \(\d+\)`,
    ],
    ['copy', 'mount /run/holdstill/t', String.raw`sleep \(\d+\) in another mount namespace`],
  ])('are named: %s', (...one) => expectNamed(run, one));

  test('a good verdict stays good: status 3, a warning for Bacula, an error for sesam; status shows who it is', () => {
    expect(run.call('processes-post')).toMatchObject({ status: 3 });
    expect(run.call('processes-post').stdout).toMatch(/verdict +good/);
    expect(run.call('processes-bacula')).toMatchObject({ status: 0 });
    expect(run.call('processes-bacula').stdout).toMatch(/^WARNING: left on this machine: mount .* \(in use by sleep/m);
    expect(run.call('processes-sesam').stdout).toMatch(
      /^STATUS:ERROR \{left on this machine: mount .* \(in use by sleep/m,
    );
    expect(run.call('processes-recover')).toMatchObject({ status: 4 });
    expect(run.call('processes-recover').stderr).toMatch(/in use by sleep/);
    expect(run.call('processes-status').stdout).toMatch(/in use by sleep/);
    // The mount, what is under it (the file, the directory, the snapshot), and what to type.
    expect(left(run, 'processes-post')).toHaveLength(5);
  });

  test('copies of the mount that nobody reads, in other mount namespaces, hold nothing up', () => {
    expect(run.call('idle-pre').stdout).toContain('cleared');
    expect(run.call('idle-end')).toMatchObject({ status: 0, stderr: '' });
  });

  test('a hook that is started in the mount does not keep it itself', () => {
    expect(run.call('inside')).toMatchObject({ status: 0, stderr: '' });
  });

  test('what no path leads to is found as well, or guessed', () => {
    expect(run.call('lazy-post').stdout).toMatch(/left +snapshot .*in use: tail \(\d+\)/);
    expect(run.call('lost-post').stdout).toMatch(
      /left +snapshot .*in use: perhaps a mount namespace that no process is in, kept by \/mnt\/ns/,
    );
    for (const name of ['lazy', 'lost']) expect(run.call(`${name}-end`).stdout).toContain('nothing is left');
  });
});

describeLab('devices that keep a task busy', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/busy-devices.bash', { world, timeoutMs: 250_000 });
  });

  test('go in the end, and another open task is not touched', () => {
    expect(run.stdout).toBe('');
  });

  test.each<Case>([
    ['above', 'snapshot', String.raw`/dev/loop\d+, the device-mapper device holder, sleep \(\d+\)`],
    ['ours', String.raw`the device-mapper device hs\.\w+-0-map`, 'the device-mapper device holder'],
    ['fuse', 'mount /run/holdstill/w', String.raw`/dev/loop\d+ over /run/holdstill/w/noise.bin, sleep \(\d+\)`],
  ])('are named: %s', (...one) => expectNamed(run, one));

  test('short looks at the devices are waited for', () => {
    expect(run.call('look')).toMatchObject({ status: 0, stderr: '' });
  });
});
