import { expect, test } from 'vitest';
import { describeMeans } from '../../src/config/quiesce/form.ts';
import { describeSource } from '../../src/config/sources/lookup.ts';
import { sources } from '../../src/config/sources/sources.ts';
import { TASK_KEYS } from '../../src/config/taskkeys.ts';
import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import type { Task } from '../../src/core/model/task.ts';
import { configText } from '../../src/report/config.ts';

const task: Omit<Task, 'source'> = {
  name: 't',
  mount: undefined,
  size: { kind: 'percent', percent: 20 },
  choice: { partitions: [{ kind: 'number', number: 1 }], exclude: [{ kind: 'path', glob: '/s/a' }] },
  skip: 'warn',
  trust: 'host',
  keys: ['/k'],
  check: false,
  autoextend: true,
  quiescing: UNTOUCHED,
  timeoutMs: 60_000,
};

const lv = [
  'mount',
  'size',
  'autoextend',
  'partitions',
  'exclude',
  'keys',
  'check',
  'skip',
  'trust',
  'quiesce',
  'require',
  'timeout',
];
test.each<[Task['source'], string, readonly string[]]>([
  [{ kind: 'lv', vg: 'vg', lv: 'a' }, 'lv vg/a', lv],
  [{ kind: 'path', path: '/s' }, 'path /s', lv],
  [{ kind: 'each', vg: 'vg', glob: 'a*', exclude: ['ab', 'ac'] }, 'each lv vg/a* without ab, ac', lv],
  [
    { kind: 'file', glob: '/i/*', copy: true },
    'file /i/*',
    ['mount', 'copy', 'partitions', 'exclude', 'keys', 'check', 'skip', 'trust', 'quiesce', 'require', 'timeout'],
  ],
  [
    { kind: 'subvolume', path: '/s' },
    'subvolume /s',
    ['mount', 'exclude', 'skip', 'trust', 'quiesce', 'require', 'timeout'],
  ],
])('what is shown of %j is what means something for it', (source, first, settings) => {
  const [line, ...rows] = configText([{ ...task, source }], describeSource, describeMeans)
    .trimEnd()
    .split('\n');
  expect(line?.replaceAll(/ +/g, ' ')).toBe(`t ${first}`);
  expect(rows.map((row) => row.trim().split(' ')[0])).toEqual(settings);
});

test.each(sources)('what `$key` says of other keys is said of keys that there are', ({ without, own = {} }) => {
  expect(without.filter((key) => !Object.hasOwn(TASK_KEYS, key))).toEqual([]);
  const others = [...Object.keys(TASK_KEYS), ...sources.map(({ key }) => key)];
  expect(Object.keys(own).filter((key) => others.includes(key))).toEqual([]);
});
