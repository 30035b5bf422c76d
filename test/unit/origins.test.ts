import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Provider } from '../../src/core/ports/provider.ts';
import type { Source } from '../../src/core/model/task.ts';
import { createFile } from '../../src/providers/file.ts';
import { createLvm } from '../../src/providers/lvm.ts';
import type { LvUsers } from '../../src/providers/lvm/remove.ts';
import type { Command, Exec } from '../../src/system/command.ts';

const INODE = { inode: '12', born: '7', bytes: 8192, usedBytes: 4096 };

/** Answers as a host on which no file system can share blocks, with the LVs of a recorded report. */
const exec = {
  patienceMs: () => 0,
  run: (command: Command<unknown>) => {
    const stdout = command.argv[0] === 'lvs' ? report : '';
    return Promise.resolve(command.parse({ status: command.statuses[0] ?? 0, stdout, stderr: '' }));
  },
  ask: (question: string) => Promise.resolve(answers[question]),
} as unknown as Exec;

const report = fs.readFileSync(new URL('../fixtures/lvs-2.03.16.report.txt', import.meta.url), 'utf8');

const answers: Readonly<Record<string, unknown>> = {
  findImages: {
    images: [{ file: '/srv/a.img', standing: {}, inode: INODE, directory: { inode: '2', born: '1' }, parts: [] }],
    leftOut: [],
  },
  freeIn: { dev: 1, bytes: 1_000_000 },
};

const nobody = {} as LvUsers;

describe('a copied origin is the same origin', () => {
  test.each([
    [
      'an image that can only be copied',
      () =>
        createFile(
          exec,
          () => undefined,
          () => undefined,
        ),
      { kind: 'file', glob: '/srv/a.img', copy: true },
      'a copy, 4.0 KiB',
    ],
    [
      'a logical volume',
      () => createLvm(exec, nobody),
      { kind: 'lv', vg: 'system', lv: 'disk' },
      /^room for 64\.0 MiB of changes/,
    ],
  ] satisfies [string, () => Provider, Source, string | RegExp][])('%s', async (_, create, source, note) => {
    const names = { task: 't', run: '0a1b2c3d' };
    const provider = create();
    const { origins = [] } = (await provider.resolve(source)) ?? {};
    const copies = JSON.parse(JSON.stringify(origins)) as typeof origins;
    const size = { kind: 'percent', percent: 50 } as const;
    const planned = await provider.plan(origins, size, names);
    // Also by one that never saw what was found.
    for (const other of [provider, create()]) {
      const again = await other.plan(copies, size, names);
      expect(withoutTime(again)).toEqual(withoutTime(planned));
      expect(again[0]?.note).toMatch(note);
      expect(other.commands?.(again)).toEqual(provider.commands?.(planned));
    }
  });
});

/** As they are on the disk; `since` is the time of the plan. */
function withoutTime(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, field: unknown) => (key === 'since' ? undefined : field)) as unknown;
}
