import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('LVM inside guests', () => {
  test('over several disks and partitions, linear, striped and thin, is found, mounted and closed', async () => {
    const run = await scenario('test/e2e/nested-disks.bash', {
      world: 'vg vg0 300M\n  lv vm-a 60M raw\n  lv vm-b 60M raw',
      modules: ['loop', 'dm-snapshot', 'dm-thin-pool', 'dm-raid', 'fuse'],
    });
    expect(run.call('hostile')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('hostile').stdout).toMatch(
      /my-guest\/fast +ext4[^]*my-guest\/thin1: .*whose place only the kernel can find/,
    );
    expect(run.stdout.split('\n').map((line) => line.trim())).toEqual([
      ...['root', 'fast', 'thin1', 'thin2'].map((lv) => `this is ${lv}`),
      '/run/holdstill/t:',
      'vm-a',
      '',
      '/run/holdstill/t/vm-a/p2/my-guest:',
      'fast  root  thin1  thin2',
      'vg0',
      '',
    ]);
    const { stdout } = run.call('pre');
    expect(stdout).toMatch(/skipped +vg0\/vm-a\/p2\/my-guest\/both: .*'raid1', which this version does not support/);
    expect(stdout).toContain('vg0/vm-a/p2/my-guest/swap: swap, holds swapped-out memory only');
    expect(run.call('status').stdout).toContain('before: unknown, is a snapshot that the guest took of root');
    expect(run.call('status').stdout).toContain(
      '/run/holdstill/t/vm-a/p2/my-guest/thin2  ext4 in LVM2_member  read-only',
    );
    expect(run.call('post').stdout).toMatch(
      /verdict +good: 2 snapshots valid[^]*removed +5 mounts, 2 snapshots; nothing is left/,
    );
    expect(run.call('plan').stdout).toContain('dmsetup create hs.xxxxxxxx-0-map');
    expect(run.call('plan').stdout).toMatch(
      /vm-a\/p1 {2}ext4, [^─]*─ vg0\/vm-a\/p2 {2}LVM2_member, .* at byte 5242880\n│ {5}├─ vg0\/vm-a\/p2\/my-guest\/root {2}/,
    );
    expect(run.call('half')).toMatchObject({ status: 0 });
    expect(run.call('half').stdout).toMatch(/my-guest\/root: .*a disk of the guest's volume group is missing/);
    expect(run.call('half-post').stdout).toMatch(/verdict +good/);
  });

  test('of ten clones of one template, which calls its VG as the host does, are distinguished; the host works on', async () => {
    const run = await scenario('test/e2e/nested-clones.bash', {
      world: `vg vg0 400M\n${Array.from({ length: 10 }, (_, n) => `  lv vm-${n} 16M raw`).join('\n')}`,
    });
    expect(run.stdout).toBe(`${Array.from({ length: 10 }, (_, n) => `this is vm-${n}\n`).join('')}  vg0\n`);
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post').stdout).toMatch(/verdict +good: 10 snapshots valid[^]*nothing is left/);
  });

  test('of a whole image, behind LUKS or on a RAID is not seen by the host either, nor by its udev', async () => {
    const run = await scenario('test/e2e/nested-hidden.bash', {
      world: 'vg vg0 600M\n  lv images 400M xfs /srv\n  lv vm-raid 40M raw',
      modules: ['loop', 'dm-snapshot', 'dm-crypt', 'md-mod', 'raid1', 'dm-raid'],
    });
    for (const name of ['plain', 'plain-post', 'images', 'raid', 'images-post', 'raid-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.stdout).toBe(
      `this is in-plain\n  vg0\n1\ncrypto_LUKS\n 10 map\n${['whole', 'luks', 'raid', 'new', 'old'].map((name) => `this is in-${name}\n`).join('')}`,
    );
    for (const [name, part] of [
      ['early', '/srv/early.raw'],
      ['planted', 'planted/root'],
    ] as const) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toMatch(
        `${part}: is where its image contains LVM2_member, and the host would take`,
      );
    }
  });

  test('of clones that went their own way since is not taken for one: RAIDs, volume groups, xfs', async () => {
    const run = await scenario('test/e2e/nested-drifted.bash', {
      world: `vg vg0 400M
  lv raid-a 24M raw
  lv raid-b 24M raw
  lv lvm-a 16M raw
  lv lvm-b 16M raw
  lv xfs-a 32M xfs
  lv xfs-b 32M raw`,
      modules: ['loop', 'dm-snapshot', 'md-mod', 'raid1'],
    });
    expect(run.call('all')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout.trim().split('\n')).toEqual([
      'this is raid-a',
      'this is lvm-a',
      'this is raid-b',
      'this is lvm-b',
      'this is xfs-b',
      'third p1',
      'without p3',
    ]);
    expect(run.call('all-post').stdout).toMatch(/verdict +good: 6 snapshots valid[^]*nothing is left/);
  });
});
