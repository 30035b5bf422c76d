import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a guest that means harm, or is damaged', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/harm.bash', {
      world: `vg vg0 400M
  lv f-a 12M raw
  lv f-b 12M raw
  lv f-z 20M raw
  lv none 8M raw
  lv luks 16M raw
  lv thin 32M raw
  lv fat 12M vfat
  lv r1-a 12M raw
  lv r1-b 12M raw
  lv r5-a 12M raw
  lv r5-b 12M raw
  lv r5-c 12M raw`,
      modules: ['loop', 'dm-snapshot', 'dm-thin-pool', 'dm-crypt', 'md-mod', 'raid1', 'raid456', 'dm-raid'],
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('is shown what is its own, and nothing else', () => {
    expect(run.stdout.trim().split('\n')).toEqual([
      'forged: this is thief',
      'forged: this is victim',
      'at forged/f-a/thief/root',
      'at forged/f-b/victim/root',
      'at forged/f-z/p1',
      'at luks-out/p1',
      'thin-out: this is root',
      'at thin-out/g/root',
      'thin-root: this is root',
      'at thin-root/g/root',
      'mirror: this is raid1',
      'at mirror/r1-a',
    ]);
  });

  test('of a disk that two of them claim, none gets it, and both are reported', () => {
    expect(run.call('forged')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('forged').stdout).toMatch(/skipped +vg0\/f-z\/p2: LVM2_member, is listed by several volume groups/);
    for (const lv of ['f-a/thief/stolen', 'f-b/victim/data']) {
      expect(run.call('forged').stdout).toMatch(
        new RegExp(`skipped +vg0/${lv}: .*a disk of the guest's volume group is missing`),
      );
    }
  });

  test.each([
    ['none', /vg0\/none: is LVM without a logical volume/],
    [
      'luks',
      /hs\..*luks, partition 2, can't be decrypted: cryptsetup failed with status 1; .*leave it out with the task's 'exclude'/,
    ],
    ['thin', /cannot make a device for \S*g\/pool\S* of a guest: .*leave it out with the task's 'exclude'/],
    ['fat', /vg0\/fat: its check found errors/],
    ['parity', /r5-a: is a part of a software RAID of 3 disks, of which 1 is missing/],
  ])('%s fails by name, and leaves nothing', (task, reason) => {
    expect(run.call(task).status).toBe(1);
    expect(run.call(task).stderr).toMatch(reason);
    expect(run.call(task).stderr).not.toContain('left on this machine');
  });
});
