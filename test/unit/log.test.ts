import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import type { Log } from '../../src/core/ports/machine.ts';
import { createLog } from '../../src/report/log.ts';
import { createPlainLog } from '../../src/report/plainlog.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-log-'));
afterAll(() => rmSync(directory, { recursive: true }));

const base = { task: '', phase: 'watch', pid: 7 };

function linesOf(name: string, create: (file: string) => Log): readonly Record<string, unknown>[] {
  const file = join(directory, name);
  const log = create(file);
  log.debug({ argv: ['lvm'] }, 'command');
  log.info({ tasks: ['a', 'ü'] }, 'watching');
  log.warn({ used: 1, nothing: undefined, err: failure }, 'not extended');
  log.error({ err: bug }, 'failed');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const failure = new Fault('tool.failed', 'LVM did not extend it', { detail: ['why'], hint: 'add room' });
const bug = new TypeError('a bug');

describe.skipIf(process.geteuid?.() !== 0)('a log', () => {
  test('has the same lines with pino and without it', () => {
    const ours = linesOf('plain', (file) => createPlainLog(file, base));
    const its = linesOf('pino', (file) => createLog(file, 'info', base).log);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
    expect(ours).toEqual(its.map((line) => ({ ...line, time })));
    expect(its.every((line) => /^\d.*Z$/.test(String(line['time'])))).toBe(true);
    expect(ours.map((line) => Object.keys(line))).toEqual(its.map((line) => Object.keys(line)));
  });

  test('that can not be written fails nobody', () => {
    for (const file of [join(directory, 'no', 'such', 'log'), '/dev/full']) {
      expect(() => createPlainLog(file, base).error({ err: bug }, 'failed')).not.toThrow();
    }
  });
});
