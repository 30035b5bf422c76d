import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = `vg vg0 500M
  lv plain 32M ext4 /srv/plain
  lv other 16M ext4
  lv disk 48M mbr
    p1 32M ext4
  pool tp 60M
    lv thin1 16M ext2
    lv thin2 16M ext2
vg vg1 60M
  lv data 16M ext2`;

type Case = readonly [name: string, status: number, left: RegExp];

/** It is named, and once it is gone the next post ends it. */
function expectLeft(run: LabRun, [name, status, left]: Case): void {
  expect(run.call(name).stdout).toMatch(new RegExp(`^  left +.*${left.source}`, 'm'));
  expect(run.call(name).status).toBe(status);
  expect(run.call(`${name}-again`).stdout).toContain('nothing is left');
}

describeLab('while a task is open, what others do with its LVs', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/changed-lvm.bash', { world, timeoutMs: 250_000 });
  });

  test('is not undone, and the machine is as before in the end', () => {
    expect(run.stdout).toBe(
      '/var/lib/holdstill/u.journal\n\n/run/holdstill:\nu\n  hs.U.other\n'.replace('U', run.files('u')),
    );
    expect(run.call('survivor')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<Case>([
    [
      'replaced',
      5,
      /snapshot vg0\/hs\.\w+\.plain: an LV of this name is there, but not the snapshot .*\(find out who owns it\)/,
    ],
    ['beside', 3, /snapshot vg0\/copy: is marked with this run, but its journal does not list it/],
    ['renamed', 3, /: somebody renamed it to vg0\/kept +\(find out who owns it/],
    ['merged', 5, /: somebody merges it into vg0\/plain \(lvconvert --merge\)/],
    ['split', 5, /: somebody changed it: vg0\/hs\.\w+\.plain is no longer a snapshot of vg0\/plain/],
    ['above', 3, /: somebody took a snapshot of it: vg0\/admins/],
    ['last', 5, /: its origin is gone, so vg0\/hs\.\w+\.thin1 may be the only copy of its data/],
    ['away', 5, /snapshot vg1\/hs\.\w+\.data: volume group vg1 can't be read: .*exported/],
  ])('is reported: %s', (...one) => expectLeft(run, one));

  test('holds nothing up: other names of the origin and of the volume group, a finished merge', () => {
    expect(run.call('names')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('thin-merged').stdout).toContain('nothing is left');
  });
});

describeLab('while a task is open, what others do with its devices, mounts and directories', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/changed-rest.bash', { world, timeoutMs: 250_000 });
  });

  test('is not undone, and the machine is as before in the end', () => {
    expect(run.stdout).toMatch(
      /^\/dev\/shm\/image\n\/dev\/mapper\/vg0-hs\.\w+\.disk\ntheirs\n\/mnt\/t\nreal\ntheirs\n\/mnt\n$/,
    );
    for (const over of ['map', 'loop']) expect(run.call(`${over}-file`).stdout).toContain('nothing is left');
    expect(run.call('older')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('survivor')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<Case>([
    ['map-snapshot', 5, /snapshot vg0\/hs\.\w+\.disk: in use by the device-mapper device hs\.\w+-0-map/],
    ['loop-snapshot', 5, /snapshot vg0\/hs\.\w+\.disk: in use by \/dev\/loop\d+/],
    ['over', 5, /mount \/mnt\/t: theirs \(tmpfs\) is mounted over it/],
    ['instead', 5, /file \/mnt\/t\/HOLDSTILL-NOT-MOUNTED: theirs \(tmpfs\) is mounted over it/],
    ['another', 5, /directory \/mnt\/t: it is not the directory that was made/],
    ['link', 5, /directory \/mnt\/t: it is not the directory that was made/],
    ['files', 5, /directory \/mnt\/t: it is not empty/],
  ])('is reported: %s', (...one) => expectLeft(run, one));

  test('has made before: it is refused, except for an empty directory that is safe', () => {
    for (const name of ['theirs', 'full', 'link']) {
      expect(run.call(`before-${name}`)).toMatchObject({ status: 1 });
      expect(run.call(`before-${name}`).stderr).toContain("/run/holdstill/r can't be the mount point");
    }
    for (const name of ['empty', 'post']) expect(run.call(`before-${name}`)).toMatchObject({ status: 0, stderr: '' });
  });
});
