import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { isFault, type Fault } from '../../src/core/model/fault.ts';

/** An empty directory for a configuration; who asks for it removes it. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdstill-config-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** Write a file of it, and the directory that the file is in. Gives its path. */
export function writeIn(directory: string, name: string, content: string | Buffer, mode = 0o644): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  chmodSync(dirname(path), 0o755);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** Read it as its own user may. */
export function readFrom(directory: string): Configuration {
  return readConfiguration(directory, { owner: process.getuid?.() ?? 0 });
}

/** The configuration with these files: holdstill.yaml, and others of tasks.d. */
export function configurationOf(
  directory: string,
  main: string | undefined,
  dropIns: Readonly<Record<string, string>> = {},
): Configuration {
  if (main !== undefined) writeIn(directory, 'holdstill.yaml', main);
  for (const [name, content] of Object.entries(dropIns)) writeIn(directory, `tasks.d/${name}`, content);
  return readFrom(directory);
}

export function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error('no fault was thrown');
}

/** What is wrong, a line each, without the directory. */
export function told(directory: string, action: () => unknown): readonly string[] {
  const fault = faultOf(action);
  expect(fault.code).toBe('config.invalid');
  expect(fault.hint).toBe('correct it, then check everything with: holdstill config validate');
  return (fault.detail.length > 0 ? fault.detail : [fault.message]).map((line) => line.replaceAll(`${directory}/`, ''));
}
