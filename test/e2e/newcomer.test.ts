import { beforeAll, describe, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const GUESTS = Array.from({ length: 8 }, (_, index) => `web-${index + 1}`);

describeLab('what somebody reads who has just installed it', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/newcomer.bash', {
      world: `vg vg0 400M
  lv data 32M ext4 /srv/data
  lv db 16M ext2
${GUESTS.map((name) => `  lv ${name} 16M mbr\n    p1 8M ext2`).join('\n')}`,
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('a plan of eight guests is 80 columns wide, and shows alike commands once', () => {
    const { stdout, status } = run.call('web');
    expect(status).toBe(0);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/… 6 more like these \(lvcreate\)/);
  });

  test('a partition that is not there is answered with those that are, by plan as well', () => {
    expect(run.call('seven').status).toBe(1);
    expect(run.call('seven').stdout.replaceAll(/\n {2}/g, ' ')).toContain(
      `it would fail: 'partitions': nothing matches 7, LABEL=none; there is vg0/web-1/p1 (ext2)`,
    );
  });

  test('a time is local and without parts of a second, except for machines', () => {
    expect(run.call('status').stdout).toMatch(/^data {2}held {2}since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(/);
    expect(run.call('json').stdout).toMatch(/"since": "\d{4}-\d\d-\d\dT[\d:.]+Z"/);
  });

  describe('another file system below a path', () => {
    const db = /\/srv\/data\/db: is a file system of its own \(\/dev\/mapper\/vg0-db\), not in this snapshot/;

    test('is a line of the job log, and fails a strict task with what to write', () => {
      expect(run.call('data').status).toBe(0);
      expect(run.call('data').stdout).toMatch(new RegExp(`  skipped +${db.source}`));
      expect(run.call('strict').status).toBe(1);
      expect(run.call('strict').stderr).toMatch(db);
      expect(run.call('strict').stderr).toMatch(
        /task of its own.* \(path: \/srv\/data\/db\).*exclude: \[\/srv\/data\/db\]\n$/,
      );
      expect(run.call('strict-plan').status).toBe(1);
    });

    test('may be left out; a tmpfs and a bind mount of what is in the snapshot fail nothing', () => {
      expect(run.call('meant')).toMatchObject({ status: 0, stderr: '' });
      expect(run.call('meant').stdout).toMatch(/skipped +\/srv\/data\/db: 'exclude' names it/);
      expect(run.call('data').stdout).not.toContain('/srv/data/tmp');
    });
  });

  test('validate warns of what is hardly intended, and ends with 0', () => {
    expect(run.call('validate')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('validate').stdout).toMatch(
      /^warning: .*holdstill\.yaml:\d+:3: tasks\.strict: saves the same as task "data"/m,
    );
    expect(run.call('validate').stdout).toMatch(/^warning: \/etc\/holdstill\/tasks\.yaml: is not read/m);
    expect(run.call('validate').stdout).toMatch(/\nok: 7 tasks in /);
  });

  test('a mount point that is in use is not to be unmounted, and a full one not to be emptied', () => {
    for (const name of ['live', 'full']) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toMatch(/can't be the mount point: .*; name another 'mount': a directory/);
      expect(run.call(name).stderr).not.toMatch(/umount|empty it/);
    }
  });

  test('find takes a path of any form, and the name of a logical volume', () => {
    expect(run.call('find-vg0-web-1').stdout).toMatch(
      /^lvm +yes +the logical volume vg0\/web-1; write lv: vg0\/web-1$/m,
    );
    expect(run.call('find-vg0-none').stderr).toContain(
      'there is no path /srv/vg0/none, and no active logical volume vg0/none',
    );
    expect(run.call('find-data').stdout).toMatch(/^\/srv\/data\n[^]*lvm +yes/);
    expect(run.call('find-data-plain').stdout).toMatch(
      /^lvm +no +not a directory, but a file on the logical volume vg0\/data/m,
    );
    expect(run.call('find--dev-null').stdout).toMatch(/^lvm +no +not a logical volume$/m);
  });

  test('a program that can not be run is reported before anything is opened', () => {
    const cases = [
      ['run-no-such-program', 127, 'there is no program /no/such/program'],
      ['run-name', 127, 'there is no program no-such-program (looked in /'],
      ['run-srv-data-plain', 126, '/srv/data/plain is not executable'],
      ['run-srv', 126, '/srv is a directory'],
    ] as const;
    for (const [name, status, why] of cases) {
      expect(run.call(name)).toMatchObject({ status, stdout: '' });
      expect(run.call(name).stderr).toContain(why);
      expect(run.call(name).stderr).not.toContain('snapshot');
    }
  });

  test('a unit that may not write gets its setting, and an ordinary user hears that he must be root', () => {
    expect(run.call('protected').stderr).toMatch(
      /read-only file system; .*ReadWritePaths=\/var\/lib\/holdstill \/run\/holdstill \/var\/log\/holdstill\n$/,
    );
    expect(run.call('nobody').stderr).toContain('holdstill must run as root');
    expect(run.call('nobody').stderr).not.toMatch(/journal.*away|remove|\brm /);
  });

  test('nothing is left of all that', () => {
    expect(run.stdout).toBe('');
  });
});
