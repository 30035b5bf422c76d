import { expect, test } from 'vitest';
import type { Guest } from '../../src/core/model/guest.ts';
import { isFault } from '../../src/core/model/fault.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import type { AnswerOf } from '../../src/foreign/questions.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { createSave } from '../../src/quiesce/save.ts';
import { guest, names, UUID } from './quiesced-guest.ts';

// What virsh 9.0 printed.
const FILE = '/srv/vm/t.7f3a11c2.memory/web.vmstate';
const state = (words: string): Answer => ({ stdout: `${words}\n\n=holdstill=\n${UUID}\n\n` });
const GONE = { stdout: '=holdstill=\n\n' };
const INFO = {
  stdout: 'Id:             2\nMax memory:     131072 KiB\nUsed memory:    131072 KiB\nPersistent:     yes\n',
};
const WHOLE = { stdout: `<domain type='qemu' id='1'>\n  <name>kvmserv</name>\n  <uuid>${UUID}</uuid>\n` };
const NO_FILE = { status: 1, stderr: 'error: Failed to open file\n' };
const RUNS = state('running (restored)');
const SAVED = state('shut off (saved)');
const DONE = { stdout: '\n' };
const BROKEN = {
  status: 1,
  stderr:
    'error: Failed to restore domain from /x\nerror: internal error: load of migration failed: Input/output error\n',
};

interface Answer {
  readonly status?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

function playing(answers: readonly Answer[], asked: Record<string, unknown> = {}) {
  const ran: string[] = [];
  const left = [...answers];
  const exec: Exec = {
    patienceMs: (most) => most,
    ask: async (name) => {
      ran.push(name);
      return asked[name] as AnswerOf<typeof name>;
    },
    run: async <T>({ argv, parse, statuses }: Command<T>) => {
      const line = argv.join(' ').replace(`--domain=${UUID}`, 'IT').replace(FILE, 'FILE');
      ran.push(line.includes('domstate') ? 'domstate' : line);
      const answer = left.shift();
      if (!answer) throw new Error(`no answer for ${line}`);
      const { status = 0, stdout = '', stderr = '' } = answer;
      if (!statuses.includes(status)) throw new Error(`${line}: ${status}`);
      return parse({ status, stdout, stderr });
    },
  };
  return { exec, ran };
}

const ROOM = { freeIn: { dev: 1, bytes: 1e9 } };
const means = { kind: 'save', to: '/srv/vm', keep: false } as const;

async function cut(one: Guest, answers: readonly Answer[], asked = {}, undos = 1) {
  const { exec, ran } = playing([INFO, ...answers], { ...ROOM, ...asked });
  const save = createSave(exec);
  const [rest] = (await save.prepare(means, [one], names)).rests;
  const noted: NotedStep = { number: 4, step: rest?.step ?? { kind: '' }, facts: undefined };
  const rested = await save.rest(noted, 60_000).then(
    () => 'rests',
    (error: Error) => error.message,
  );
  const outcomes = [];
  for (let count = 0; count < undos; count += 1) outcomes.push(...(await save.handler.undo([noted])));
  return {
    rested,
    outcomes,
    early: save.wasEarly(noted),
    ran: ran.filter((line) => line !== 'domstate').slice(1),
    rest,
  };
}

test('the memory is saved, and the guest goes on with it', async () => {
  const { rest, ...told } = await cut(guest(), [DONE, SAVED, SAVED, WHOLE, DONE, RUNS]);
  expect(told).toEqual({
    rested: 'rests',
    outcomes: [{ kind: 'undone' }],
    early: false,
    ran: [
      'trustedMode',
      'freeIn',
      'makeDirectory',
      'save IT --file=FILE',
      'save-image-dumpxml --file=FILE',
      'restore --file=FILE --running',
    ],
  });
  expect(rest).toMatchObject({
    grade: 'memory',
    step: { kind: 'save', file: FILE, uuid: UUID, paused: 'no' },
    stays: { kind: 'memory', file: FILE, keep: 'no' },
  });
});

test('a guest that was paused is paused again', async () => {
  const { outcomes, ran } = await cut(guest({ state: 'paused' }), [
    DONE,
    SAVED,
    SAVED,
    WHOLE,
    DONE,
    state('paused (migrating)'),
  ]);
  expect(outcomes).toEqual([{ kind: 'undone' }]);
  expect(ran.at(-1)).toBe('restore --file=FILE --paused');
});

test('a save that fails leaves the guest running', async () => {
  const refused = {
    status: 1,
    stderr: 'error: Failed\nerror: Requested operation is not valid: domain has active block job\n',
  };
  expect(await cut(guest(), [refused, RUNS])).toMatchObject({
    rested: expect.stringContaining('active block job'),
    outcomes: [{ kind: 'undone' }],
    early: false,
  });
  // It was given up, and is still on its way.
  const { outcomes, ran } = await cut(guest(), [
    refused,
    state('paused (saving)'),
    DONE,
    state('running (save canceled)'),
  ]);
  expect(outcomes).toEqual([{ kind: 'undone' }]);
  expect(ran).toContain('domjobabort IT');
});

test('a guest that does not come back is tried again, a few times, and told with the command', async () => {
  const once = [state('shut off (failed)'), WHOLE, BROKEN, state('shut off (failed)')];
  const { outcomes, ran } = await cut(guest(), [DONE, SAVED, ...Array.from({ length: 6 }, () => once).flat()], {}, 6);
  expect(outcomes.slice(0, 5)).toEqual(
    Array.from({ length: 5 }, () => ({
      kind: 'left',
      reason:
        'it could not be started with its memory: internal error: load of migration failed: Input/output error; do not start it without',
    })),
  );
  expect(outcomes[5]).toEqual({ kind: 'left', reason: 'it could not be started with its memory 5 times' });
  expect(ran.filter((line) => line.startsWith('restore'))).toHaveLength(5);
  const step = { kind: 'save', file: FILE, guest: 'web', uuid: UUID, uri: 'qemu:///system', paused: 'no' };
  expect(createSave(playing([]).exec).handler.describe({ number: 1, step, facts: undefined }).byHand).toBe(
    `virsh --connect=qemu:///system restore --file=${FILE} --running`,
  );
});

test('a guest never gets its memory again once it may have run without us', async () => {
  const undone = [{ kind: 'undone' }];
  const rested = [DONE, SAVED];
  expect(await cut(guest(), [...rested, RUNS])).toMatchObject({ outcomes: undone, early: true });
  expect(await cut(guest(), [...rested, state('shut off (shutdown)'), WHOLE])).toMatchObject({
    outcomes: undone,
    early: true,
  });
  // libvirtd was started anew: it does not know why the guest is off.
  const unknown = [...rested, state('shut off (unknown)'), WHOLE];
  const old = { lookUp: { modified: '1700000000000000000' } };
  expect((await cut(guest(), unknown, old)).outcomes).toMatchObject([{ kind: 'left' }]);
  const fresh = { lookUp: { modified: String(Date.now() * 1e6) } };
  expect((await cut(guest(), [...unknown, DONE, RUNS], fresh)).outcomes).toEqual(undone);
  expect((await cut(guest(), [...rested, GONE, WHOLE])).outcomes).toMatchObject([{ kind: 'left' }]);
});

test('a guest that is off without a whole file is off by itself', async () => {
  expect((await cut(guest(), [NO_FILE, state('shut off (shutdown)'), NO_FILE])).outcomes).toEqual([{ kind: 'undone' }]);
  const { outcomes } = await cut(guest(), [DONE, SAVED, SAVED, NO_FILE], { lookUp: undefined });
  expect(outcomes).toMatchObject([{ kind: 'left', reason: `its memory was in ${FILE}, which is gone` }]);
});

test('what cannot be brought back is not saved', async () => {
  const why = async (one: Guest, info: Answer, bytes = 1e9): Promise<unknown> =>
    createSave(playing([info], { freeIn: { dev: 1, bytes } }).exec)
      .prepare(means, [one], names)
      .catch((error: unknown) => (isFault(error) ? error.message : error));
  expect(await why(guest(), { stdout: INFO.stdout.replace('yes', 'no') })).toContain('is transient');
  expect(await why(guest(), INFO, 1e8)).toBe('192.0 MiB of memory are to be saved, and /srv/vm has 95.4 MiB free');
});

test('the file is removed with the task, unless it is to stay or is needed', async () => {
  const { exec, ran } = playing([state('shut off (saved)'), RUNS], { lookUp: { kind: 'file' } });
  const [memory] = createSave(exec).lasting ?? [];
  const step = { kind: 'memory', uuid: UUID, file: FILE, directory: '/srv/vm/t.7f3a11c2.memory', keep: 'no' };
  const noted = (more = {}): NotedStep => ({ number: 1, step: { ...step, ...more }, facts: undefined });
  expect(await memory?.undo([noted({ keep: 'yes' })])).toEqual([{ kind: 'undone' }]);
  expect(ran).toEqual([]);
  expect(await memory?.undo([noted()])).toMatchObject([
    { kind: 'left', byHand: `virsh restore --file=${FILE} --running` },
  ]);
  expect(await memory?.undo([noted()])).toEqual([{ kind: 'undone' }]);
  expect(ran).toEqual(['lookUp', 'domstate', 'lookUp', 'domstate', 'removeFile', 'removeDirectory']);
  // As long as the guest is not back.
  expect(memory?.dependsOn(noted()).is).toBe(FILE);
  expect(createSave(exec).handler.dependsOn(noted()).on).toEqual([FILE]);
});
