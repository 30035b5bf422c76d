import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = 'vg vg0 100M\n  lv data 32M ext4';

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
}

describeLab('files and directories that others than root could change', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/files-refused.bash', { world, timeoutMs: 200_000 });
  });

  test('are refused before anything is tried, with the path and the command that fixes it', () => {
    const open = /\/var\/lib\/holdstill is writable by everybody \(mode 0777\).*chmod go-w \/var\/lib\/holdstill/s;
    expectAnswers(run, [
      ['state-world', 2, open],
      [
        'state-sesam',
        1,
        /\nSTATUS:ERROR \{\/var\/lib\/holdstill is writable by .*chmod go-w \/var\/lib\/holdstill\}\n$/,
      ],
      ['state-bacula', 2, /\nERROR: \/var\/lib\/holdstill is writable by .*chmod go-w/],
      ['state-status', 2, open],
      ['state-recover', 2, open],
      ['state-plan', 2, open],
      ['state-owner', 2, /\/var\/lib\/holdstill belongs to user 1000, not to root.*chown root \/var\/lib\/holdstill/s],
      ['state-parent', 2, /\/var\/lib is writable by its group \(mode 0775\).*chmod go-w \/var\/lib\n/s],
      ['state-link', 2, /\/var\/lib\/holdstill belongs to user 1000.*chown -h root \/var\/lib\/holdstill/s],
      ['run-group', 2, /\/run\/holdstill is writable by its group.*chmod go-w \/run\/holdstill/s],
    ]);
    expect(run).toMatchObject({ status: 0, stdout: '' });
  });

  test('do not keep a task open: when they are fixed it is closed', () => {
    expectAnswers(run, [
      ['post-refused', 2, /\/var\/lib\/holdstill is writable by its group.*chmod go-w/s],
      ['post-mended', 0, /verdict +good/, /nothing is left/],
    ]);
  });

  test('are not reached through a link, and a pipe holds nobody', () => {
    expectAnswers(run, [
      ['journal-link', 3, /t\.journal is a symbolic link/],
      ['lock-link', 1, /t\.lock can't be made: too many symbolic links/],
      ['lock-fifo', 1, /t\.lock is not a regular file; look at it/],
      ['run-link', 1, /\/run\/holdstill is a symbolic link/],
    ]);
    expect(run.files('srv')).toBe('');
  });

  test('of ours are for root alone, whatever the umask of the caller and whoever made them', () => {
    expectAnswers(run, [
      ['run-open', 0],
      ['umask', 0],
      ['umask-0', 0],
    ]);
    expect(run.files('modes')).toBe(
      '700 /run/holdstill\n700 /run/holdstill\n700 /run/holdstill\n600 /var/lib/holdstill/m.journal\n700 /mnt/t\n',
    );
  });
});

describeLab('the log, the trace and the mount', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/files-log.bash', { world, timeoutMs: 200_000 });
  });

  test('a log that others could change is not written; the hooks work, and say so and how to fix it', () => {
    const cases = (name: string, why: RegExp): Case[] => [
      [`${name}-pre`, 0, /ready/, why],
      [`${name}-post`, 0, /verdict +good/, why],
    ];
    expectAnswers(run, [
      ...cases(
        'log-directory',
        /note +\/var\/log\/holdstill is writable by everybody .*none is written; chmod go-w \/var\/log\/holdstill\n/,
      ),
      ...cases('log-file', /note +\/var\/log\/holdstill\/holdstill\.log is writable by everybody .*chmod go-w/),
      ...cases(
        'log-link',
        /note +\/var\/log\/holdstill\/holdstill\.log is a symbolic link: none is written; find out who owns it, and move it away: ls -l /,
      ),
      ...cases('log-fifo', /note +\/var\/log\/holdstill\/holdstill\.log is not a regular file/),
      ['log-sound-pre', 0],
      ['trace-link', 0, /STATUS:OK/],
    ]);
    expect(run.call('log-sound-pre').stdout).not.toContain('note ');
    expect(run.files('mode')).toBe('600\n');
    expect(run.files('srv')).toBe('');
    expect(run).toMatchObject({ status: 0, stdout: '' });
  });

  test('plan says who else can look into a mount, and what keeps them out', () => {
    expectAnswers(run, [
      [
        'plan-open',
        0,
        /note: other users can look into \/mnt\/t while the task is open;\n  to prevent that, choose a 'mount' below a directory that only root can enter\n/,
      ],
      ['plan-closed', 0],
      ['plan-own', 0],
    ]);
    for (const name of ['plan-closed', 'plan-own']) expect(run.call(name).stdout).not.toContain('note:');
  });

  test('no value of the environment and no word of a command of the user reaches a tool, the log or the trace', () => {
    expectAnswers(run, [
      ['traced', 0, /STATUS:OK/],
      ['ran', 0, /^s3cr3t s3cr3t-argument\n/],
      ['failed', 127],
      ['tool-failed', 0],
      ['closed', 0],
    ]);
    expect(Number(run.files('count'))).toBeGreaterThan(20);
    expect(run.files('traced')).toBe('"SECRET_NAME"\n');
  });
});
