import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a disk that is read as it is', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/stream.bash', {
      world: `vg vg0 500M
          lv disk 32M mbr
            p1 24M ext4
          lv srv 100M xfs /srv
          lv cow 120M btrfs /srv/cow
          pool tp 80M
            lv thin 32M ext4`,
      timeoutMs: 300_000,
    });
  }, 400_000);

  test('has the bytes of its instant, and nothing is left', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout).toBe('on a terminal: 2\n');
    for (const name of ['disk', 'thin', 'image', 'of-many']) {
      expect(run.call(name).status, `of ${name}`).toBe(0);
      expect(run.call(name).stderr, `of ${name}`).toMatch(/^ {2}image +\/\S+ {2}of \S+\n[^]*verdict +good/m);
    }
  });

  test('is that of the instant of its snapshot, which status shows', () => {
    expect(run.call('instant')).toMatchObject({ status: 0, stdout: '' });
    expect(run.call('both').stdout).toMatch(/^(\/dev\/vg0\/hs\.[0-9a-f]{8}\.disk) \1\n$/);
    expect(run.call('open').stdout).toMatch(
      /^disk {2}held .* by run\n└─ vg0\/disk\n {3}└─ hs\.[0-9a-f]{8}\.disk .*\n$/,
    );
  });

  test('is refused where it is not clear which, or there is none; no command is started', () => {
    const said = {
      several: [127, 'there are several disks: disk, thin; name one, as in {image:disk}'],
      'no-such': [127, 'there is no disk vdb; there is disk, thin'],
      mixed: [2, 'a command can have {mount} or {image}, not both'],
      directory: [1, '/srv/cow: a directory of files has no image; use {mount} of: holdstill run'],
      'no-task': [2, 'there is no task "other" in the configuration'],
    } as const;
    for (const [name, [status, text]] of Object.entries(said)) {
      expect(run.call(name).status, `of ${name}`).toBe(status);
      expect(run.call(name).stderr, `of ${name}`).toContain(text);
    }
  });

  test('is no success where the pipe breaks or the snapshot overflows', () => {
    expect(run.call('pipe').status).toBe(141);
    expect(run.call('full').status).toBe(1);
    expect(run.call('full').stderr).toContain('THIS BACKUP MAY BE BAD: vg0/disk: snapshot overflowed');
  });

  test('is removed when its hook was killed, as soon as nobody reads it any more', () => {
    expect(run.call('there').stdout).toContain('task disk is open as it should be');
    expect(run.call('held').status).toBe(4);
    expect(run.call('held').stderr).toMatch(/run \w+ of task disk is in use by dd \(\d+\)/);
    expect(run.call('gone').status).not.toBe(0);
    expect(run.call('gone').stdout).toMatch(/^disk {2}abandoned /);
    expect(run.call('freed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('freed').stdout).toContain('nothing is left');
  });
});
