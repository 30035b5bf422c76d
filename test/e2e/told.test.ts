import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('what is in a disk and can not be saved as it is', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/told.bash', {
      world: `vg vg0 830M
  lv asleep 16M ntfs
  lv clean-copy 16M ntfs
  lv twin1 48M raw
  lv twin2 48M raw
  lv journal 8M raw
  lv far 16M raw
  lv over 24M raw
  lv disk 20M raw
  lv images 320M xfs /srv/images
  lv cow 120M btrfs /srv/cow`,
      modules: ['loop', 'dm-snapshot', 'fuse'],
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('an ntfs that is hibernated is distinguished from one that is not', () => {
    expect(run.call('windows')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('windows').stdout).toMatch(/note +vg0\/asleep: Windows is hibernated/);
    expect(run.call('windows').stdout).not.toContain('vg0/clean-copy: ');
  });

  test('of two btrfs with one id only one is mounted, and the other is reported', () => {
    expect(run.call('twins').status).toBe(1);
    expect(run.call('twins').stderr).toMatch(/vg0\/twin2: a btrfs with the same id is in this task/);
  });

  test('a journal that is elsewhere, and partitions that overlap', () => {
    expect(run.call('far').stderr).toMatch(/vg0\/far: has its journal on another device/);
    expect(run.call('over').stderr).toMatch(
      /over\/p1: overlaps with partition 2; vg0\/over\/p2: overlaps with partition 1/,
    );
  });

  test('an image that was cut, one of another format, one with a name that forges a line', () => {
    expect(run.call('cut').stderr).toMatch(/partition table is damaged: partition 2 ends at byte \d+ of 12582912/);
    expect(run.call('images').stderr).toMatch(
      /empty\.img is too small to be an image; \/srv\/images\/other\.img is an image in the format qcow2/,
    );
    expect(run.call('other').stderr).toMatch(/it is an image in the format qcow2; only raw ones can be looked into/);
    expect(run.call('forged').stderr).toMatch(/has a control character in its path/);
    expect(`${run.call('forged').stdout}${run.call('forged').stderr}`).not.toMatch(/^STATUS/m);
    for (const name of ['cut', 'images', 'other', 'forged']) expect(run.call(name).status, `of ${name}`).toBe(1);
  });

  test('an image of another format beside raw ones, and a link that leads nowhere: reported, and an error where that is asked for', () => {
    expect(run.call('lax')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('lax').stdout).toMatch(/skipped +\/srv\/images\/other.img: is an image in the format qcow2/);
    expect(run.call('lax').stdout).toMatch(/\/srv\/images\/wanting.img: is a link that leads nowhere/);
    expect(run.call('lax-post').stdout).toMatch(/verdict +good/);
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toMatch(/srv\/images\/other.img: is an image in the format qcow2/);
  });

  test('an image that can not share its blocks though its file system can: copied where that is allowed', () => {
    expect(run.call('copied')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('copied-post').stdout).toMatch(/verdict +good/);
    expect(run.call('shared').status).toBe(1);
    expect(run.call('shared').stderr).toMatch(/cannot take a snapshot of \/srv\/cow\/nocow.img.*copy: true/);
  });

  test('an image that is replaced while its task is open: what is shown stays', () => {
    expect(run.call('whole').status).toBe(0);
    expect(run.stdout).toBe('first\n');
    expect(run.call('whole-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });
});
