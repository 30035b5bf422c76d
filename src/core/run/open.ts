import type { OpenedPath } from '../model/reply.ts';
import { inspectAll } from './containers.ts';
import { devicesFor, mapLvs } from './devices.ts';
import { clearEarlier } from './earlier.ts';
import { asError } from '../model/fault.ts';
import { Journal } from '../journal/journal.ts';
import { showImages } from './images.ts';
import { layOut, notSaved, shortcoming, type Layout } from './layout.ts';
import type { Machine } from '../ports/machine.ts';
import { journalPath } from '../model/names.ts';
import type { Opened } from './opened.ts';
import { prepare, type Prepared } from './prepare.ts';
import { cut } from './cut.ts';
import { stampsFor } from './storages.ts';
import { replay } from '../journal/replay.ts';
import type { Step } from '../model/step.ts';
import type { Task } from '../model/task.ts';

export interface Opening {
  /** The id of this run. */
  readonly run: string;
  readonly task: Task;
  readonly contract: string;
  /** The product's own id of the run; undefined where it has none. */
  readonly runKey: string | undefined;
  /** The processes that called us; see `callersOf`. */
  readonly callers: string;
  /** What the hook that worked on the task before us had noted in its lock, if it was killed while it did; '': it was not. */
  readonly killed: string;
}

/**
 * Opens a task: snapshots of all its origins, looked into and mounted read-only. Either all of it stands afterwards, or
 * nothing does and the leftovers say what could not be undone. The caller holds the task's lock.
 */
export async function open(opening: Opening, host: Machine): Promise<Opened> {
  const machine = opening.task.trust === 'hostile' ? host.confined() : host;
  const file = journalPath(machine.stateDirectory, opening.task.name);
  const { run, task, runKey, killed } = opening;
  const earlier = await clearEarlier(file, { run, task: task.name, runKey, killed }, machine);
  if (earlier.kind !== 'clear') return earlier;

  let prepared: Prepared;
  try {
    prepared = await prepare(opening.task, run, machine);
    machine.checkInterrupted();
  } catch (error) {
    return { kind: 'failed', fault: asError(error), leftovers: [] };
  }
  const journal = Journal.create(file, {
    task: opening.task.name,
    contract: opening.contract,
    run,
    runKey: opening.runKey ?? '',
    boot: machine.bootId,
    startedAt: new Date().toISOString(),
    timeoutMs: opening.task.timeoutMs,
    callers: opening.callers,
  });
  try {
    const { layout, findings, cut: told, apartMs } = await carryOut(opening.task, prepared, journal, machine);
    const paths = pathsFor(prepared, layout);
    const watched = prepared.planned.some(({ growth }) => growth.possible);
    journal.markOpened(paths, notSaved(layout, prepared.leftOut), watched, told?.grade);
    machine.log.info({ run, paths, findings }, 'opened');
    const unwatched = watched ? await machine.watch(journal) : undefined;
    const { cleared } = earlier;
    return { kind: 'opened', run, paths, prepared, layout, cleared, findings, unwatched, cut: told, apartMs };
  } catch (error) {
    machine.log.error({ err: error }, 'opening failed, undoing it');
    return { kind: 'failed', fault: asError(error), leftovers: await replay(journal, machine) };
  } finally {
    journal.close();
  }
}

async function carryOut(
  task: Task,
  prepared: Prepared,
  journal: Journal,
  machine: Machine,
): Promise<Pick<Extract<Opened, { kind: 'opened' }>, 'layout' | 'findings' | 'cut' | 'apartMs'>> {
  const { planned, mount } = prepared;
  const { facts: taken, cut: told, apartMs } = await cut(prepared, task.quiescing, journal, machine);
  machine.checkInterrupted();

  const shown = await showImages(planned, taken, journal, machine);
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
  const fault = shortcoming(task, origins, layout, prepared.leftOut);
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
  const facts = mounted.map((one) => one.facts);
  findings.push(...mounted.flatMap(({ notes }) => notes));
  // Only the verdict needs the facts of mounts, and a crash spares empty directories, so one write for all is soon enough.
  const stamps = stampsFor(journal.steps, machine.mounts.areQuiet(layout.mounts), machine.providers);
  journal.learn([...directories, ...markers, ...noted, ...stamps.steps], [...made, ...facts, ...stamps.facts]);
  machine.checkInterrupted();
  return { layout, cut: told, apartMs, findings: [...new Set([...findings, ...machine.notes])] };
}

/** One path per origin of which something is mounted: the place at or below which all of it is found. */
function pathsFor({ planned }: Prepared, { bases, mounts }: Layout): readonly OpenedPath[] {
  return planned.flatMap(({ origin }, index) => {
    const base = bases[index];
    if (base === undefined || !mounts.some((mount) => mount.origin === index)) return [];
    return [{ source: origin.asked ?? origin.label, path: base }];
  });
}
