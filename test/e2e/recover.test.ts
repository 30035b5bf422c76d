import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('recover --boot', () => {
  test('says nothing and succeeds where there is nothing to do, a task is open, or a hook is at work', async () => {
    const run = await scenario('test/e2e/recover-boot.bash', { world: 'vg vg0 200M\n  lv data 16M ext4' });
    for (const name of ['never', 'open', 'begun', 'unbegun']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stdout: '', stderr: '' });
    }
    expect(run.stdout).toBe('t  held\nt.journal\nt.lock\n');
    expect(run.call('name')).toMatchObject({ status: 2, stderr: 'holdstill: recover --boot takes no task\n' });
  });

  test('leaves a task to the hook that works on it, undoes what one left that was killed, and says so', async () => {
    const run = await scenario('test/e2e/recover-at-work.bash', { world: 'vg vg0 200M\n  lv data 16M ext4' });
    expect(run.call('at-work')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run.call('killed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('killed').stdout).toMatch(
      /^holdstill \S+ post t .*\n.*never completely open\n.*nothing is left\n$/,
    );
    expect(run.call('read').status).toBe(3);
    expect(run.call('read').stderr).toMatch(/ sleep \(\d+\); left on this machine: .*; type: holdstill recover/);
    expect(run.call('again').stdout).toMatch(
      /^holdstill \S+ post u .*\n.*restarted while it was open\n.*nothing is left\n$/,
    );
    expect(run.stdout).toMatch(/t {2}held\nu {2}held\n$/);
  });

  test('does not forget a snapshot in a volume group that is not there, though another one has got its name', async () => {
    const run = await scenario('test/e2e/recover-group-gone.bash', {
      world: 'vg vg0 100M\n  lv data 16M ext4\nvg vg1 100M\n  lv other 16M ext4',
    });
    for (const name of ['gone', 'empty', 'other', 'removed']) {
      expect(run.call(name).status, `of ${name}`).toBe(3);
      expect(run.call(name).stdout).toMatch(
        /left +snapshot vg1\/hs\.\w+\.other: volume group vg1 is not there +\(bring it back.*for good, move the journal away: \/var\/lib\/holdstill\/v\.journal\)/,
      );
    }
    expect(run.call('pre').status).toBe(3);
    expect(run.call('pre').stdout).toContain('volume group vg1 is not there');
    expect(run.call('back')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('end').stdout).toMatch(/^v +idle/);
    expect(run.stdout).toBe('v.journal\n');
  });

  test('removes what a power cut leaves of a snapshot that LVM was just making or removing, and nothing that is like it', async () => {
    const run = await scenario('test/e2e/recover-half-made.bash', { world: 'vg vg0 200M\n  lv data 16M ext4' });
    expect(run.stdout).toBe('');
    expect(run.call('made')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['larger', 'tags']) {
      expect(run.call(name).status, `of ${name}`).toBe(3);
      expect(run.call(name).stdout).toMatch(
        /left .*an LV of this name is there, but not the snapshot.*find out who owns it/,
      );
    }
    expect(run.call('removed').status).toBe(0);
    expect(run.call('removed').stdout).toContain('nothing is left');
  });
});

describeLab('the rule for udev', () => {
  test('gives no snapshot of ours a link by the UUID of its origin, by which fstab would find it', async () => {
    const run = await scenario('test/e2e/recover-udev.bash', {
      world: 'vg vg-0 200M\n  lv da-ta 16M ext4\n  lv disk 24M mbr\n    p1 16M ext4',
    });
    const [without, withRule, links, byUuid, origin, map] = run.stdout.split('\n');
    // by its id, its name and its UUID
    expect([without, withRule]).toEqual(['without: 6', 'with: 3']);
    expect(links?.split(' ').toSorted()).toEqual([
      expect.stringMatching(/^mapper\/vg--0-hs\.\w+\.da--ta$/),
      expect.stringMatching(/^vg-0\/hs\.\w+\.da-ta$/),
    ]);
    expect(byUuid).toBe(`../../${origin}`);
    expect(map).toBe('map: 0');
    for (const name of ['post', 'map']) expect(run.call(name).stdout).toContain('nothing is left');
  });
});

describeLab('the units for systemd', () => {
  test('are what systemd understands, and make no mount namespace', async () => {
    const run = await scenario('test/e2e/recover-units.bash');
    expect(run.call('verify')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run.call('cycle').stderr).toContain('ordering cycle');
    expect(run.call('wrong').stderr).toContain('whenever');
    expect(run.call('start')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    // systemd.exec(5): each of these gives the service mounts, or a list of devices, of its own.
    expect(run.stdout).not.toMatch(
      /^(Private|Protect|ReadOnly|ReadWrite|Inaccessible|Temporary|Bind|Root|Dynamic|Device|Mount)/m,
    );
  });
});
