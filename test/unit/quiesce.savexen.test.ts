import fs from 'node:fs';
import { expect, test } from 'vitest';
import type { Guest } from '../../src/core/model/guest.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import { createSave } from '../../src/quiesce/save.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { parseComplaint } from '../../src/system/tools/xlsave.ts';
import { guest, names, UUID } from './quiesced-guest.ts';

// What xl 4.17 printed.
const recorded = (name: string): string =>
  fs.readFileSync(new URL(`../fixtures/xl-4.17.${name}.txt`, import.meta.url), 'utf8');
const states = (letters: string): string =>
  recorded('list-v').replace(/^(infra .*)-b----(.*) \S{36} /mu, `$1${letters}$2 ${UUID} `);
const RUNS = states('-b----');
const PAUSED = states('--p---');
const SUSPENDED = states('---ss-');
const GONE = 'Name\n';

const FILE = '/srv/vm/t.7f3a11c2.memory/infra.vmstate';
const means = { kind: 'save', to: '/srv/vm', keep: false } as const;
const infra = (more: Partial<Guest> = {}): Guest =>
  guest({ name: 'infra', hypervisor: 'xen', uri: undefined, ...more });

/** An xl whose list is one of these after the other, and the last for ever. */
function xl(lists: readonly string[], { saving = '', there = [] as readonly string[] } = {}) {
  const ran: string[] = [];
  const left = [...lists];
  const files = new Set(there);
  const answers: Readonly<Record<string, (file: string, to: string) => unknown>> = {
    freeIn: () => ({ dev: 1, bytes: 1e9 }),
    lookUp: (file) => (files.has(file) ? { kind: 'file' } : undefined),
    renameFile: (file, to) => void [files.delete(file), files.add(to)],
    removeFile: (file) => void files.delete(file),
  };
  const exec = {
    patienceMs: () => 5000,
    ask: async (name: string, { file, to = '' }: { readonly file: string; readonly to?: string }) => {
      if (name.startsWith('re')) ran.push(`${name} ${file.replace(FILE, 'FILE')}`);
      return answers[name]?.(file, to);
    },
    run: async <T>({ tool, argv, parse, within = [] }: Command<T>): Promise<T> => {
      expect(tool).toBe('xl');
      if (argv[0] === 'list') {
        const [next = ''] = left.length > 1 ? left.splice(0, 1) : left;
        return parse({ status: 0, stdout: next, stderr: '' });
      }
      ran.push(argv.join(' ').replace(FILE, 'FILE'));
      if (argv[0] !== 'save') return parse({ status: 0, stdout: '', stderr: '' });
      // It must not die of what nobody listens to any more.
      expect(within.join(' ')).toContain(`trap '' PIPE`);
      if (argv[1] === '-p') files.add(`${FILE}.part`);
      return parse({ status: saving === '' ? 0 : 1, stdout: '', stderr: saving });
    },
  } as Exec;
  return { exec, ran, files };
}

async function cut(lists: readonly string[], { lost = false, saving = '' } = {}) {
  const { exec, ran, files } = xl([RUNS, ...lists], { saving });
  const save = createSave(exec);
  const [rest] = (await save.prepare(means, [infra()], names)).rests;
  const noted: NotedStep = { number: 4, step: rest?.step ?? { kind: '' }, facts: undefined };
  const rested = await save.rest(noted, 60_000).then(
    () => 'rests',
    (error: Error) => error.message,
  );
  if (lost) files.clear();
  const outcomes = await save.handler.undo([noted]);
  const memory: NotedStep = { number: 3, step: rest?.stays ?? { kind: '' }, facts: undefined };
  return { rested, outcomes, early: save.wasEarly(noted), ran, files, memory, lasting: save.lasting?.[0] };
}

const undone = [{ kind: 'undone' }];

test('the memory is saved and leaves the guest paused, and the guest goes on without it', async () => {
  const told = await cut([RUNS, PAUSED, PAUSED]);
  expect(told).toMatchObject({ rested: 'rests', outcomes: undone, early: false });
  expect(told.ran).toEqual(['save -p 1 FILE.part', 'renameFile FILE.part', 'unpause 1']);
  expect([...told.files]).toEqual([FILE]);
  expect(await told.lasting?.undo([told.memory])).toEqual(undone);
  expect([...told.files]).toEqual([]);
});

test('a save that fails leaves the guest running, and its file is removed even if it was to stay', async () => {
  const told = await cut([RUNS, RUNS], { saving: recorded('save-nospace') });
  expect(told.rested).toContain(
    'could not be saved: Failed to write page data to stream (28 = No space left on device)',
  );
  expect(told).toMatchObject({ outcomes: undone, early: false });
  expect([...told.files]).toEqual([`${FILE}.part`]);
  expect(await told.lasting?.undo([{ ...told.memory, step: { ...told.memory.step, keep: 'yes' } }])).toEqual(undone);
  expect([...told.files]).toEqual([]);
});

test('what others do to the guest meanwhile is told', async () => {
  expect(await cut([PAUSED, PAUSED])).toMatchObject({ rested: expect.stringContaining('paused by somebody else') });
  expect(await cut([RUNS, GONE])).toMatchObject({
    rested: expect.stringContaining('was turned off'),
    outcomes: undone,
  });
  expect(await cut([RUNS, RUNS])).toMatchObject({ rested: expect.stringContaining('was let go'), outcomes: undone });
  expect((await cut([RUNS, PAUSED, PAUSED], { lost: true })).ran.at(-1)).toBe('unpause 1');
  expect(await cut([RUNS, PAUSED, RUNS])).toMatchObject({ rested: 'rests', outcomes: undone, early: true });
  expect(await cut([RUNS, PAUSED, GONE])).toMatchObject({ rested: 'rests', outcomes: undone, early: true });
});

test('whoever comes after a killed hook lets the guest go only if that had begun to save it', async () => {
  const comesTo = async (lists: readonly string[], there: readonly string[]) => {
    const { exec, ran } = xl(lists, { there });
    const step = { kind: 'save', hypervisor: 'xen', guest: 'infra', uuid: UUID, file: FILE, run: '7f3a11c2' };
    return { outcomes: await createSave(exec).handler.undo([{ number: 1, step, facts: undefined }]), ran };
  };
  expect(await comesTo([PAUSED], [`${FILE}.part`])).toEqual({ outcomes: undone, ran: ['unpause 1'] });
  expect(await comesTo([PAUSED], [FILE])).toEqual({ outcomes: undone, ran: ['unpause 1'] });
  expect(await comesTo([PAUSED], [])).toEqual({ outcomes: undone, ran: [] });
  // Its xl was killed, too; perhaps after it had paused the guest.
  expect(await comesTo([SUSPENDED, SUSPENDED, RUNS], [`${FILE}.part`])).toEqual({
    outcomes: undone,
    ran: ['save -c 1 /dev/null'],
  });
  expect(await comesTo([SUSPENDED, SUSPENDED, PAUSED], [`${FILE}.part`])).toEqual({
    outcomes: undone,
    ran: ['save -c 1 /dev/null', 'unpause 1'],
  });
});

test('a guest that is paused or off is left as it is', async () => {
  const { exec } = xl([RUNS]);
  const guests = [
    infra({ state: 'paused' }),
    infra({ name: 'off', state: 'off' }),
    infra({ name: 'c', state: 'not shut down' }),
  ];
  const { rests, still } = await createSave(exec).prepare(means, guests, names);
  expect(rests).toEqual([]);
  expect(still.map((one) => `${one.guest} ${one.grade}`)).toEqual(['infra crash', 'off filesystem', 'c crash']);
});

test('why a save failed, in the words of xl', () => {
  const told = (stderr: string): string => parseComplaint({ status: 1, stderr });
  expect(told(recorded('save-paused'))).toBe(`guest didn't acknowledge suspend, cancelling request`);
  expect(told('Failed to open temp file /nosuchdir/x for writing\n')).toBe(
    'Failed to open temp file /nosuchdir/x for writing',
  );
  expect(told('')).toBe('xl ended with status 1');
});
