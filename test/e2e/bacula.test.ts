import { expect, test } from 'vitest';
import type { BaculaJob } from '../lab/bacula.ts';
import { describeLab } from '../lab/describe.ts';
import type { LabOptions, LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const NAME = 'in.zekjur.net';
/** The article's host: guests with and without partitions, all writing, and volumes that are no business of the job's. */
const HOST = `vg in.zekjur.net 2G
  lv root 32M ext4
  lv domu-infra 128M mbr
    p1 32256B+80M ext3 writer
    p5 logical swap
  lv domu-web 160M gpt
    p1 64M ext4 writer
    p2 rest xfs writer
  lv domu-plain 64M ext4 writer
  lv domu-scratch 32M ext4`;
const GUESTS = ['domu-infra/p1', 'domu-web/p1', 'domu-web/p2', 'domu-plain'];
const TASK = `{each: {lv: in.zekjur.net/domu-*, exclude: [domu-scratch]}}`;

/** One guest that is quick to make; a snapshot of 8 MiB overflows when 20 MiB are written. */
const SMALL_HOST = `vg in.zekjur.net 300M
  lv domu-plain 64M ext4 /srv/plain`;

/** A job as the README writes it. */
const job = (name: string, more: Partial<BaculaJob> = {}): BaculaJob => ({
  name,
  before: '/opt/holdstill/run-before "%n" --job=%i --level=%l',
  after: '/opt/holdstill/run-after "%n" --job=%i "--status=%e"',
  files: [`/run/holdstill/${name}`],
  ...more,
});

/** A second script of a job that runs once our hook has opened the task, on the client and before the data. */
const then = (command: string): Partial<BaculaJob> => ({
  more: `RunScript { RunsWhen = Before; RunsOnClient = yes; FailJobOnError = yes; Command = "${command}" }`,
});

/** Run a script beside a Bacula, with these tasks. */
function inBaculaLab(file: string, tasks: Readonly<Record<string, string>>, options: LabOptions): Promise<LabRun> {
  const lines = Object.entries(tasks).map(([name, task]) => `${name}: ${task}`);
  return scenario(file, { timeoutMs: 240_000, values: { NAME, GUESTS, TASKS: lines }, ...options });
}

describeLab("Stapelberg's article, with a real Bacula", () => {
  test('the job saves the instant of the snapshots of all guests, and nothing is left', async () => {
    const run = await inBaculaLab('test/e2e/bacula-saves.bash', { [NAME]: TASK }, { world: HOST, bacula: [job(NAME)] });
    expect(run.stderr).toBe('');
    expect(run.stdout.split('\n')).toEqual([
      'T',
      'T',
      ...GUESTS.map((guest) => `static tree of ${guest} is whole`),
      '. ./domu-infra ./domu-infra/p1 ./domu-plain ./domu-web ./domu-web/p1 ./domu-web/p2 ',
    ]);
    expect(run.files('after')).toBe(run.files('before'));
    const { stdout: log } = run.call('log');
    const ours = log.split('\n').filter((line) => /Client(Before|After)Job: /.test(line));
    expect(ours.join('\n')).toMatch(/pre {2}in\.zekjur\.net[^]*ready[^]*post in\.zekjur\.net[^]*verdict +good: 3 snap/);
    expect(ours.join('\n')).toMatch(/skipped +in\.zekjur\.net\/domu-infra\/p5: swap/);
    expect(ours.filter((line) => line.includes('ClientBeforeJob: ')).length).toBeLessThanOrEqual(15);
    expect(log).toMatch(/Termination: +Backup OK\n/);
  });

  test('a canceled job and failed ones leave nothing', async () => {
    const run = await inBaculaLab(
      'test/e2e/bacula-fails.bash',
      { [NAME]: TASK, full: `{each: {lv: in.zekjur.net/*}, size: full}`, failing: TASK },
      {
        world: HOST,
        bacula: [job(NAME, { bandwidth: '300 kb/s' }), job('full'), job('failing', then('/bin/false'))],
      },
    );
    expect(run.stdout).toMatch(/^1 f\n4\n2 A\n3 f\n4\n$/);
    expect(run.call('log1').stdout).toMatch(/ClientBeforeJob: ERROR: in\.zekjur\.net: \d snapshots need .*are free/);
    expect(run.files('after-full')).toBe(run.files('before-full'));
    for (const name of ['cancel', 'failing', 'storage']) expect(run.files(`after-${name}`)).toBe(run.files('before'));
    expect(run.call('log3').stdout).toMatch(/ClientAfterJob: +verdict +good/);
  });

  test('what a killed file daemon left is cleared by the next run of the job', async () => {
    const run = await inBaculaLab(
      'test/e2e/bacula-killed.bash',
      { [NAME]: TASK },
      { world: HOST, bacula: [job(NAME, { bandwidth: '1000 kb/s', more: 'Maximum Concurrent Jobs = 2' })] },
    );
    expect(run.stdout).toBe('3\n2 T\n');
    expect(run.call('status').stdout).toContain('held');
    expect(run.call('log').stdout).toMatch(/ClientBeforeJob: +cleared +what run [0-9a-f]+ left/);
    expect(run.call('log').stdout).toMatch(/ClientAfterJob: +verdict +good/);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('an overflow fails the job, a leftover only warns, and recover removes it', async () => {
    const run = await inBaculaLab(
      'test/e2e/bacula-leftover.bash',
      { overflow: '{lv: in.zekjur.net/domu-plain, size: 8M}', held: '/srv/plain' },
      { world: SMALL_HOST, bacula: [job('overflow', then('/opt/overflow')), job('held', then('/opt/hold'))] },
    );
    expect(run.stdout).toMatch(/^1 [Ef]\n2 T\n$/);
    expect(run.call('log1').stdout).toMatch(
      /ClientAfterJob: ERROR: THIS BACKUP MAY BE BAD: in\.zekjur\.net\/domu-plain/,
    );
    expect(run.files('after-overflow')).toBe(run.files('before'));
    expect(run.call('log2').stdout).toMatch(
      /ClientAfterJob: WARNING: left on this machine: .*; type: holdstill recover/,
    );
    expect(run.call('log2').stdout).toMatch(/ClientAfterJob: .*in use by sleep \(\d+\)/);
    expect(run.call('stays').status).toBe(0);
    expect(run.call('busy')).toMatchObject({ status: 4, stderr: expect.stringMatching(/sleep \(\d+\)/) as string });
    expect(run.call('busy-run').status).toBe(4);
    expect(run.call('busy-run').stdout).toMatch(/^ERROR: .* still in use by sleep \(\d+\)/m);
    expect(run.call('recover').status).toBe(0);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('a snapshot that dmeventd unmounts in mid-backup fails the job', async () => {
    const run = await inBaculaLab(
      'test/e2e/bacula-unmounted.bash',
      { unmounted: '{lv: in.zekjur.net/domu-plain, size: 8M}' },
      {
        world: SMALL_HOST,
        bacula: [
          job('unmounted', { more: `${then('/opt/monitor').more ?? ''}\n  ${then('/opt/overflow').more ?? ''}` }),
        ],
      },
    );
    expect(run.stdout).toMatch(/^1 [Ef]\n/);
    const { stdout: log } = run.call('log');
    // The directory, and the one file that lies in it now.
    expect(log).toMatch(/FD Files Written: +2\n/);
    expect(log).toMatch(
      /ClientAfterJob: ERROR: THIS BACKUP MAY BE BAD: in\.zekjur\.net\/domu-plain: snapshot overflowed/,
    );
    expect(log).toMatch(/ClientAfterJob: +verdict +BAD: .* its mount at \/run\/holdstill\/unmounted went away/);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('the same job is answered as before, another one is not, and no value shifts the arguments', async () => {
    const run = await inBaculaLab(
      'test/e2e/bacula-calls.bash',
      { job: '/srv/plain', warned: '/srv/plain' },
      {
        world: SMALL_HOST,
        // Nothing in quotes, and a status of four words: one of the files is not there.
        bacula: [
          job('warned', {
            before: '/opt/holdstill/run-before %n --job=%i --level=%l',
            after: '/opt/holdstill/run-after %n --job=%i --status=%e',
            files: ['/run/holdstill/warned', '/nowhere'],
          }),
        ],
      },
    );
    const statuses = ['first', 'second', 'again', 'other', 'other-free', 'post', 'post-again', 'blank', 'none'];
    expect(statuses.map((name) => run.call(name).status)).toEqual([0, 0, 0, 4, 0, 0, 0, 2, 2]);
    expect(run.stdout).toBe('/run/holdstill/job/later\n1 T\n');
    expect(run.call('second').stdout).toMatch(/^ {2}ready .*already open: back up \/run\/holdstill\/job$/m);
    expect(run.call('other').stdout).toMatch(/^ERROR: run [0-9a-f]+ of this task .* is still in use by sleep \(\d+\)/m);
    expect(run.call('post').stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.call('log').stdout).toContain('Backup OK -- with warnings');
    expect(run.call('log').stdout).toMatch(/ClientAfterJob: +verdict +good/);
    expect(run.files('after')).toBe(run.files('before'));
    expect(run.files('after-warned')).toBe(run.files('before'));
  });
});
