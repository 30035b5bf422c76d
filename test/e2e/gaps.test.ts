import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a command that outlives its killed hook', () => {
  test('is waited for, so that nothing it still makes is left', async () => {
    const run = await scenario('test/e2e/gaps-killed.bash', {
      world: 'vg vg0 200M\n  lv data 16M ext4\n  lv other 16M ext4',
    });
    expect(run.stdout).toBe('');
    expect(run.call('end').stdout).toContain('nothing is left');
  });
});

describeLab('no data is lost without a word', () => {
  test('when one of several alike guests has an empty partition, or a disk holds two things at once', async () => {
    const run = await scenario('test/e2e/gaps-empty-partition.bash', {
      world: `vg vg0 300M
  lv vm1 24M mbr
    p1 8M ext4
    p2 8M ext4
  lv vm2 24M mbr
    p1 8M ext4
    p2 8M ext4
  lv stale 24M raw
  lv data 16M ext4 /srv/data
  lv other 16M ext4`,
    });
    expect(run.call('files')).toMatchObject({ status: 0 });
    expect(run.call('all').stdout).toMatch(/skipped +vg0\/vm1\/p2: unknown, no file system was found in it/);
    expect(run.call('status').stdout).toContain('not saved: vg0/vm1/p2');
    expect(run.call('post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^\/dev\/vg0\/stale: .*TYPE="ext4".*PTTYPE="dos"\n$/);
    expect(run.call('stale').status).toBe(1);
    expect(run.call('stale').stderr).toContain('holds ext4 and a partition table (dos)');
  });

  test('when another volume is mounted below a path, two tasks share a parent, or somebody else closes a run', async () => {
    const run = await scenario('test/e2e/gaps-parents.bash', {
      world: 'vg vg0 200M\n  lv data 16M ext4 /srv/data\n  lv other 16M ext4',
    });
    expect(run.stdout).toBe('');
    expect(run.call('tree').stdout).toMatch(/skipped +\/srv\/data\/db: is a file system of its own/);
    expect(run.call('orphan').status).toBe(1);
    expect(run.call('orphan').stderr).toContain('/mnt/both does not exist; type: mkdir /mnt/both');
    for (const name of ['a', 'b', 'a-post', 'a-pre', 'a-post2', 'b-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    for (const name of ['run', 'taken']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stderr).toMatch(/somebody closed run \w+ while its command still ran/);
    }
    expect(run.call('still').stdout).toMatch(/^a +held/);
    expect(run.call('end')).toMatchObject({ status: 0 });
  });
});
