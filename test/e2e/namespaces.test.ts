import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a task that is opened in a mount namespace of its own, like that of a unit with PrivateTmp', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/namespaces.bash', {
      world: 'vg vg0 330M\n  lv disk 32M mbr\n    p1 24M ext4\n  lv srv 100M xfs /srv\n  lv cow 120M btrfs /srv/cow',
      timeoutMs: 200_000,
    });
  });

  test('has devices that are known when the namespace is gone, and the paths of loop devices with it', () => {
    expect(run.stdout).toBe('');
    // The kernel has no path to it that would be true here.
    expect(run.files('backing')).toMatch(/^\/\.hs\./m);
    for (const task of ['t', 'i']) {
      expect(run.call(`${task}-pre`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`).stdout).toContain('nothing is left');
      expect(run.call(`${task}-gone`).stdout).toContain('nothing is left');
    }
  });

  test('is as good as its mounts are in the namespace where they are, whoever looks', () => {
    for (const task of ['t', 's']) {
      expect(run.call(`${task}-inside`).status).toBe(0);
      expect(run.call(`${task}-inside`).stdout).toMatch(
        /note +the mounts are visible only in the mount namespace of this hook/,
      );
      expect(run.call(`${task}-status`).stdout).toMatch(/read-only {2}in the mount namespace of sleep \(\d+\)/);
      expect(run.call(`${task}-status`).stdout).not.toMatch(/went away|in use/);
      for (const name of ['outside', 'there']) {
        expect(run.call(`${task}-${name}`), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
        expect(run.call(`${task}-${name}`).stdout).toMatch(/verdict +good/);
      }
      expect(run.call(`${task}-here`).stdout).not.toContain('namespace');
      expect(run.files(`${task}-from-inside`)).toMatch(/read-only {2}in the mount namespace of /);
      expect(run.call(`${task}-next`)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('is bad where the mount, or its namespace, went away, and says which', () => {
    expect(run.call('t-gone').stdout).toMatch(/BAD: .*went away with the mount namespace of the hook that made it/);
    expect(run.call('unmounted').stdout).toMatch(/BAD: .*went away while the task was open/);
  });

  test('is kept by who reads it there, by name', () => {
    expect(run.call('read').stdout).toMatch(/left .*in use by sleep \(\d+\) in another mount namespace/);
    expect(run.call('read-again').stdout).toContain('nothing is left');
  });
});
