import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('image files and subvolumes in a place where others may write', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/shared-place.bash', {
      world: 'vg vg0 520M\n  lv images 320M xfs /srv/images\n  lv cow 130M btrfs /srv/cow\n  lv disk 8M raw',
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('nobody but root can lead us elsewhere by a link; what is left out is reported', () => {
    const { stdout, stderr, status } = run.call('images');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/skipped +and \d+ more/);
    const { stderr: why } = run.call('strict');
    expect(run.call('strict').status).toBe(1);
    for (const reason of [
      /planted\.img: is a link that belongs to user 1000/,
      /loop\.img: can't be looked at: too many symbolic links/,
      /disk\.img: is a block device/,
      /odd.*: has a name that is not UTF-8/,
    ]) {
      expect(why).toMatch(reason);
    }
  });

  test('an image is read from the file that was found, whatever its name leads to by then', () => {
    expect(run.call('one')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).not.toContain('this is secret');
    expect(run.call('one-post').stdout).toMatch(/nothing is left/);
  });

  test('a subvolume is deleted by its number: that of somebody else stays', () => {
    expect(run.stdout).toBe('this is a\nthis is a\nbob\n');
    expect(run.call('own-again').stdout).toContain('nothing is left');
  });

  test('a snapshot that was changed is bad, though it is read-only again', () => {
    expect(run.call('changed').stdout).toMatch(/BAD: .*was made writable, and may have been changed/);
    expect(run.call('cut').stdout).toMatch(/BAD: .*was made larger or smaller/);
  });

  test('status reports snapshots that no journal lists', () => {
    expect(run.call('status').stdout).toMatch(
      /\.hs\.0badcafe\.0\.a\.img has the mark of holdstill, but no journal lists it.*: rm /,
    );
    expect(run.call('status').stdout).toMatch(
      /bob\/\.hs\.0badcafe\.0\.bob in the btrfs at .*: btrfs subvolume delete --subvolid \d+ /,
    );
    expect(run.call('quiet').stdout).not.toContain('no journal lists');
  });
});
