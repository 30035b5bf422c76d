import { expect, test } from 'vitest';
import { configReference } from '../../src/config/reference.ts';
import { DropInSchema, jsonSchema, MainSchema } from '../../src/config/schema.ts';
import { DROP_IN_KEYS, MAIN_KEYS } from '../../src/config/toplevel.ts';

test('the quick look at the top knows the keys of the schema', () => {
  expect(MAIN_KEYS).toEqual(Object.keys(MainSchema.shape));
  expect(DROP_IN_KEYS).toEqual(Object.keys(DropInSchema.shape));
});

test('the JSON Schema has every key with its meaning, and exactly one source a task', () => {
  const schema = jsonSchema();
  expect(schema).toMatchObject({ $id: 'urn:holdstill:config:1', title: 'holdstill.yaml', required: ['version'] });
  expect(JSON.stringify(schema)).toContain('"oneOf":[{"required":["lv"]},{"required":["path"]},{"required":["each"]},');
});

test('the reference has a row for every key, and says what each does', () => {
  const rows = configReference().split('\n').slice(2);
  const keys = rows.map((row) => /^\| `([^`]+)` \|/.exec(row)?.[1]);
  const disk = ['copy', 'partitions', 'exclude', 'skip', 'trust', 'keys', 'check'];
  const source = ['lv', 'path', 'each', 'each.lv', 'each.vm', 'each.exclude', 'file', 'subvolume', 'vm'];
  const guest = ['name', 'hypervisor', 'uri', 'disks', 'exclude'].map((key) => `vm.${key}`);
  const command = ['command', 'command.rest', 'command.thaw', 'command.timeout'];
  const server = ['options', 'socket', 'host', 'port', 'user', 'wait'];
  const mariadb = ['mariadb', 'mysql'].flatMap((name) => [name, ...server.map((key) => `${name}.${key}`)]);
  const psql = ['host', 'port', 'user', 'database', 'socket', 'passfile', 'account'].map((key) => `postgresql.${key}`);
  const databases = [...mariadb, 'postgresql', ...psql];
  const means = ['agent', 'pause', 'save', 'save.to', 'save.keep', 'barrier', ...databases, ...command].map(
    (key) => `quiesce.${key}`,
  );
  const other = ['mount', 'size', 'autoextend', 'quiesce', ...means, 'quiesceLimit', 'require', 'timeout'];
  const task = [...source, ...guest, ...disk, ...other];
  const sesam = ['sesam', 'sesam.taskEnv', 'sesam.before', 'sesam.after', 'sesam.exitZero', 'sesam.trace'];
  const jobs = ['bacula', 'generic'].flatMap((name) => [name, `${name}.trace`, `${name}.unknownTask`]);
  const others = [...jobs, 'log', 'log.level'];
  expect(keys).toEqual(['version', 'tasks', ...task.map((key) => `tasks.NAME.${key}`), ...sesam, ...others]);
  for (const row of rows) expect(row).toMatch(/\.( \||`\. \|)$/);
});
