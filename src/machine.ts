import fs from 'node:fs';
import { createDeadline, type Deadline } from './core/deadline.ts';
import { Fault } from './core/fault.ts';
import type { Log, Machine } from './core/machine.ts';
import { encodeName } from './core/names.ts';
import type { NotedStep } from './core/step.ts';
import { refusal } from './guests/filesystems.ts';
import { look } from './guests/look.ts';
import { attach, loopStep, undoLoops } from './guests/loops.ts';
import { disturbed, mount, mountStep, undoMounts } from './guests/mounts.ts';
import { mountPoints, undoDirectories } from './guests/points.ts';
import { mountCommands } from './guests/wording.ts';
import { RUN_DIRECTORY, STATE_DIRECTORY } from './places.ts';
import { createProviders } from './providers/providers.ts';
import { stopSignal } from './signals.ts';
import { deviceNumber, numbersOn, readLoops } from './system/blockdev.ts';
import type { Exec } from './system/command.ts';
import { createExec } from './system/exec.ts';
import { namespacesHolding, processesUsing } from './system/processes.ts';

/** The machine with the port that runs commands, for what is done outside the core. */
export interface OurMachine extends Machine {
  readonly exec: Exec;
  readonly deadline: Deadline;
}

/** How long a hook may take, where no task says it. */
const TIMEOUT_MS = 600_000;

/** Everything the core needs, put together for the machine that we run on. */
export function createMachine(log: Log, task: string, timeoutMs: number = TIMEOUT_MS): OurMachine {
  const deadline = createDeadline(timeoutMs);
  const exec = createExec(log, deadline, encodeName(task));
  const providers = createProviders(exec, (uuid) => namespacesHolding(numbersOn(uuid)));
  const handlers = [
    ...providers.map((provider) => ({
      kind: provider.kind,
      undo: provider.remove,
      describe: provider.describe,
    })),
    undoLoops(exec),
    undoMounts(exec),
    undoDirectories,
  ];
  return {
    exec,
    deadline,
    log,
    providers,
    mountPoints,
    stateDirectory: STATE_DIRECTORY,
    runDirectory: RUN_DIRECTORY,
    bootId: fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    undo: new Map(handlers.map((handler) => [handler.kind, handler])),
    guests: {
      look: (devices) => look(devices, exec),
      refusal,
      loopStep,
      attach: (steps) => attach(steps, exec),
      mountStep,
      mount: (step) => mount(step, exec),
      disturbed,
      commands: mountCommands,
    },
    usersOf,
    checkInterrupted: () => {
      const signal = stopSignal();
      if (signal) throw new Fault('task.interrupted', `stopped by ${signal}`);
      deadline.check();
    },
  };
}

function usersOf(steps: readonly NotedStep[]): readonly string[] {
  const uuids = new Set(steps.flatMap(({ facts, step }) => [facts?.['uuid'], step['volume']]).filter(Boolean));
  const points = steps.flatMap(({ step }) => (step.kind === 'mount' ? [step['point'] ?? ''] : []));
  const devices = [...uuids].flatMap((uuid) => devicesOn(uuid ?? ''));
  return processesUsing({ points, devices });
}

/** The paths under which a process may have a volume open: the LV's node and the loop devices over it. */
function devicesOn(uuid: string): readonly string[] {
  const numbers = numbersOn(uuid);
  const loops = readLoops().filter(({ number }) => numbers.has(number));
  return [...loops.map(({ device }) => device), ...nodesOf(numbers)];
}

function nodesOf(numbers: ReadonlySet<string>): readonly string[] {
  const mapper = '/dev/mapper';
  const names = fs.existsSync(mapper) ? fs.readdirSync(mapper).map((name) => `${mapper}/${name}`) : [];
  const minors = [...numbers].map((number) => `/dev/dm-${number.split(':')[1]}`);
  return [...names, ...minors].filter((name) => numbers.has(deviceNumber(name) ?? ''));
}
