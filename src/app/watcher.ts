import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterLook, noteAttendance, readAttendance, WATCH_FILE } from './attendance.ts';
import type { Log } from '../core/ports/machine.ts';
import { createExtender, LONGEST_MS, type Watched } from '../core/run/extend.ts';
import { createGrowing } from '../providers/growing.ts';
import { LOG_FILE, STATE_DIRECTORY } from '../system/paths.ts';
import { createPlainLog } from '../report/plainlog.ts';
import { bootId } from '../system/kernel/boot.ts';
import { createLeanExec } from '../system/lean.ts';
import { lockFile } from '../system/lock.ts';
import { createWatchlist } from './watchlist.ts';

const COMMAND_MS = 60_000;
/** Not the task's, for a closing need not wait for its commands: the storage orders them, and one that comes late finds no snapshot. */
const MARK = '=watcher';

/** How long to wait for the lock: a hook that looks whether somebody watches holds it for a moment. */
const LOCK_SECONDS = 2;
/** How long changes of journals are gathered. */
const SETTLE_MS = 100;
/** Looks between two collections of garbage; see startwatcher.ts. */
const COLLECT_EVERY = 10;

/**
 * Watches the snapshots of all open tasks of this host and extends those that fill up, until the last is closed. There is one
 * at a time, by the lock on its file; another one leaves. Holds no lock of a task; may be killed at any moment. It is a
 * deferred part of its own, since it stays for hours: so it is small, and loads neither the application nor an npm package.
 */
export async function watch(): Promise<void> {
  const log = createPlainLog(LOG_FILE, { task: '', contract: 'cli', phase: 'watch', pid: process.pid });
  const exec = createLeanExec(log, { commandMs: () => COMMAND_MS, graceMs: () => COMMAND_MS }, MARK);
  const list = createWatchlist(bootId());
  try {
    // Whoever opened a task while we held the lock relied on us, so we look again after we have let go of it.
    while (list().length > 0) {
      const lock = await lockFile(WATCH_FILE, LOCK_SECONDS, exec);
      if (!lock) return;
      log.info({ tasks: list().map(({ task }) => task) }, 'watching');
      try {
        await watchAll(list, createExtender(createGrowing(exec), log), log);
      } finally {
        lock.release();
      }
      log.info({}, 'no longer watching');
    }
  } catch (error) {
    log.error({ err: error }, 'watching failed');
  }
}

async function watchAll(
  list: () => readonly Watched[],
  extend: (runs: readonly Watched[]) => Promise<number>,
  log: Log,
): Promise<void> {
  let attendance = readAttendance();
  let failing = false;
  let looks = 0;
  for (let runs = list(); runs.length > 0; looks += 1) {
    let pause = LONGEST_MS;
    try {
      pause = await extend(runs);
      attendance = afterLook(attendance, runs, Date.now());
      noteAttendance(attendance);
      failing = false;
    } catch (error) {
      // The next look may work anyway; its attendance shows for how long none did.
      if (!failing) log.warn({ err: error }, 'a look at the snapshots failed');
      failing = true;
    }
    if (looks % COLLECT_EVERY === 0) collectGarbage();
    runs = await changeOrPause(list, runs, pause);
  }
}

function collectGarbage(): void {
  (globalThis as { readonly gc?: () => void }).gc?.();
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
