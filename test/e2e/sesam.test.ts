import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { Call } from '../lab/result.ts';
import { scenario } from '../lab/scenario.ts';

const ARTICLE_WORLD = `vg system 3G
  lv xenvm 1200M ext4 writer /srv/xenvm`;
/** Quick to make; a snapshot of 8 MiB overflows when 20 MiB are written. */
const SMALL_WORLD = `vg system 300M
  lv xenvm 64M ext4 /srv/xenvm`;

/** The one line that the SEP client goes by; it must be the last, at column 0, of at most 15, and agree with the status. */
function verdictOf({ stdout, stderr, status }: Call): string {
  const lines = stdout.split('\n').slice(0, -1);
  expect({ stderr, last: lines.filter((line) => line.startsWith('STATUS')) }).toEqual({
    stderr: '',
    last: [lines.at(-1)],
  });
  expect(lines.length).toBeLessThanOrEqual(15);
  expect(stdout.endsWith('\n')).toBe(true);
  const last = lines.at(-1) ?? '';
  expect(last).toMatch(/^STATUS:(OK|ERROR \{[^{}]+\})$/);
  expect(status).toBe(last === 'STATUS:OK' ? 0 : 1);
  return last;
}

describeLab("SEP sesam's article, with an emulation of the SEP client", () => {
  test('the task saves the instant of the snapshot, the guest goes on, and nothing is left', async () => {
    const run = await scenario('test/e2e/sesam.bash', { world: ARTICLE_WORLD });
    expect(verdictOf(run.call('backup-pre'))).toBe('STATUS:OK');
    expect(run.call('backup-saved')).toMatchObject({ status: 0, stderr: '' });
    expect(verdictOf(run.call('backup-post'))).toBe('STATUS:OK');
    expect(run.call('backup-pre').stdout).toMatch(/^ {2}snapshot .*system\/xenvm .*1\.0 GiB/m);
    expect(run.call('backup-post').stdout).toMatch(/^ {2}verdict +good: .* of 1\.0 GiB used$/m);
    expect(run.stdout).toMatch(/^ext4 +ro,nosuid,nodev,noexec,/);
    expect(run.call('write').stderr).toContain('Read-only file system');
    for (const name of ['goes-on', 'instant', 'tree', 'images']) expect(run.call(name)).toMatchObject({ status: 0 });
    expect(run.files('after')).toBe(run.files('before'));
    // Made beforehand by the admin, and gone all the same: a job without sbc_pre must not save an empty directory.
    expect(run.call('point').status).toBe(2);
  });

  test('other tasks pass, and every order of calls is answered well', async () => {
    const run = await scenario('test/e2e/sesam-order.bash', { world: SMALL_WORLD });
    const names = ['other-pre', 'other-post', 'bare-pre', 'bare-post', 'early-post', 'pre1', 'pre2', 'while-open'];
    for (const name of [...names, 'post3']) expect(verdictOf(run.call(name))).toBe('STATUS:OK');
    expect(run.call('pre2').stdout).toMatch(/^ {2}cleared /m);
    // The client calls for all tasks, so nothing says which of the two runs ends; see taken.test.ts.
    for (const name of ['post1', 'post2'])
      expect(verdictOf(run.call(name))).toMatch(/^STATUS:ERROR \{THIS BACKUP MAY BE/);
    expect(run.call('post3').stdout).toContain('not open');
    expect(run.files('after-other')).toBe(run.files('before'));
    expect(run.files('after')).toBe(run.files('before'));
    expect(run.stdout).toBe('1\nlater\n600\n');
    const trace = JSON.parse(run.files('trace')) as Record<string, unknown>;
    expect(trace).toMatchObject({
      product: 'sesam',
      phase: 'open',
      argv: ['/opt/sesam/bin/sesam/sbc_pre', 'SC20240131200000123', 'Backup_other', 'F'],
      cwd: '/opt/sesam/var/work',
      uid: 0,
    });
    expect(trace['environment']).toEqual(expect.arrayContaining(['LANG', 'SM_BIN_SESAM']));
    expect(trace['descriptors']).toEqual(
      expect.arrayContaining(['0 -> /dev/null', expect.stringMatching(/^1 -> pipe:/)]),
    );
    expect(run.files('trace')).not.toContain('de_DE');
  });

  test('an overflowed snapshot fails the job at sbc_post, which names the LV and removes everything', async () => {
    const run = await scenario('test/e2e/sesam-overflow.bash', { world: SMALL_WORLD });
    expect(verdictOf(run.call('full-pre'))).toBe('STATUS:OK');
    expect(verdictOf(run.call('full-post'))).toMatch(
      /^STATUS:ERROR \{THIS BACKUP MAY BE BAD: .*system\/xenvm: .*overflow/,
    );
    expect(run.call('full-post').stdout).toContain('nothing is left');
    expect(run.files('after')).toBe(run.files('before'));
    expect(verdictOf(run.call('next-post'))).toBe('STATUS:OK');
  });

  test('the task may come in the environment, and errors may leave with status 0', async () => {
    const run = await scenario('test/e2e/sesam-environment.bash', { world: SMALL_WORLD });
    expect(run.call('broken').stdout).toMatch(/^STATUS:ERROR \{.*size/m);
    expect(verdictOf(run.call('pre'))).toBe('STATUS:OK');
    expect(run.stdout).toBe('open\n');
    expect(run.call('post')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\nSTATUS:ERROR \{.+\}\n$/) as string,
    });
    expect(run.files('after')).toBe(run.files('before'));
  });
});

describeLab('sbc_pre and sbc_post', () => {
  test('say what is wrong with the configuration, and sbc_post closes without one', async () => {
    const run = await scenario('test/e2e/sesam-configuration.bash', { world: SMALL_WORLD });
    expect(verdictOf(run.call('none-pre'))).toMatch(/^STATUS:ERROR \{.*\/etc\/holdstill/);
    expect(verdictOf(run.call('none-post'))).toMatch(/^STATUS:ERROR \{.*\/etc\/holdstill/);
    expect(verdictOf(run.call('pre'))).toBe('STATUS:OK');
    expect(verdictOf(run.call('broken-pre'))).toMatch(/^STATUS:ERROR \{.*holdstill\.yaml/);
    expect(run.stdout).toBe('still open\n');
    expect(verdictOf(run.call('broken-post'))).toBe('STATUS:OK');
    expect(run.call('broken-post').stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('no name and no text of another tool can forge a line', async () => {
    const run = await scenario('test/e2e/sesam-forged.bash', { world: SMALL_WORLD });
    for (const name of ['newline', 'newline-post', 'named-ok', 'named-ok-post', 'braces', 'braces-post']) {
      expect(verdictOf(run.call(name))).toBe('STATUS:OK');
    }
    expect(verdictOf(run.call('named-error'))).toMatch(/^STATUS:ERROR \{.*no-such/);
    expect(verdictOf(run.call('tool'))).toMatch(/^STATUS:ERROR \{/);
    // Within a line of ours, and at the beginning of none.
    expect(run.call('tool').stdout).toMatch(/[^\n]STATUS:OK/);
    expect(run.call('tool').stdout.match(/^STATUS:/gm)).toHaveLength(1);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('a stopped sbc_pre undoes what it has done, and says so', async () => {
    const run = await scenario('test/e2e/sesam-stopped.bash', { world: SMALL_WORLD });
    expect(verdictOf(run.call('mounting'))).toMatch(/^STATUS:ERROR \{.*stopped by SIGTERM/);
    expect(verdictOf(run.call('looking'))).toMatch(/^STATUS:ERROR \{.*stopped by SIGHUP/);
    expect(run.files('after-mounting')).toBe(run.files('before'));
    expect(run.files('after-looking')).toBe(run.files('before'));
    for (const name of ['post', 'again', 'again-post']) expect(verdictOf(run.call(name))).toBe('STATUS:OK');
  });
});
