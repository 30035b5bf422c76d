import type { Journal } from '../journal/journal.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import type { Task } from '../model/task.ts';
import type { Machine } from '../ports/machine.ts';
import { inspectAll } from './containers.ts';
import { devicesFor, mapLvs } from './devices.ts';
import { layOut, shortcoming, type Layout } from './layout.ts';
import type { Device } from './maps.ts';
import type { Prepared } from './prepare.ts';

/** What is mounted of snapshots, and what the journal has not learnt of it yet. */
interface ShownFiles {
  readonly layout: Layout;
  /** What the check of the file systems found, a line each. */
  readonly findings: readonly string[];
  readonly steps: readonly NotedStep[];
  readonly facts: readonly Facts[];
}

/** Where nobody looks into the snapshots. */
export const NO_FILES: ShownFiles = {
  layout: { mounts: [], skipped: [], bases: [], missing: [] },
  findings: [],
  steps: [],
  facts: [],
};

/** Looks into snapshots, and mounts read-only what the task wants of them. */
export async function showFiles(
  task: Task,
  { planned, mount, leftOut }: Prepared,
  shown: readonly Device[],
  journal: Journal,
  machine: Machine,
): Promise<ShownFiles> {
  const looked = await inspectAll(
    planned.map(({ origin: { shape } }, index) => ({ shape, device: shown[index]?.device ?? '' })),
    shown.map(({ uuid }) => uuid),
    task,
    journal,
    machine,
  );
  const { seen, uuids } = looked;
  const mapped = await mapLvs(seen, task, uuids, journal, machine);
  machine.checkInterrupted();
  const origins = planned.map(({ origin }) => origin);
  const layout = layOut(task, mount, origins, seen, mapped.contents, machine.inspector.refusal);
  const fault = shortcoming(task, origins, layout, leftOut);
  if (fault) throw fault;
  const devices = await devicesFor(layout.mounts, looked, mapped, journal, machine);
  machine.checkInterrupted();

  const points = layout.mounts.map(({ point }) => point);
  const directories = journal.note(machine.mountPoints.steps(mount, points));
  const madeDirectories = await machine.mountPoints.make(directories);
  const markers = journal.note(machine.markers.steps(mount, points, journal.header));
  const made = [...madeDirectories, ...(await machine.markers.make(markers))];

  const mountSteps: Step[] = [];
  for (const [index, planned] of layout.mounts.entries()) {
    const { device = '', uuid = '' } = devices[index] ?? {};
    mountSteps.push(await machine.mounts.step(planned, device, uuid));
  }
  const noted = journal.note(mountSteps);
  const findings: string[] = [];
  for (const { step } of noted) {
    machine.checkInterrupted();
    findings.push(...(await machine.mounts.check(step, task.check)));
  }
  machine.checkInterrupted();
  const mounted = await machine.mounts.make(noted, machine.checkInterrupted);
  findings.push(...mounted.flatMap(({ notes }) => notes));
  return {
    layout,
    findings,
    steps: [...directories, ...markers, ...noted],
    facts: [...made, ...mounted.map(({ facts }) => facts)],
  };
}
