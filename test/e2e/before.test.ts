import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const dist = path.join(import.meta.dirname, '../../dist');
const script = path.join(import.meta.dirname, 'before.sh');
const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;
if (process.env['CI'] && !namespaces) throw new Error('CI is set, and some of these tests would be skipped');
if (!namespaces) process.stderr.write('before: skipped, `unshare -rm` is not allowed here\n');

interface Answer {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly ms: number;
}

/**
 * A hook for SEP sesam with the admin's own script, /etc/own; `more` is done before. Nothing of this host is seen or
 * changed. (The client is not there: who calls is a shell.)
 */
function hook(name: string, own: string, { more = '', settings = '', call = 'Backup_other F' } = {}): Answer {
  const key = name === 'sbc_pre' ? 'before' : 'after';
  const began = performance.now();
  const input = `#!/bin/sh\n${own}\n`;
  const env = { PATH: '/usr/bin:/bin' };
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-rm', '/bin/sh', script, `${dist}/sesam/${name}`, key, settings, more, call],
    {
      input,
      env,
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  expect(stderr).toBe('');
  return { status, lines: stdout.split('\n').slice(0, -1), ms: performance.now() - began };
}

const results = ({ lines }: Answer): readonly string[] => lines.filter((line) => line.startsWith('STATUS'));

describe.skipIf(!namespaces)('the script that had been in the place of a hook for SEP sesam', () => {
  test.each(['sbc_pre', 'sbc_post'])('of %s is called for all tasks, with what the client gave', (name) => {
    const said = hook(name, 'echo "$# $1 $2 $WORD $(pwd) $(umask)"; ls /proc/self/fd | wc -l; cat; echo STATUS:OK', {
      call: "'two  words' F 3>/run/x",
    });
    expect(said.status).toBe(0);
    expect(said.lines.join('\n')).toMatch(/2 two {2}words F of the client \/run 0022\n4\n/);
    expect(results(said)).toEqual(['STATUS:OK']);
    expect(said.lines.at(-1)).toBe('STATUS:OK');
    const none = said.lines.findIndex((line) => line.includes('no task'));
    const own = said.lines.indexOf('4');
    expect(name === 'sbc_pre' ? none - own : own - none).toBeGreaterThan(0);
  });

  test.each(['sbc_pre', 'sbc_post'])(
    'of %s fails it where it says so, and nothing it prints can forge a result',
    (name) => {
      const said = hook(name, String.raw`printf 'STATUS:ERROR {no {space}}\nSTATUS:OK\nmore \033[31m\n' >&2`);
      expect(said.status).toBe(1);
      expect(results(said)).toEqual(['STATUS:ERROR {/etc/own: no (space)}']);
      expect(said.lines).toContain(String.raw`more \x1b[31m`);
    },
  );

  test('fails it before anything is opened, and else the opening says what is wrong', () => {
    const failed = hook('sbc_pre', 'echo STATUS:ERROR {first}', { call: 't' });
    expect(results(failed)).toEqual(['STATUS:ERROR {/etc/own: first}']);
    expect(failed.lines.join('\n')).not.toContain('/no/such');
    const opened = hook('sbc_pre', 'echo STATUS:OK', { call: 't' });
    expect(results(opened)).toEqual([expect.stringMatching(/^STATUS:ERROR \{.*\/no\/such|lvm/)]);
  });

  test('is not called for a name that is nearly that of a task', () => {
    const said = hook('sbc_pre', 'echo called; echo STATUS:OK', { call: 'T' });
    expect(said.lines.join('\n')).toMatch(/^STATUS:ERROR \{there is no task "T", but there is "t"/);
  });

  test('that hangs is ended in half of the time of the task, with all that it has started', () => {
    const said = hook('sbc_pre', 'trap "" TERM; sleep 3600 & echo $! >/run/pid; wait; sleep 3600', { call: 't' });
    expect(results(said)).toEqual(['STATUS:ERROR {/etc/own: did not end within 3 s}']);
    expect(said.ms).toBeLessThan(20_000);
  });

  test('may leave something in the background that keeps its output', () => {
    const said = hook('sbc_pre', 'sleep 30 & echo STATUS:OK');
    expect(results(said)).toEqual(['STATUS:OK']);
    expect(said.ms).toBeLessThan(20_000);
  });

  test.each([
    ['that says nothing and ends with a status', 'exit 3', '', /\/etc\/own: ended with exit status 3/],
    [
      'that others can change',
      ':',
      '/bin/chmod 777 /etc/own',
      /\/etc\/own is writable by everybody.*chmod go-w \/etc\/own/,
    ],
    ['that is not there', ':', '/bin/rm /etc/own', /\/etc\/own can't be found.*look at sesam\.before/],
    [
      'that can not be started',
      ':',
      '/bin/chmod 644 /etc/own',
      /\/etc\/own is not a program that root can run; look at it with: ls -l/,
    ],
    ['without an interpreter', ':', 'echo "#!/no/such" >/etc/own', /\/etc\/own can't be started: /],
    [
      'that is the hook itself',
      ':',
      `/bin/cp ${dist}/sesam/sbc_pre /etc/own`,
      /\/etc\/own: .*is this hook itself, or calls it/,
    ],
    ['that is a directory', ':', '/bin/rm /etc/own; /bin/mkdir /etc/own', /\/etc\/own is not a regular file/],
  ])('%s fails the job', (_, own, more, text) => {
    const said = hook('sbc_pre', own, { more });
    expect(said.status).toBe(1);
    expect(results(said)).toEqual([expect.stringMatching(text)]);
    expect(results(said)[0]).toMatch(/^STATUS:ERROR \{/);
  });

  test('that is not written as a path fails the job, and is not passed over', () => {
    const said = hook('sbc_pre', ':', {
      more: `echo 'version: 1\nsesam: {before: [x]}' >/etc/holdstill/holdstill.yaml`,
    });
    expect(results(said)).toEqual([expect.stringMatching(/sesam\.before must be the absolute path of a program/)]);
  });

  test('prints as much as it likes, and what is beyond a hundred lines is counted', () => {
    const said = hook('sbc_post', 'seq 250; echo STATUS:OK');
    expect(said.lines).toContain('(and 150 lines more)');
    expect(said.lines.length).toBeLessThan(110);
    expect(results(said)).toEqual(['STATUS:OK']);
  });
});
