import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** What a hook says about a task that can't be opened: its exit status, the cause, what to do about it. */
type Case = readonly [name: string, status: number, cause: RegExp, hint: RegExp];

function expectRefusal(run: LabRun, [name, status, cause, hint]: Case): void {
  const call = run.call(name);
  const said = call.stdout + call.stderr;
  expect(said).toMatch(cause);
  expect(said).toMatch(hint);
  expect(said).not.toContain('bug');
  expect(call.status, `${name}: ${said}`).toBe(status);
}

/** A file system of each kind that can't be saved, and mount points that can't be used: a task a line. */
const SOURCES: readonly (readonly [task: string, source: string, cause: RegExp, hint: RegExp])[] = [
  ['unknown-lv', 'lv: vg0/nothing', /volume group vg0 has no logical volume nothing/, /it has .*data/],
  ['unknown-vg', 'lv: vg9/data', /there is no volume group vg9/, /there are .*vg0/],
  ['no-match', 'each: {lv: vg0/zz*}', /vg0\/zz\*: no logical volume matches/, /vg0 has .*data/],
  [
    'no-space',
    'lv: tight/a, size: full',
    /tight: the snapshot needs 44\.0 MiB, but 28\.0 MiB are free/,
    /smaller 'size'/,
  ],
  [
    'no-space-sum',
    'each: {lv: tight/*}, size: 16M',
    /tight: 2 snapshots need 32\.0 MiB, but 28\.0 MiB/,
    /vgextend tight/,
  ],
  ['a-snapshot', 'lv: vg0/copy', /cannot take a snapshot of vg0\/copy: it is itself a snapshot, of vg0\/data/, /./],
  ['inactive', 'lv: vg0/sleeping', /it is not active on this host/, /lvchange -ay vg0\/sleeping/],
  ['a-pool', 'lv: vg0/tp', /it is a thin pool/, /./],
  ['full-pool', 'lv: vg0/thin1', /thin pool vg0\/tp is too full for a snapshot: data 9\d/, /lvextend/],
  ['over-the-end', 'lv: vg0/mbr, mount: /mnt/mbr', /partition 1 ends at byte \d+ of 33554432|damaged/, /fdisk -l/],
  ['gpt-damaged', 'lv: vg0/gpt', /partition table \(GPT\) is damaged at both ends/, /fdisk -l/],
  ['garbage', 'lv: vg0/garbage', /nothing can be saved of vg0\/garbage: no file system was found/, /./],
  ['minix', 'lv: vg0/minix', /holdstill does not mount 'minix'/, /./],
  ['no-module', 'lv: vg0/fat', /vfat can't be mounted/, /kernel module vfat/],
  ['bad-super', 'lv: vg0/broken', /ext2 can't be mounted at \/run\/holdstill\/bad-super[^]*\| /, /./],
  ['only-swap', 'lv: vg0/swap', /vg0\/swap: holds swapped-out memory only/, /./],
  ['only-lvm', 'each: {lv: vg0/pv*}', /vg0\/pv1: its LVM metadata is missing or damaged/, /'exclude'/],
  ['live-btrfs', 'lv: vg0/butter', /a btrfs with the same id is mounted on this host/, /./],
  ['no-path', 'path: /no/such', /\/no\/such can't be found: no such file or directory/, /./],
  ['a-file', 'path: /srv/data/hello.txt', /is not a directory/, /name the directory that holds it/],
  ['not-on-lvm', 'path: /etc', /cannot take a snapshot of \/etc: not on btrfs; not on a logical volume/, /overlay/],
  [
    'in-use',
    'lv: vg0/data, mount: /srv/data',
    /\/srv\/data can't be the mount point: .* is mounted there/,
    /name another 'mount'/,
  ],
  ['not-empty', 'lv: vg0/data, mount: /mnt/full', /it is not empty/, /name another 'mount'/],
  ['a-link', 'lv: vg0/data, mount: /mnt/link', /\/mnt\/link is a symbolic link/, /\/mnt\/full/],
  ['below-link', 'lv: vg0/data, mount: /mnt/link2/x', /\/mnt\/link2 is a symbolic link/, /\/mnt\/full/],
  ['is-a-file', 'lv: vg0/data, mount: /mnt/file', /\/mnt\/file is not a directory/, /another 'mount'/],
  ['below-file', 'lv: vg0/data, mount: /mnt/file2/x', /\/mnt\/file2 is not a directory/, /another 'mount'/],
  ['long-part', `lv: vg0/data, mount: /mnt/${'x'.repeat(300)}`, /mnt\/x+ can't be the mount point/, /another 'mount'/],
];

/** Key files that can't be used; whether anything is encrypted is not known yet. */
const KEYS: typeof SOURCES = [
  ['no-key', 'lv: vg0/data, keys: [/no/such.key]', /the key file \/no\/such\.key can't be found/, /look at 'keys'/],
  ['open-key', 'lv: vg0/data, keys: [/etc/open.key]', /\/etc\/open\.key can be read by others/, /chmod go= /],
];

describeLab('a task that can not be opened', () => {
  let run: LabRun;
  beforeAll(async () => {
    const all = [...SOURCES, ...KEYS];
    run = await scenario('test/e2e/bad-input.bash', {
      timeoutMs: 200_000,
      values: { TASKS: all.map(([task]) => task), SOURCES: all.map(([, source]) => source) },
      world: `vg vg0 800M
          lv data 64M ext4 /srv/data
          lv sleeping 16M ext4
          lv mbr 32M mbr
            p1 16M ext4
          lv gpt 32M gpt
            p1 16M ext4
          lv garbage 16M raw
          lv minix 16M raw
          lv fat 16M raw
          lv broken 16M ext2
          lv swap 16M swap
          lv pv1 16M raw
          lv butter 64M btrfs /srv/butter
          pool tp 40M
            lv thin1 64M raw
        vg tight 108M
          lv a 40M ext4
          lv b 44M ext4`,
    });
  });

  test('leaves the machine as it was, whatever was wrong', () => {
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test.each(SOURCES)('%s: the cause is named, and what to do', (task, _, cause, hint) => {
    expectRefusal(run, [task, 1, cause, hint]);
  });

  test.each(KEYS)('%s: is a wrong configuration, and nothing was tried', (task, _, cause, hint) => {
    expectRefusal(run, [task, 2, cause, hint]);
  });

  test('is reported to every product in its own way', () => {
    const cause = /volume group vg0 has no logical volume nothing/;
    expectRefusal(run, ['sesam', 1, cause, /STATUS:ERROR \{.*it has [^}]*\}\n$/]);
    expectRefusal(run, ['bacula', 1, cause, /\nERROR: .*it has .*\n$/]);
  });
});
