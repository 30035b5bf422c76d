import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('what is left aside, and what may not be', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/aside.bash', {
      world: `vg vg0 700M
  lv images 320M xfs /srv/images
  lv cow 160M btrfs /srv/cow
  lv pair1 32M raw
  lv pair2 32M raw
  lv sealed 28M raw`,
      modules: ['loop', 'dm-snapshot', 'dm-crypt'],
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('a btrfs of two disks, whose other one the kernel would take where it finds it', () => {
    expect(run.call('pair').status).toBe(1);
    expect(run.call('pair').stderr).toMatch(/vg0\/pair1: is one of 2 disks of a btrfs/);
  });

  test('what no key opens; an error where it is asked for by name', () => {
    expect(run.call('sealed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('sealed').stdout).toMatch(/skipped +vg0\/sealed\/p2: .*no key of the task opens it/);
    expect(run.call('asked').status).toBe(1);
    expect(run.call('asked').stderr).toMatch(
      /names something that cannot be saved.*vg0\/sealed\/p2: .*no key of the task opens it/,
    );
  });

  test('an image whose name is not UTF-8', () => {
    expect(run.call('odd')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('odd').stdout).toMatch(/skipped +\/srv\/images\/name.*: has a name that is not UTF-8/);
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toContain('has a name that is not UTF-8');
  });

  test('subvolumes below one; the snapshot of another task is nothing that anybody would miss', () => {
    expect(run.call('top').stdout).toMatch(/skipped +\/srv\/cow\/top\/below: is a subvolume of its own/);
    expect(run.stdout).toBe('own\nown\n');
    for (const name of ['own1', 'own2']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
    }
    expect(run.call('own2').stdout).toMatch(/skipped +\/srv\/cow\/own\/\.hs\..*: is a snapshot of holdstill/);
  });

  test('an image that is written to while it is copied', () => {
    expect(run.call('busy').status).toBe(1);
    expect(run.call('busy').stderr).toContain('/srv/cow/busy.img was written to while it was copied');
  });

  test('a host without LVM saves images', () => {
    expect(run.call('plain')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('plain-post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('plain-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
    expect(run.call('plain-status')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('find-without').stdout).toMatch(/lvm +no +lvm is not installed/);
  });

  test('what somebody puts in the place of a snapshot is not mounted, nor kept open', () => {
    for (const name of ['plain', 'own1']) {
      expect(run.call(`swapped-${name}`).status).not.toBe(0);
      expect(run.call(`swapped-${name}`).stderr).toContain('somebody replaced it');
      expect(run.call(`cleared-${name}`)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('find says which storage takes a path, and why the others do not', () => {
    expect(run.call('find-srv-cow-own').stdout).toMatch(/btrfs +yes +in the btrfs subvolume \/srv\/cow\/own/);
    expect(run.call('find-srv-images-plain.raw').stdout).toMatch(
      /file +yes +an image file on .*\(xfs, mounted at \/srv\/images\)/,
    );
    expect(run.call('find-srv-images').stdout).toMatch(/lvm +yes +on the logical volume vg0\/images/);
    expect(run.call('find-dev-vg0-sealed').stdout).toMatch(
      /lvm +yes +the logical volume vg0\/sealed; write lv: vg0\/sealed/,
    );
    for (const name of ['cow-own', 'images-plain.raw', 'images']) expect(run.call(`find-srv-${name}`).status).toBe(0);
    expect(run.call('find-proc').status).toBe(1);
    expect(run.call('find-proc').stdout).toMatch(
      /btrfs +no +[^]*lvm +no [^]*no storage here can take a snapshot of it/,
    );
  });
});
