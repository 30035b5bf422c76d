import type { OpenedPath } from '../model/reply.ts';
import { clearEarlier } from './earlier.ts';
import { asError } from '../model/fault.ts';
import { Journal } from '../journal/journal.ts';
import { NO_FILES, showFiles } from './files.ts';
import { imagesOf, showImages, whyNoImages } from './images.ts';
import { notSaved, type Layout } from './layout.ts';
import type { Machine } from '../ports/machine.ts';
import { journalPath } from '../model/names.ts';
import type { Opened } from './opened.ts';
import { prepare, type Prepared } from './prepare.ts';
import { cut } from './cut.ts';
import { stampsFor } from './storages.ts';
import { replay } from '../journal/replay.ts';
import type { Task } from '../model/task.ts';

export interface Opening {
  /** The id of this run. */
  readonly run: string;
  /** `files`: what is in the snapshots is mounted. `images`: they are not looked into, and read as they are. */
  readonly show: 'files' | 'images';
  readonly task: Task;
  readonly contract: string;
  /** The product's own id of the run; undefined where it has none. */
  readonly runKey: string | undefined;
  /** The processes that called us; see `callersOf`. */
  readonly callers: string;
  /** The process that will close it, as `keeperOf` says; undefined: whoever is called for that. */
  readonly keeper: string | undefined;
  /** What the hook that worked on the task before us had noted in its lock, if it was killed while it did; '': it was not. */
  readonly killed: string;
}

/**
 * Opens a task: snapshots of all its origins, looked into and mounted read-only, or left as they are. Either all of it stands
 * afterwards, or nothing does and the leftovers say what could not be undone. The caller holds the task's lock.
 */
export async function open(opening: Opening, host: Machine): Promise<Opened> {
  const machine = opening.task.trust === 'hostile' ? host.confined() : host;
  const file = journalPath(machine.stateDirectory, opening.task.name);
  const { run, task, runKey, killed, show } = opening;
  const earlier = await clearEarlier(file, { run, task: task.name, runKey, killed }, machine);
  if (earlier.kind !== 'clear') return earlier;

  let prepared: Prepared;
  try {
    prepared = await prepare(task, run, machine);
    const unfit = show === 'images' ? whyNoImages(task, prepared) : undefined;
    if (unfit) throw unfit;
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
    ...(opening.keeper === undefined ? {} : { keeper: opening.keeper }),
  });
  try {
    const { layout, ...made } = await carryOut(opening, prepared, journal, machine);
    const paths = pathsFor(prepared, layout);
    const watched = prepared.planned.some(({ growth }) => growth.possible);
    journal.markOpened(paths, notSaved(layout, prepared.leftOut), watched, made.cut?.grade);
    machine.log.info({ run, paths, findings: made.findings }, 'opened');
    const unwatched = watched ? await machine.watch(journal) : undefined;
    const { cleared } = earlier;
    return { kind: 'opened', run, paths, prepared, layout, cleared, unwatched, ...made };
  } catch (error) {
    machine.log.error({ err: error }, 'opening failed, undoing it');
    return { kind: 'failed', fault: asError(error), leftovers: await replay(journal, machine) };
  } finally {
    journal.close();
  }
}

async function carryOut(
  { task, show }: Opening,
  prepared: Prepared,
  journal: Journal,
  machine: Machine,
): Promise<Pick<Extract<Opened, { kind: 'opened' }>, 'layout' | 'images' | 'findings' | 'cut' | 'apartMs'>> {
  const { planned } = prepared;
  const { facts: taken, cut: told, apartMs } = await cut(prepared, task.quiescing, journal, machine);
  machine.checkInterrupted();

  const shown = await showImages(planned, taken, journal, machine);
  const isFiles = show === 'files';
  const files = isFiles ? await showFiles(task, prepared, shown, journal, machine) : NO_FILES;
  const { layout, findings, steps, facts } = files;
  // Only the verdict needs the facts of mounts, and a crash spares empty directories, so one write for all is soon enough.
  const stamps = stampsFor(journal.steps, machine.mounts.areQuiet(layout.mounts), machine.providers);
  journal.learn([...steps, ...stamps.steps], [...facts, ...stamps.facts]);
  machine.checkInterrupted();
  const images = isFiles ? undefined : imagesOf(planned, shown);
  return { layout, images, cut: told, apartMs, findings: [...new Set([...findings, ...machine.notes])] };
}

/** One path per origin of which something is mounted: the place at or below which all of it is found. */
function pathsFor({ planned }: Prepared, { bases, mounts }: Layout): readonly OpenedPath[] {
  return planned.flatMap(({ origin }, index) => {
    const base = bases[index];
    if (base === undefined || !mounts.some((mount) => mount.origin === index)) return [];
    return [{ source: origin.asked ?? origin.label, path: base }];
  });
}
