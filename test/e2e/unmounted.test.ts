import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

const MARKER = 'HOLDSTILL-NOT-MOUNTED';

describeLab('a snapshot that dmeventd unmounts in mid-backup', () => {
  test('is distinguished from an empty directory, and no product reports success', async () => {
    const run = await scenario('test/e2e/unmounted-dmeventd.bash', {
      values: { MARKER },
      world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data',
      timeoutMs: 200_000,
    });
    expect(run.stdout.split('\n').toSorted()).toEqual(['', './', `./${MARKER}`]);
    expect(run.call('sep-saved')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('sep-post').stdout).toMatch(
      /^STATUS:ERROR \{THIS BACKUP MAY BE BAD: vg0\/data: snapshot overflowed/m,
    );
    expect(run.call('generic').status).toBe(5);
    expect(run.call('generic').stderr).toContain('its mount at /mnt/t went away');
    expect(run.call('run').status).toBe(5);
    for (const name of ['sep-marker', 'marker', 'run-marker'])
      expect(run.files(name)).toMatch(/That mount has gone away/);
  });
});

describeLab('the file beneath a mount', () => {
  test('is there under every mount while the task is open, and nothing else is ever removed in its place', async () => {
    const run = await scenario('test/e2e/unmounted-marker.bash', {
      values: { MARKER },
      world:
        'vg vg0 220M\n  lv data 16M ext4\n  lv far 16M ext4 /srv/far\n  lv vm 48M mbr\n    p1 16M ext4\n    p2 16M ext2',
      timeoutMs: 200_000,
    });
    expect(run.stdout).toBe(`${MARKER}\n`);
    expect(run.call('plan').stdout).toContain(`(writes /mnt/vm/p1/${MARKER})`);
    expect(run.call('busy').stdout).toMatch(
      /left +file \/mnt\/vm\/p2\/HOLDSTILL-NOT-MOUNTED: still needed by mount \/mnt\/vm\/p2/,
    );
    expect(run.call('free').status).toBe(0);
    expect(run.call('away').status).toBe(3);
    expect(run.call('away').stdout).toMatch(
      /left +file \/srv\/far\/deep\/t\/HOLDSTILL-NOT-MOUNTED: \/srv\/far\/deep is not the directory that it was made in; is a file system not mounted\? +\(bring it back/,
    );
    expect(run.call('back')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['edited', 'link', 'directory', 'pipe', 'owner']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stdout).toMatch(
        /left +file \/mnt\/t\/HOLDSTILL-NOT-MOUNTED: it is not the file .*find out who owns it/,
      );
    }
  });
});
