import fs from 'node:fs';
import { Journal } from './core/journal.ts';
import { journalPath } from './core/names.ts';
import type { Log } from './core/machine.ts';
import type { NotedStep } from './core/step.ts';
import type { WatchOrder } from './order.ts';
import { LOG_FILE, STATE_DIRECTORY } from './places.ts';
import { createLog } from './report/log.ts';
import { mapperNameOf } from './system/blockdev.ts';
import type { Commands } from './system/command.ts';
import { snapshotFills, type Fill } from './system/dmsetup.ts';
import { createExec } from './system/exec.ts';
import { lvextendByPolicy, lvextendToTheEnd, mapperName } from './system/lvm.ts';

/** From this share on a snapshot is extended, by this share of its size. Also in the README. */
const THRESHOLD = 70;
const PERCENT = 50;
/** How long between two looks: a quarter of the time until the snapshot is full, within these. */
const SHORTEST_MS = 250;
const LONGEST_MS = 2000;
/** Where nothing is written, a look takes a twentieth of the time: the watchers of many tasks must not busy a slow host. */
const IDLE_SHARE = 20;
const IDLE_LONGEST_MS = 10_000;
/** After an extension that failed, no other is tried for so long: the VG is full, or locked. */
const BACKOFF_MS = 30_000;
const COMMAND_MS = 60_000;
/** Not the task's, for a closing need not wait for its commands: LVM orders them, and one that comes late finds no LV. */
const MARK = '=watcher';

interface Watched extends Fill {
  readonly at: number;
}

/**
 * Watches the thick snapshots of one run and extends those that fill up, until the task is closed: LVM's own monitor can
 * do so only by thresholds that stand in lvm.conf for all snapshots of the host (lvm2 2.03.16, `snapshot_autoextend_*`
 * are in no profile). Holds no lock and nothing open; may be killed at any moment.
 */
export async function watch(order: WatchOrder): Promise<void> {
  const { task, run } = order;
  const { log } = createLog(LOG_FILE, 'info', { task, contract: 'cli', phase: 'watch', run, pid: process.pid });
  const exec = createExec(log, { commandMs: () => COMMAND_MS, graceMs: () => COMMAND_MS }, MARK);
  const file = journalPath(STATE_DIRECTORY, task);
  const open = openUnder(file, run);
  const steps = (open() ?? []).filter(({ step }) => step.kind === 'lvm' && step['pool'] === '');
  log.info({ snapshots: steps.length }, 'watching');
  try {
    await watchAll(steps, open, file, exec, log);
  } catch (error) {
    log.error({ err: error }, 'watching failed');
  }
  log.info({}, 'no longer watching');
}

async function watchAll(
  steps: readonly NotedStep[],
  open: () => readonly NotedStep[] | undefined,
  file: string,
  exec: Commands,
  log: Log,
): Promise<void> {
  const seen = new Map<string, Watched>();
  const notBefore = new Map<string, number>();
  let pause = SHORTEST_MS;
  while (steps.length > 0 && open() !== undefined) {
    await changeOrPause(file, pause);
    if (open() === undefined) break;
    const began = performance.now();
    const fills = await exec.run(snapshotFills());
    const idle = Math.min(Math.max((performance.now() - began) * IDLE_SHARE, LONGEST_MS), IDLE_LONGEST_MS);
    pause = idle;
    let found = false;
    for (const noted of steps) {
      const name = provenName(noted);
      const fill = name === undefined ? undefined : fills.get(name);
      if (name === undefined || fill === undefined) continue;
      found = true;
      const now = performance.now();
      pause = Math.min(pause, patience(seen.get(name), { ...fill, at: now }, idle));
      seen.set(name, { ...fill, at: now });
      if ((fill.used * 100) / fill.total < THRESHOLD || now < (notBefore.get(name) ?? 0)) continue;
      notBefore.set(name, now + (await extend(noted, fill, exec, log)));
    }
    // Lost, removed or renamed: nothing that could be extended any more.
    if (!found) break;
  }
}

/** The steps of the run as long as it is open; undefined once its journal is gone, another run's, or being closed. */
function openUnder(file: string, run: string): () => readonly NotedStep[] | undefined {
  let known = '';
  let steps: readonly NotedStep[] | undefined;
  return () => {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const state = stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : '';
    if (state === known) return steps;
    known = state;
    const journal = stat && Journal.read(file);
    steps = journal?.header.run === run && !journal.verdict ? journal.steps : undefined;
    return steps;
  };
}

/** Ends early when the journal changes. */
async function changeOrPause(file: string, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    let watcher: fs.FSWatcher | undefined;
    try {
      watcher = fs.watch(file, done).on('error', done);
    } catch {
      // The kernel has no inotify to give: then it is noticed a little later.
    }
    function done(): void {
      clearTimeout(timer);
      watcher?.close();
      resolve();
    }
  });
}

/** The device-mapper name of a step's snapshot, if the LV of that name has the UUID that was noted when it was taken. */
function provenName({ step: { vg = '', name = '' }, facts }: NotedStep): string | undefined {
  const expected = mapperName(vg, name);
  return mapperNameOf(facts?.['uuid'] ?? '') === expected ? expected : undefined;
}

/** How long to wait for the next look at a snapshot; `idle` where nothing is written to it. */
function patience(before: Watched | undefined, now: Watched, idle: number): number {
  if (!before || now.total !== before.total) return LONGEST_MS;
  if (now.used <= before.used) return idle;
  const untilFull = ((now.total - now.used) * (now.at - before.at)) / (now.used - before.used);
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, untilFull / 4));
}

/** How long to wait before the next try. What has gone wrong stands in the log: the verdict will tell the job. */
async function extend(noted: NotedStep, { used, total }: Fill, exec: Commands, log: Log): Promise<number> {
  const { vg = '', name = '' } = noted.step;
  const about = { snapshot: `${vg}/${name}`, used, total };
  for (const command of [lvextendByPolicy(vg, name, THRESHOLD, PERCENT), lvextendToTheEnd(vg, name)]) {
    if (provenName(noted) === undefined) return BACKOFF_MS;
    try {
      await exec.run(command);
      log.info(about, 'extended');
      return 0;
    } catch (error) {
      log.warn({ ...about, err: error }, 'not extended');
    }
  }
  return BACKOFF_MS;
}
