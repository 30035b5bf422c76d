import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Command, Limits } from '../../src/system/command.ts';
import { createExec } from '../../src/system/exec.ts';
import { CHANGING_TOOLS } from '../../src/system/kernel/processes.ts';
import { createLeanExec } from '../../src/system/lean.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-exec.'));
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
// The threads that these tests run in have no umask of their own.
vi.spyOn(process, 'umask').mockReturnValue(0o022);
const patient = { commandMs: () => 10_000, graceMs: () => 1000 };

describe.each([
  { by: 'execa', create: createExec },
  { by: 'nothing but Node.js', create: createLeanExec },
])('commands by $by', ({ by, create }) => {
  const run = <T>(command: Command<T>, limits: Limits = patient): Promise<T> =>
    create(quiet, limits, '=test').run(command);
  const file = (name: string): string => join(directory, `${name} by ${by}`);

  /** Kills itself when it is started for the first time, as a signal to our group would; then it answers. */
  const killedOnce = (name: string, mutates: boolean): Command<string> =>
    shell(`[ -e "$0" ] && exec echo again; : >"$0"; kill -TERM $$`, file(name), { mutates });

  test('one that only looks is started once more when a signal ended it', async () => {
    expect(await run(killedOnce('looks', false))).toBe('again\n');
  });

  test('one that changes something is not', async () => {
    vi.spyOn(CHANGING_TOOLS, 'includes').mockReturnValueOnce(true);
    await expect(run(killedOnce('changes', true))).rejects.toMatchObject({ code: 'tool.failed' });
    expect(existsSync(file('changes'))).toBe(true);
  });

  test('a tool that nobody waits for after a hook was killed may change nothing', async () => {
    await expect(run(killedOnce('unknown', true))).rejects.toThrow('sh is not one of CHANGING_TOOLS');
    expect(existsSync(file('unknown'))).toBe(false);
  });

  test('one that changes something and does not end in time is asked to end, and never killed', async () => {
    vi.spyOn(CHANGING_TOOLS, 'includes').mockReturnValueOnce(true);
    const stubborn = shell(
      `trap ': >"$0.asked"' TERM; for n in 1 2 3 4 5 6; do sleep 1; done; : >"$0"`,
      file('stubborn'),
      {
        mutates: true,
      },
    );
    const limits = { commandMs: () => 300, graceMs: () => 300 };
    await expect(run(stubborn, limits)).rejects.toMatchObject({ code: 'tool.timeout' });
    await vi.waitUntil(() => existsSync(file('stubborn')), { timeout: 9000, interval: 200 });
    expect(existsSync(`${file('stubborn')}.asked`)).toBe(true);
  }, 15_000);

  test('one that only looks is killed', async () => {
    const began = performance.now();
    const limits = { commandMs: () => 300, graceMs: () => 300 };
    const late = run(shell(`trap '' TERM; sleep 9`, ''), limits);
    await expect(late).rejects.toMatchObject({ code: 'tool.timeout', message: 'sh did not end within 0.3 s' });
    expect(performance.now() - began).toBeLessThan(3000);
  });

  test('its environment and directory are ours, and its input is what it is given, or a descriptor, or nothing', async () => {
    expect(await run(shell('env | grep -v ^_= | sort; pwd; cat', ''))).toBe(
      'HOLDSTILL_TASK==test\nLC_ALL=C\nLVM_SUPPRESS_FD_WARNINGS=1\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n',
    );
    expect(await run(shell('cat', '', { input: 'given \u00e9\n' }))).toBe('given \u00e9\n');
    // Whoever reads nothing does no harm.
    expect(await run(shell('exec <&-; sleep 0.1; echo done', '', { input: 'x'.repeat(1e6) }))).toBe('done\n');
    writeFileSync(file('input'), 'of a file');
    const fd = openSync(file('input'), 'r');
    expect(await run(shell('cat', '', { fd, input: 'for the log' }))).toBe('of a file');
    closeSync(fd);
  });

  test('what goes wrong is said', async () => {
    const failing = run(shell('echo said; echo why >&2; exit 3', ''));
    await expect(failing).rejects.toMatchObject({ message: 'sh failed with status 3', detail: ['why'] });
    const missing = run({ ...shell('', ''), tool: 'no-such-tool' });
    await expect(missing).rejects.toMatchObject({ code: 'tool.missing' });
  });
});

test('one that prints without end is ended', async () => {
  // Not by execa (9.6.1): it takes 10 s to read so much.
  const endless = createLeanExec(quiet, patient, '=test').run(shell('exec cat /dev/zero', ''));
  await expect(endless).rejects.toThrow('sh printed more than 16777216 bytes');
});

function shell(script: string, zero: string, more: Partial<Command<string>> = {}): Command<string> {
  return {
    tool: 'sh',
    argv: ['-c', script, zero],
    mutates: false,
    statuses: [0],
    parse: ({ stdout }) => stdout,
    ...more,
  };
}
