import path from 'node:path';
import type { Sources } from './config/source.ts';
import type { Reply } from './core/contract.ts';
import { asError, Fault, isFault } from './core/fault.ts';
import { Journal } from './core/journal.ts';
import { journalPath, newRunId } from './core/names.ts';
import { opens } from './core/earlier.ts';
import { open } from './core/open.ts';
import type { Opened } from './core/opened.ts';
import { plan, type Plan } from './core/plan.ts';
import { recover } from './core/recover.ts';
import { nothing } from './core/reply.ts';
import { shellWord } from './core/shell.ts';
import { STATE_DIRECTORY } from './places.ts';
import { brokenReply, failedReply, heldReply, openedReply, recoveredReply } from './report/joblog.ts';
import { closeTask, leaveDirectory, openedWith, sessionOf, type Work } from './closing.ts';
import { jsonText } from './report/json.ts';
import { clearStillborn, LOOK_MS, readJournals, openMachine, withTask, type Session } from './session.ts';
import { checkState } from './directories.ts';
import { stopSignal } from './signals.ts';
import { runUserCommand, statusAfter } from './system/exec.ts';
import { callersOf } from './system/processes.ts';
import { whyNotRun } from './system/userprogram.ts';

/**
 * How long an opening waits for another hook that works on the same task. A closing waits as long as it may: a product
 * that cancels a job calls it while the opening still runs.
 */
const OPENING_WAITS_SECONDS = 60;

export { closeTask } from './closing.ts';
export { callScript } from './script.ts';
export { statusOf } from './status.ts';
export { watch } from './watcher.ts';

/** Opens a task. Every failure comes back as a reply; nothing is thrown. */
export async function openTask(work: Work): Promise<Reply> {
  return (await openedOrReply(work)).reply;
}

/** How a command of the user's over a task went: what to say, and how to leave. */
export interface RunResult {
  readonly opened: Reply;
  readonly closed: Reply | undefined;
  /** The command's own status, or that of a shell that can't start it; undefined: there was nothing to start it for. */
  readonly status: number | undefined;
}

/**
 * Opens a task, runs a command with `{mount}` replaced by where its mounts are, and closes the task however the command
 * ended. `say` is told the first reply before the command starts.
 */
export async function runTask(
  work: Work,
  command: readonly [string, ...string[]],
  say: (reply: Reply) => void,
): Promise<RunResult> {
  const [program, ...args] = command;
  const { exec } = openMachine({ ...sessionOf(work, 'run'), timeoutMs: LOOK_MS });
  // Where the mount will be is not known yet.
  const unfit = program.includes('{mount}') ? undefined : await whyNotRun(program, process.env['PATH'], exec);
  if (unfit) {
    const reply = failedReply('run', work.task, unfit.fault, []);
    say(reply);
    return { opened: reply, closed: undefined, status: unfit.status };
  }
  const { opened, reply } = await openedOrReply(work);
  say(reply);
  if (opened?.kind !== 'opened') return { opened: reply, closed: undefined, status: undefined };
  const { mount } = opened.prepared;
  let status: number;
  try {
    const fill = (word: string): string => word.replaceAll('{mount}', mount);
    const signal = stopSignal();
    status = signal ? statusAfter(signal) : await runUserCommand([fill(program), ...args.map(fill)]);
  } catch (error) {
    const closed = await closeTask(work, opened.run);
    say(failedReply('run', work.task, asError(error), []));
    return { opened: reply, closed, status: 127 };
  }
  return { opened: reply, closed: await closeTask(work, opened.run), status };
}

/** What opening a task would do; changes nothing. Throws a Fault where it would fail. */
export async function planTask(
  sources: Sources,
  name: string,
): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { loadTask } = await import('./config/load.ts');
  const { planText } = await import('./report/plan.ts');
  const { columns } = await import('./report/wrap.ts');
  const { task, log } = loadTask(sources, name);
  checkState();
  const journal = Journal.read(journalPath(STATE_DIRECTORY, name));
  if (journal) {
    throw new Fault('task.busy', `task ${name} is open (run ${journal.header.run}), so its mount point is in use`, {
      hint: `look again when it is closed: holdstill status ${shellWord(name)}`,
    });
  }
  const session = { task: name, contract: 'cli', phase: 'plan', level: log.level, timeoutMs: task.timeoutMs };
  const result = await plan(task, openMachine(session));
  return { plan: result, text: planText(result, columns()) };
}

/** Which storages could take a snapshot of a path, in the order in which they are asked. */
export interface FoundPath {
  readonly schema: 1;
  readonly path: string;
  readonly storages: readonly { readonly kind: string; readonly claims: boolean; readonly why: string }[];
}

/** Changes nothing. Throws a Fault where there is no such path, nor a logical volume that is called so. */
export async function findPath(asked: string): Promise<{ readonly found: FoundPath; readonly text: string }> {
  const { splitVg } = await import('./config/names.ts');
  const full = path.resolve(asked);
  try {
    return await storagesFor(full);
  } catch (error) {
    if (!isFault(error) || error.code !== 'origin.unknown' || asked.startsWith('/') || !splitVg(asked)) throw error;
  }
  try {
    return await storagesFor(`/dev/${asked}`);
  } catch (error) {
    if (!isFault(error) || error.code !== 'origin.unknown') throw error;
    throw new Fault('origin.unknown', `there is no path ${full}, and no active logical volume ${asked}`, {
      hint: 'see what there is: lvs',
    });
  }
}

async function storagesFor(full: string): Promise<{ readonly found: FoundPath; readonly text: string }> {
  const { findText } = await import('./report/find.ts');
  const { terminalColumns } = await import('./report/wrap.ts');
  const machine = openMachine({ task: '', contract: 'cli', phase: 'find', level: 'info', timeoutMs: LOOK_MS });
  const storages: FoundPath['storages'][number][] = [];
  for (const provider of machine.providers) storages.push({ kind: provider.kind, ...(await provider.find(full)) });
  const found: FoundPath = { schema: 1, path: full, storages };
  return { found, text: findText(full, storages, terminalColumns()) };
}

/**
 * For an unattended run, at boot and by a timer: undoes what is left from before the last start and what crashed or
 * interrupted hooks left. Nothing is said of a task that is properly open, or that a hook works on now; neither is an
 * error. So there are replies only for what was undone, and for what could not be.
 */
export async function recoverUnattended(): Promise<readonly Reply[]> {
  const replies = await recoverTasks(undefined);
  return replies.flatMap((reply): readonly Reply[] => {
    if (reply.kind !== 'failed') return reply.kind === 'nothing' ? [] : [reply];
    const { fault, leftovers } = reply;
    if (!isFault(fault) || fault.exitStatus !== 4) return [reply];
    // What a crash left and a process still reads is a leftover like any other.
    return fault.code === 'task.locked' ? [] : [{ ...reply, leftovers: [...leftovers, 'all that its journal lists'] }];
  });
}

/**
 * Undoes what crashes left. Without a name: of all tasks that are not properly open. A reply per task. `discard`: also
 * snapshots that others may have worked on.
 */
export async function recoverTasks(only: string | undefined, discard = false): Promise<readonly Reply[]> {
  leaveDirectory();
  const { sound, broken } = readJournals();
  await clearStillborn();
  const names = sound.map(({ header }) => header.task);
  // A damaged journal may be that of a name that no sound one has.
  const replies: Reply[] = only !== undefined && names.includes(only) ? [] : broken.map(brokenReply);
  for (const task of names.filter((name) => only === undefined || name === only)) {
    const session: Session = { task, contract: 'cli', phase: 'recover', level: 'info', timeoutMs: openedWith(task) };
    const reply = await withTask(session, 0, async (machine) => {
      const journal = Journal.load(journalPath(machine.stateDirectory, task));
      if (!journal) return nothing(`task ${task} has been closed meanwhile`);
      const recovered = await recover(journal, { byName: only !== undefined, discard }, machine);
      if (recovered.kind === 'held' && journal.watched !== undefined) await machine.watch();
      return recovered.kind === 'closed'
        ? recoveredReply(recovered.closed)
        : heldReply(task, journal.header.run, recovered);
    });
    replies.push(reply);
  }
  return replies;
}

/** Checks the whole configuration: what is hardly meant, and a line that says it is well. Throws a Fault that tells all problems. */
export async function validateConfig(sources: Sources, json: boolean): Promise<string> {
  const { loadConfig } = await import('./config/load.ts');
  const { warningsOf } = await import('./config/warnings.ts');
  const { tasks } = loadConfig(sources);
  const warnings = warningsOf(sources, tasks);
  const files = sources.files.map(({ path }) => path);
  if (json) return jsonText({ schema: 1, tasks: [...tasks.keys()], files, warnings });
  const lines = [...warnings.map((warning) => `warning: ${warning}`), `ok: ${tasks.size} tasks in ${files.join(', ')}`];
  return lines.map((line) => `${line}\n`).join('');
}

/** Every task with all its settings. Throws like `validateConfig`. */
export async function showConfig(sources: Sources, json: boolean): Promise<string> {
  const { loadConfig } = await import('./config/load.ts');
  const { configText } = await import('./report/config.ts');
  const config = loadConfig(sources);
  const tasks = [...config.tasks.values()];
  return json ? jsonText({ schema: 1, ...config, tasks }) : configText(tasks);
}

export async function configSchema(): Promise<string> {
  const { jsonSchema } = await import('./config/schema.ts');
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}

async function openedOrReply(work: Work): Promise<{ readonly opened: Opened | undefined; readonly reply: Reply }> {
  const began = performance.now();
  const callers = callersOf();
  let opened: Opened | undefined;
  try {
    if (!work.sources) throw new Error('opening needs a configuration');
    // Closing needs no configuration, so it should not pay for the reading of one.
    const { loadTask } = await import('./config/load.ts');
    const { task, log } = loadTask(work.sources, work.task);
    const session = { ...sessionOf(work, 'pre'), level: log.level, timeoutMs: task.timeoutMs - (work.spentMs ?? 0) };
    const run = newRunId();
    const reply = await withTask(session, OPENING_WAITS_SECONDS, async (machine, lock) => {
      lock.note(opens(run));
      const { contract, call } = work;
      opened = await open({ run, task, contract, runKey: call.runKey, callers, killed: lock.left }, machine);
      return openedReply(task.name, opened, performance.now() - began);
    });
    return { opened, reply };
  } catch (error) {
    return { opened, reply: failedReply('pre', work.task, asError(error), []) };
  }
}
