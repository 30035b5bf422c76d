import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterLook, noteAttendance, readAttendance, WATCH_FILE } from './attendance.ts';
import type { Log } from '../core/ports/machine.ts';
import type { NotedStep } from '../core/model/step.ts';
import { LOG_FILE, STATE_DIRECTORY } from '../system/paths.ts';
import { createLog } from '../report/log.ts';
import { mapperNameOf } from '../system/kernel/blockdev.ts';
import { bootId } from '../system/kernel/boot.ts';
import type { Commands } from '../system/command.ts';
import { snapshotFills, type Fill } from '../system/tools/dmsetup.ts';
import { createExec } from '../system/exec.ts';
import { lockFile } from '../system/lock.ts';
import { lvextendByPolicy, lvextendToTheEnd, mapperName } from '../system/tools/lvm.ts';
import { createWatchlist, type Watched } from './watchlist.ts';

/** From this share on a snapshot is extended, by this share of its size. Also in docs/configuration.md. */
const THRESHOLD = 70;
const PERCENT = 50;
/** How long between two looks: a quarter of the time until the snapshot is full, within these. */
const SHORTEST_MS = 250;
const LONGEST_MS = 2000;
/** Where nothing is written, a look takes a tenth of the time: watching must not busy a slow host. */
const IDLE_SHARE = 10;
const IDLE_LONGEST_MS = 5000;
/** LVM extends by no lower threshold: lvm.conf(5), `snapshot_autoextend_threshold`. */
const LOWEST_THRESHOLD = 50;
/** What was opened less than so long ago has filled up at once. */
const FRESH_MS = 60_000;
/** After an extension that failed, no other is tried for so long: the VG is full, or locked. */
const BACKOFF_MS = 30_000;
const COMMAND_MS = 60_000;
/** Not the task's, for a closing need not wait for its commands: LVM orders them, and one that comes late finds no LV. */
const MARK = '=watcher';

/** How long to wait for the lock: a hook that looks whether somebody watches holds it for a moment. */
const LOCK_SECONDS = 2;
/** How long changes of journals are gathered. */
const SETTLE_MS = 100;

interface Seen extends Fill {
  readonly at: number;
  /** The most that it grew by between two looks: it may do so again. */
  readonly jump: number;
}

/**
 * Watches the thick snapshots of all open tasks of this host and extends those that fill up, until the last is closed:
 * LVM's own monitor can do so only by thresholds that stand in lvm.conf for all snapshots of the host (lvm2 2.03.16,
 * `snapshot_autoextend_*` are in no profile). There is one at a time, by the lock on its file; another one leaves. Holds
 * no lock of a task; may be killed at any moment.
 */
export async function watch(): Promise<void> {
  const { log } = createLog(LOG_FILE, 'info', { task: '', contract: 'cli', phase: 'watch', pid: process.pid });
  const exec = createExec(log, { commandMs: () => COMMAND_MS, graceMs: () => COMMAND_MS }, MARK);
  const list = createWatchlist(bootId());
  try {
    // Whoever opened a task while we held the lock relied on us, so we look again after we have let go of it.
    while (list().length > 0) {
      const lock = await lockFile(WATCH_FILE, LOCK_SECONDS, exec);
      if (!lock) return;
      log.info({ tasks: list().map(({ task }) => task) }, 'watching');
      try {
        await watchAll(list, exec, log);
      } finally {
        lock.release();
      }
      log.info({}, 'no longer watching');
    }
  } catch (error) {
    log.error({ err: error }, 'watching failed');
  }
}

async function watchAll(list: () => readonly Watched[], exec: Commands, log: Log): Promise<void> {
  const seen = new Map<string, Seen>();
  const notBefore = new Map<string, number>();
  let attendance = readAttendance();
  let failing = false;
  for (let runs = list(); runs.length > 0;) {
    const began = performance.now();
    let pause = LONGEST_MS;
    try {
      const fills = await exec.run(snapshotFills());
      const idle = Math.min(Math.max((performance.now() - began) * IDLE_SHARE, LONGEST_MS), IDLE_LONGEST_MS);
      pause = await extendFull(runs, fills, { seen, notBefore, idle }, exec, log);
      attendance = afterLook(attendance, runs, Date.now());
      noteAttendance(attendance);
      failing = false;
    } catch (error) {
      // The next look may work anyway; its attendance shows for how long none did.
      if (!failing) log.warn({ err: error }, 'a look at the snapshots failed');
      failing = true;
    }
    runs = await changeOrPause(list, runs, pause);
  }
}

/** Extends what is nearly full. Returns how long to wait for the next look. */
async function extendFull(
  runs: readonly Watched[],
  fills: ReadonlyMap<string, Fill>,
  { seen, notBefore, idle }: { seen: Map<string, Seen>; notBefore: Map<string, number>; idle: number },
  exec: Commands,
  log: Log,
): Promise<number> {
  let pause = idle;
  for (const { task, since, steps } of runs) {
    for (const noted of steps) {
      const name = provenName(noted);
      const fill = name === undefined ? undefined : fills.get(name);
      if (name === undefined || fill === undefined) continue;
      const now = performance.now();
      const before = seen.get(name);
      const grown = before || Date.now() - since < FRESH_MS ? fill.used - (before?.used ?? 0) : 0;
      const jump = Math.max(before?.jump ?? 0, grown);
      pause = Math.min(pause, patience(before, { ...fill, at: now, jump }, idle));
      seen.set(name, { ...fill, at: now, jump });
      const soonFull = (fill.used * 100) / fill.total >= THRESHOLD || fill.used + jump >= fill.total;
      if (!soonFull || now < (notBefore.get(name) ?? 0)) continue;
      notBefore.set(name, now + (await extend(task, noted, fill, exec, log)));
    }
  }
  for (const name of seen.keys()) if (!fills.has(name)) seen.delete(name);
  return pause;
}

/** What is to be watched after a pause, or as soon as another run is there or one is gone. */
async function changeOrPause(
  list: () => readonly Watched[],
  before: readonly Watched[],
  ms: number,
): Promise<readonly Watched[]> {
  const end = performance.now() + ms;
  const runs = before.map(({ run }) => run).join();
  for (;;) {
    await changeOf(STATE_DIRECTORY, end - performance.now());
    const now = list();
    if (performance.now() >= end || now.map(({ run }) => run).join() !== runs) return now;
    await sleep(Math.min(SETTLE_MS, Math.max(0, end - performance.now())));
  }
}

/** Ends early when something in a directory changes. */
async function changeOf(directory: string, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, Math.max(0, ms));
    let watcher: fs.FSWatcher | undefined;
    try {
      watcher = fs.watch(directory, done).on('error', done);
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
function patience(before: Seen | undefined, now: Seen, idle: number): number {
  if (!before || now.total !== before.total) return LONGEST_MS;
  if (now.used <= before.used) return idle;
  const untilFull = ((now.total - now.used) * (now.at - before.at)) / (now.used - before.used);
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, untilFull / 4));
}

/** How long to wait before the next try. What has gone wrong stands in the log: the verdict will tell it to the job. */
async function extend(
  task: string,
  noted: NotedStep,
  { used, total }: Fill,
  exec: Commands,
  log: Log,
): Promise<number> {
  const { vg = '', name = '' } = noted.step;
  const about = { task, snapshot: `${vg}/${name}`, used, total };
  // Where a jump is to be feared it is below the usual threshold; it must be above the one that is given.
  const below = Math.ceil((used * 100) / total) - 1;
  const threshold = Math.min(THRESHOLD, Math.max(LOWEST_THRESHOLD, below));
  for (const command of [lvextendByPolicy(vg, name, threshold, PERCENT), lvextendToTheEnd(vg, name)]) {
    if (provenName(noted) === undefined) return BACKOFF_MS;
    try {
      await exec.run(command);
      log.info(about, 'extended a snapshot');
      return 0;
    } catch (error) {
      log.warn({ ...about, err: error }, 'a snapshot could not be extended');
    }
  }
  return BACKOFF_MS;
}
