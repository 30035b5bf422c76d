import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = `vg vg0 300M
  lv data 32M ext4 /srv/data
  lv more 32M ext4
  lv disk 48M mbr
    p1 10M ext4
    p2 10M ext4
    p3 rest ext4`;

/** The call of a hook, its exit status, and what it must say. */
type Case = readonly [name: string, status: number, ...said: RegExp[]];

function expectAnswers(run: LabRun, cases: readonly Case[]): void {
  for (const [name, status, ...due] of cases) {
    const call = run.call(name);
    const said = call.stdout + call.stderr;
    for (const text of due) expect(said, `of ${name}`).toMatch(text);
    expect(said, `of ${name}`).not.toContain('bug');
    expect(call.status, `${name}: ${said}`).toBe(status);
  }
  expect(run).toMatchObject({ status: 0, stdout: '' });
}

describeLab('a configuration that can not be trusted or understood', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/bad-host.bash', { world, timeoutMs: 200_000 });
  });

  test('is refused with the file, the reason and the command that repairs it, and nothing is touched', () => {
    const file = String.raw`/etc/holdstill/holdstill\.yaml`;
    expectAnswers(run, [
      ['group-file', 2, new RegExp(`${file} is writable by its group`), new RegExp(`chmod go-w ${file}`)],
      ['world-file', 2, new RegExp(`${file} is writable by everybody`), /chmod go-w/],
      ['world-directory', 2, /\/etc\/holdstill is writable by everybody/, /chmod go-w \/etc\/holdstill/],
      ['owner', 2, /belongs to user 1000, not to root/, /chown root/],
      ['unknown-key', 2, new RegExp(`${file}:5:\\d+: tasks.u.sise: unknown key, did you mean "size"\\?`)],
      ['duplicate-key', 2, new RegExp(`${file}:5:1: duplicate key "tasks"`)],
      ['directory', 2, /is not a regular file/],
      ['dangling', 2, new RegExp(`${file} can't be read \\(no such file or directory\\)`)],
      ['fifo', 2, /is not a regular file/],
      ['missing', 2, new RegExp(`there is no ${file}`), /it needs at least/],
      ['no-directory', 2, new RegExp(`there is no ${file}`)],
      ['nobody', 2, /can't be read|has no access to/],
    ]);
  });

  test('is reported to sesam by STATUS:ERROR and to Bacula by a status', () => {
    expectAnswers(run, [
      ['sesam-group', 1, /\nSTATUS:ERROR \{[^}]*writable by its group[^}]*chmod go-w [^}]*\}\n$|^STATUS:ERROR/],
      ['sesam-missing', 1, /^STATUS:ERROR \{there is no /],
      ['bacula-group', 2, /ERROR: .*writable by its group/],
      ['bacula-missing', 2, /ERROR: there is no /],
    ]);
  });

  test('spoils only the task that is wrong, and never keeps a task from being closed', () => {
    expectAnswers(run, [
      ['other-task', 0],
      ['close', 0, /not open, nothing to close/],
      ['missing-post', 2, /there is no/],
    ]);
  });

  test('is not asked by somebody who is not root', () => {
    expectAnswers(run, [
      ['nobody-reads', 1, /permission denied/, /must run as root/],
      ['nobody-posts', 1, /permission denied/, /must run as root/],
      ['nobody-status', 1, /root/],
    ]);
  });
});

describeLab('a host on which something is missing or full', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/bad-host-without.bash', { world, timeoutMs: 200_000 });
  });

  test('lvm2: the package is named; what post had to leave is named, and the next post judges and removes it', () => {
    expectAnswers(run, [
      ['no-lvm', 1, /lvm is not installed/, /apt-get install lvm2/],
      ['no-lvm-sesam', 1, /\nSTATUS:ERROR \{lvm is not installed .*apt-get install lvm2\}\n$/],
      [
        'no-lvm-post',
        5,
        /could not be checked: lvm is not installed/,
        /left .*snapshot vg0\/hs\.\w+\.data: lvm is not/,
      ],
      ['lvm-back', 0, /verdict +good/, /nothing is left/],
      ['no-dmsetup', 1, /dmsetup is not installed/, /apt-get install dmsetup/, /left +nothing of holdstill/],
    ]);
  });

  test('the disk of the journals: nothing is taken, or all of it undone', () => {
    expectAnswers(run, [
      [
        'state-ro',
        1,
        /read-only file system; .*ReadWritePaths=\/var\/lib\/holdstill \/run\/holdstill \/var\/log\/holdstill/,
      ],
      ['state-ro-post', 0, /not open/],
      ['no-inode', 1, /ENOSPC|no space left/],
      ['state-full-0', 1, /ENOSPC|no space left/, /check the free space/],
      ['state-full-1', 1, /ENOSPC|no space left/, /left +nothing of holdstill/],
      ['full-post', 0, /verdict +good/, /nothing is left/],
    ]);
    for (const name of ['left-0', 'left-1', 'left-post']) expect(run.files(name)).toBe('filler\n');
  });

  test('the disk of the log: the hooks work anyway', () => {
    const names = ['log-full', 'log-full-post', 'log-file', 'log-file-post', 'log-dir', 'log-dir-post'];
    expectAnswers(
      run,
      names.map((name) => [name, 0, /ready|verdict +good/]),
    );
  });
});
