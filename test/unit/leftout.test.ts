import { expect, test } from 'vitest';
import { parseSelector, withoutExcluded } from '../../src/core/model/selection.ts';
import { notSaved, shortcoming, type Layout } from '../../src/core/run/layout.ts';
import type { LeftOut, Origin } from '../../src/core/model/snapshot.ts';
import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import type { Task } from '../../src/core/model/task.ts';

const lost = (label: string): LeftOut => ({ label, reason: 'is a file system of its own', harmless: false });

const task = (skip: Task['skip'], ...exclude: readonly string[]): Task => ({
  name: 't',
  source: { kind: 'path', path: '/srv/data' },
  mount: undefined,
  size: { kind: 'auto' },
  choice: { partitions: [], exclude: exclude.flatMap((one) => parseSelector(one) ?? []) },
  skip,
  trust: 'host',
  keys: [],
  check: false,
  autoextend: true,
  quiescing: UNTOUCHED,
  timeoutMs: 600_000,
});
const origin = { provider: 'lvm', label: 'vg0/data' } as Origin;
const layout = { mounts: [{ origin: 0, label: 'vg0/data' }], skipped: [], bases: [], missing: [] } as unknown as Layout;

function failure(one: Task, ...labels: readonly string[]): string | undefined {
  const fault = shortcoming(one, [origin], layout, withoutExcluded(labels.map(lost), one.choice));
  return fault && `${fault.message}; ${fault.hint}`;
}

test('what is mounted below a path fails a strict task, with the task to write for it', () => {
  expect(failure(task('error'), '/srv/data/db')).toBe(
    '/srv/data/db: is a file system of its own; ' +
      'give it a task of its own (path: /srv/data/db), and add here: exclude: [/srv/data/db]',
  );
  expect(failure(task('warn'), '/srv/data/db')).toBeUndefined();
});

test('what exclude names is left out on purpose, with what is below it', () => {
  const strict = task('error', '/srv/data/db', '/srv/data/*/cache');
  expect(failure(strict, '/srv/data/db', '/srv/data/db/log', '/srv/data/web/cache')).toBeUndefined();
  expect(failure(strict, '/srv/data/db2')).toMatch(/^\/srv\/data\/db2: /);
});

test('the job log says what is lost before what is not', () => {
  const all = [lost('/srv/data/db'), lost('/srv/data/web')];
  expect(notSaved(layout, withoutExcluded(all, task('warn', '/srv/data/db').choice))).toEqual([
    '/srv/data/web: is a file system of its own',
    "/srv/data/db: 'exclude' names it",
  ]);
});
