import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { Command } from '../../src/system/command.ts';
import { createExec } from '../../src/system/exec.ts';
import { CHANGING_TOOLS } from '../../src/system/kernel/processes.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-exec.'));
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
// The threads that these tests run in have no umask of their own.
vi.spyOn(process, 'umask').mockReturnValue(0o022);
const exec = createExec(quiet, { commandMs: () => 10_000, graceMs: () => 1000 }, '=test');

/** Kills itself when it is started for the first time, as a signal to our group would; then it answers. */
function killedOnce(name: string, mutates: boolean): Command<string> {
  const file = join(directory, name);
  return {
    tool: 'sh',
    argv: ['-c', `[ -e "$0" ] && exec echo again; : >"$0"; kill -TERM $$`, file],
    mutates,
    statuses: [0],
    parse: ({ stdout }) => stdout,
  };
}

test('a command that only looks is started once more when a signal ended it', async () => {
  expect(await exec.run(killedOnce('looks', false))).toBe('again\n');
});

test('a command that changes something is not', async () => {
  vi.spyOn(CHANGING_TOOLS, 'includes').mockReturnValueOnce(true);
  await expect(exec.run(killedOnce('changes', true))).rejects.toMatchObject({ code: 'tool.failed' });
  expect(existsSync(join(directory, 'changes'))).toBe(true);
});

test('a tool that nobody waits for after a hook was killed may change nothing', async () => {
  await expect(exec.run(killedOnce('unknown', true))).rejects.toThrow('sh is not one of CHANGING_TOOLS');
  expect(existsSync(join(directory, 'unknown'))).toBe(false);
});
