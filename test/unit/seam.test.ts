import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../hooks/build/bundle.ts';
import { deferring, makeParts, partsOf } from '../../hooks/build/parts.ts';

const FAULT = JSON.stringify(join(import.meta.dirname, '../../src/core/model/fault.ts'));

/* Each part of an executable has its own copy of the class. */
const PART = `import { Fault, isFault } from ${FAULT};
export function fail(): never {
  throw new Fault('task.busy', 'thrown inside', { hint: 'wait' });
}
export function told(action: () => void): string {
  try {
    action();
    return 'nothing was thrown';
  } catch (error) {
    return isFault(error) ? \`\${error.code}, \${error.exitStatus}: \${error.message}; \${error.hint}\` : 'a bug';
  }
}
export async function deeper(): Promise<never> {
  return (await import('./deep.ts')).fail();
}
`;
const EAGER = `import { Fault, isFault } from ${FAULT};
async function main(): Promise<void> {
  const { fail, told, deeper } = await import('./part.ts');
  const said: string[] = [told(() => { throw new Fault('task.busy', 'thrown outside', { hint: 'wait' }); })];
  for (const action of [fail, deeper]) {
    try {
      await action();
    } catch (error) {
      said.push(isFault(error) ? \`\${error.code}, \${error.exitStatus}: \${error.message}; \${error.hint}\` : 'a bug');
      said.push(/^ +at (?:\\w+\\.|async )?(fail|deeper) \\(.*:\\d+:\\d+\\)$/m.exec((error as Error).stack ?? '')?.[1] ?? 'no name');
    }
  }
  said.push(told(() => { throw new TypeError('x'); }));
  process.stdout.write(JSON.stringify(said));
}
void main();
`;

let directory: string;
let executable: string;
let names: readonly string[];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdstill-seam-'));
  executable = join(directory, 'executable');
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const entry = write('eager.ts', EAGER);
  const inside = PART.replace(/export async function deeper[^]*/, '').replace('inside', 'deep inside');
  const all = await makeParts({
    deep: write('deep.ts', inside),
    part: write('part.ts', PART),
    idle: write('idle.ts', inside),
  });
  const eager = await bundle(entry, [deferring(all)]);
  const parts = partsOf(eager.metafile, all);
  names = parts.map(({ name }) => name);
  writeFileSync(executable, [eager.code, ...parts.map(({ block }) => block)].join(''));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('an executable holds the deferred parts that it loads, and those that they load', () => {
  expect(names).toEqual(['deep', 'part']);
});

test('a Fault is one on the other side of a deferred part, in each direction, and names what threw it', () => {
  expect(JSON.parse(run())).toEqual([
    'task.busy, 4: thrown outside; wait',
    'task.busy, 4: thrown inside; wait',
    'fail',
    'task.busy, 4: thrown deep inside; wait',
    'fail',
    'a bug',
  ]);
});

function run(): string {
  const { stdout, stderr } = spawnSync(process.execPath, [executable], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}
