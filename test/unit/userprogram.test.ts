import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { behindLink } from '../../src/foreign/inodes.ts';
import type { Exec } from '../../src/system/command.ts';
import { whyNotRun } from '../../src/system/userprogram.ts';

/** Asks in this process; the tests of the lab have the other one. */
const exec = { ask: async (_: string, about: { file: string }) => behindLink(about) } as unknown as Exec;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'holdstill-programs-'));
  for (const name of ['runs', 'plain']) writeFileSync(path.join(directory, name), '#!/bin/sh\n');
  chmodSync(path.join(directory, 'runs'), 0o755);
  chmodSync(path.join(directory, 'plain'), 0o644);
  mkdirSync(path.join(directory, 'empty'));
  mkdirSync(path.join(directory, 'empty/runs'));
  symlinkSync('nowhere', path.join(directory, 'link'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  ['runs', undefined],
  ['plain', [126, "DIR/plain is not executable, so it can't be run"]],
  ['empty', [126, "DIR/empty is a directory, so it can't be run"]],
  ['link', [127, 'there is no program DIR/link']],
  ['none', [127, 'there is no program DIR/none']],
  ['plain/none', [127, 'there is no program DIR/plain/none']],
])('by its path: %s', async (name, expected) => {
  const why = await whyNotRun(path.join(directory, name), undefined, exec);
  expect(why && [why.status, why.fault.message.replace(directory, 'DIR')]).toEqual(expected);
});

test.each([
  ['runs', undefined],
  ['plain', [126, "DIR/plain is not executable, so it can't be run"]],
  ['none', [127, 'there is no program none (looked in DIR/empty:DIR)']],
])('by its name: %s', async (name, expected) => {
  const why = await whyNotRun(name, `${directory}/empty:${directory}`, exec);
  expect(why && [why.status, why.fault.message.replaceAll(directory, 'DIR')]).toEqual(expected);
});
