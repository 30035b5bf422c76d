import { expect, test } from 'vitest';
import { Fault, isFault } from '../../src/core/model/fault.ts';
import type { Guest } from '../../src/core/model/guest.ts';
import type { Step } from '../../src/core/model/step.ts';
import { createAgent } from '../../src/quiesce/agent.ts';
import { createPause } from '../../src/quiesce/pause.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { parseAgent, parseAnswer, parseState } from '../../src/system/tools/virshdomain.ts';
import { guest, names, UUID } from './quiesced-guest.ts';

// What virsh 9.0 printed, with qemu-guest-agent 7.2 in the guest; and xl 4.17.
const state = (words: string): Answer => ({ stdout: `${words}\n\n=holdstill=\n${UUID}\n\n` });
const FROZE = { stdout: '\nFroze 2 filesystem(s)\n\n' };
const THAWED = { stdout: 'Thawed 2 filesystem(s)\n\n' };
const THAWED_NONE = { stdout: 'Thawed 0 filesystem(s)\n\n' };
const REFUSED = {
  status: 1,
  stdout: '',
  stderr:
    "error: Unable to freeze filesystems\nerror: internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': fsfreeze hook has failed with status 1\n",
};
const DEAF = {
  status: 1,
  stderr:
    'error: Unable to thaw filesystems\nerror: Guest agent is not responding: Guest agent not available for now\n',
};
const ANSWERS = { stdout: '  NAME\n    guest-agent-timeout\n=holdstill=\nTime: 1796058861' };
const MUTE = {
  stdout: '  NAME\n    guest-agent-timeout\n=holdstill=\n',
  stderr: 'error: Guest agent is not responding: QEMU guest agent is not connected\n',
};
const AWAY = {
  status: 1,
  stderr:
    "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n",
};
const DONE = {};
const RUNS_ALREADY = {
  status: 1,
  stderr: "error: Failed to resume domain 'web'\nerror: Requested operation is not valid: domain is already running\n",
};
const xlList = (letters: string): Answer => ({
  stdout: `Name                                        ID   Mem VCPUs\tState\tTime(s) UUID                            Reason-Code\tSecurity Label
Domain-0                                     0   700     1     r-----      26.6 00000000-0000-0000-0000-000000000000        -                -
infra                                        3    96     1     ${letters}       5.9 ${UUID}        -                -
`,
});

interface Answer {
  readonly status?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Plays recorded answers in turn, and tells what was run. */
function playing(...answers: readonly Answer[]): { readonly exec: Exec; readonly ran: string[] } {
  const ran: string[] = [];
  const left = [...answers];
  const exec: Exec = {
    patienceMs: (most) => most,
    ask: () => Promise.reject(new Error('nothing is asked')),
    run: async <T>({ tool, argv, parse, statuses }: Command<T>) => {
      const line = `${tool} ${argv.join(' ')}`.replaceAll(`--domain ${UUID}`, 'IT');
      ran.push(line);
      const { status = 0, stdout = '', stderr = '' } = left.shift() ?? { status: 99 };
      if (!statuses.includes(status))
        throw new Fault('tool.failed', `${line}: ${status}`, { detail: stderr.split('\n') });
      return parse({ status, stdout, stderr });
    },
  };
  return { exec, ran };
}

const noted = (step: Step | undefined) => ({ number: 3, step: step ?? { kind: '' }, facts: undefined });

test('what virsh says of a domain', () => {
  const all = `=holdstill=\n${UUID}\n`;
  expect(parseState(`running (save canceled)\n\n${all}`, UUID)).toEqual({ state: 'running', reason: 'save canceled' });
  expect(parseState(`shut off\n\n${all}`, UUID)).toEqual({ state: 'shut off', reason: '' });
  expect(parseState('=holdstill=\n11111111-2222-3333-4444-555555555555\n', UUID)).toBeUndefined();
  // It is there, and virsh has not said how it is; or was ended before it came to the list.
  expect(() => parseState(all, UUID)).toThrow('does not say');
  expect(() => parseState('', UUID)).toThrow('does not say');
});

test('what virsh says of an agent', () => {
  expect(parseAgent({ stderr: '', ...ANSWERS })).toEqual({ limits: true, complaint: undefined });
  expect(parseAgent(MUTE)).toEqual({
    limits: true,
    complaint: 'Guest agent is not responding: QEMU guest agent is not connected',
  });
  const old = "error: command 'guest-agent-timeout' doesn't exist\n";
  expect(parseAgent({ stdout: '=holdstill=\nTime: 1\n', stderr: old })).toEqual({
    limits: false,
    complaint: undefined,
  });
  expect(parseAnswer({ stderr: '', ...FROZE }, /^Froze (\d+)/m)).toMatchObject({ count: 2 });
  expect(parseAnswer(REFUSED, /^Froze (\d+)/m)).toEqual({
    count: undefined,
    complaint:
      "internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': fsfreeze hook has failed with status 1",
  });
});

test('guests that need no agent are not asked, and others must have one that answers', async () => {
  const { exec, ran } = playing(ANSWERS);
  const guests = [
    guest({ uri: 'qemu:///session' }),
    guest({ name: 'off', state: 'off' }),
    guest({ name: 'held', state: 'paused' }),
    guest({ name: 'kept', state: 'saved' }),
  ];
  const { rests, still } = await createAgent(exec).prepare({ kind: 'agent' }, guests, names);
  expect(rests).toMatchObject([
    {
      step: { kind: 'agent', guest: 'web', uuid: UUID, uri: 'qemu:///session', limited: 'yes', run: '7f3a11c2' },
      guest: 'web',
      grade: 'filesystem',
    },
  ]);
  expect(still.map(({ guest, grade }) => `${guest} ${grade}`)).toEqual(['off filesystem', 'held crash', 'kept crash']);
  expect(ran).toEqual([expect.stringContaining('--connect=qemu:///session help guest-agent-timeout;')]);

  const faultOf = async (one: Guest[], ...answers: Answer[]): Promise<unknown> =>
    createAgent(playing(...answers).exec)
      .prepare({ kind: 'agent' }, one, names)
      .catch((error: unknown) => (isFault(error) ? error.message : error));
  expect(await faultOf([guest()], MUTE)).toContain('QEMU guest agent is not connected');
  expect(await faultOf([guest({ hypervisor: 'xen' })])).toContain('has no agent');
  expect(await faultOf([])).toContain('names none');
});

async function agentCut(...answers: Answer[]) {
  const { exec, ran } = playing(ANSWERS, ...answers);
  const agent = createAgent(exec);
  const step = noted((await agent.prepare({ kind: 'agent' }, [guest()], names)).rests[0]?.step);
  const rested = await agent.rest(step, 10_000).then(
    () => 'rests',
    (error: Error) => error.message,
  );
  const outcomes = await agent.handler.undo([step]);
  return { rested, outcomes, early: agent.wasEarly(step), ran: ran.slice(1).map((line) => line.replace('virsh ', '')) };
}

test('a guest that is frozen is thawed', async () => {
  expect(await agentCut(FROZE, THAWED)).toEqual({
    rested: 'rests',
    outcomes: [{ kind: 'undone' }],
    early: false,
    ran: [
      'guest-agent-timeout IT --timeout=6; domfsfreeze IT',
      'guest-agent-timeout IT --timeout=10; domfsthaw IT; guest-agent-timeout IT --timeout=-2',
    ],
  });
});

test('a guest that was thawed by somebody else, or went off, was early', async () => {
  expect(await agentCut(FROZE, THAWED_NONE)).toMatchObject({ outcomes: [{ kind: 'undone' }], early: true });
  expect(await agentCut(FROZE, DEAF, state('shut off (destroyed)'))).toMatchObject({
    outcomes: [{ kind: 'undone' }],
    early: true,
  });
});

test('a freeze that failed is thawed as well, and is left as long as no answer proves that it does not come later', async () => {
  expect(await agentCut(REFUSED, THAWED_NONE)).toMatchObject({
    rested: expect.stringContaining('fsfreeze hook has failed'),
    outcomes: [{ kind: 'undone' }],
    early: false,
  });
  expect(await agentCut(DEAF, DEAF, state('running (booted)'))).toMatchObject({
    rested: expect.stringContaining('did not freeze it'),
    outcomes: [{ kind: 'left', reason: expect.stringContaining('not available for now') }],
  });
  expect(await agentCut(FROZE, DEAF, state('paused (user)'))).toMatchObject({
    outcomes: [{ kind: 'left', reason: expect.stringContaining('is paused') }],
  });
});

test('a guest without file systems to freeze is no frozen guest', async () => {
  expect(await agentCut({ stdout: 'Froze 0 filesystem(s)\n' }, THAWED_NONE)).toMatchObject({
    rested: expect.stringContaining('no file system'),
  });
});

async function pauseCut(one: Guest, ...answers: Answer[]) {
  const { exec, ran } = playing(...answers);
  const pause = createPause(exec);
  const step = noted((await pause.prepare({ kind: 'pause' }, [one], names)).rests[0]?.step);
  const rested = await pause.rest(step, 10_000).then(
    () => 'rests',
    (error: Error) => error.message,
  );
  const outcomes = await pause.handler.undo([step]);
  const changes = ran.filter((line) => !line.includes('domstate') && !line.includes('list'));
  return { rested, outcomes, early: pause.wasEarly(step), changes };
}

test('a guest is paused and goes on', async () => {
  const runs = state('running (booted)');
  const paused = state('paused (user)');
  expect(await pauseCut(guest(), runs, DONE, DONE)).toEqual({
    rested: 'rests',
    outcomes: [{ kind: 'undone' }],
    early: false,
    changes: ['virsh suspend IT', 'virsh resume IT'],
  });
  expect(await pauseCut(guest(), runs, DONE, RUNS_ALREADY, runs)).toMatchObject({
    outcomes: [{ kind: 'undone' }],
    early: true,
  });
  expect(await pauseCut(guest(), runs, DONE, RUNS_ALREADY, state('paused (I/O error)'))).toMatchObject({
    outcomes: [{ kind: 'left', reason: expect.stringContaining('I/O error') }],
  });
  // virsh calls it a success to pause it again, and one resume would let it go.
  expect(await pauseCut(guest(), paused)).toMatchObject({
    rested: expect.stringContaining('paused by somebody else'),
    outcomes: [{ kind: 'undone' }],
    changes: [],
  });
});

test('a guest of Xen is paused and let go once', async () => {
  const xen = guest({ hypervisor: 'xen' });
  expect(
    await pauseCut(xen, xlList('-b----'), xlList('-b----'), DONE, xlList('--p---'), xlList('--p---'), DONE),
  ).toEqual({
    rested: 'rests',
    outcomes: [{ kind: 'undone' }],
    early: false,
    changes: ['xl pause 3', 'xl unpause 3'],
  });
  expect(await pauseCut(xen, xlList('-b----'), xlList('-b----'), DONE, xlList('-b----'))).toMatchObject({
    outcomes: [{ kind: 'undone' }],
    early: true,
    changes: ['xl pause 3'],
  });
});

test('what was paused before is left alone', async () => {
  const { rests, still } = await createPause(playing().exec).prepare(
    { kind: 'pause' },
    [guest({ state: 'paused' })],
    names,
  );
  expect(rests).toEqual([]);
  expect(still).toEqual([{ guest: 'web', grade: 'crash', why: 'is paused already, and stays so' }]);
});

test('where libvirt is away, that is told, and what to type', async () => {
  for (const [create, kind] of [
    [createAgent, 'agent'],
    [createPause, 'pause'],
  ] as const) {
    const { exec } = playing(AWAY, AWAY);
    const step = { kind, hypervisor: 'libvirt', guest: 'web', uuid: UUID, uri: '', run: names.run };
    const [outcome] = await create(exec).handler.undo([noted(step)]);
    expect(outcome).toMatchObject({ kind: 'left' });
    expect(JSON.stringify(outcome)).toMatch(
      /libvirt does not answer: Failed to connect socket to [^;]*: No such file or directory; (type: systemctl start|holdstill must)/,
    );
  }
});
