import { loadTask } from '../config/load.ts';
import type { Configuration } from '../config/configuration.ts';
import { problemsOf } from '../config/messages.ts';
import { escapeText } from '../core/text/escape.ts';
import { isFault, type Fault } from '../core/model/fault.ts';
import type { JournalView } from '../core/journal/view.ts';
import { lockPath } from '../core/model/names.ts';
import { taskStatusOf, type TaskStatus } from '../core/run/taskstatus.ts';
import type { Marked } from '../core/model/snapshot.ts';
import type { Source } from '../core/model/task.ts';
import { whyNot } from '../core/text/why.ts';
import type { OurMachine } from './host.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { statusText } from '../report/status.ts';
import { strangerLines } from '../report/strangers.ts';
import { terminalColumns, wrap } from '../report/wrap.ts';
import { LOOK_MS, openMachine, readJournals } from './session.ts';
import { recentStrangers, type Stranger } from '../system/strangers.ts';
import { isLocked } from '../system/lock.ts';

/** How all tasks stand: those that are configured and those that have a journal. */
export interface Status {
  readonly schema: 1;
  readonly tasks: readonly TaskStatus[];
  readonly strays: readonly Stray[];
  /** What is not known, and why: a configuration that can't be used, a damaged journal, a missing tool. */
  readonly broken: readonly string[];
  /** Calls before a job, of the last seven days, of which no task is configured. */
  readonly unknown: readonly (Stranger & { readonly meant: string | undefined })[];
}

/** A snapshot that is marked as ours and that no journal knows. */
interface Stray {
  readonly what: string;
  /** Who uses it: it may be his by now. */
  readonly users: readonly string[];
  readonly byHand: string;
}

/** What is wrong besides the tasks, and the exit status that goes with it. */
interface Problem {
  readonly text: string;
  readonly exit: number;
}

/**
 * Changes nothing. `exit` is for monitoring: 0 only if all is well. 5: what is open may be bad; 3: something is left that
 * no hook works on, or can't be understood; 2: the configuration can't be used, also where there is none; 1: something
 * could not be looked at. Throws a Fault where there is no task `only`, or nothing is known at all.
 */
export async function statusOf(
  config: Configuration | Fault,
  only: string | undefined,
): Promise<{ readonly status: Status; readonly text: string; readonly exit: number }> {
  const { sources, problems } = await readConfig(config, only);
  const { sound: journals, broken } = readJournals();
  problems.push(...broken.map(({ message }) => ({ text: message, exit: 3 })));
  const machine = openMachine({ task: '', contract: 'cli', phase: 'status', level: 'info', timeoutMs: LOOK_MS });
  const open: TaskStatus[] = [];
  for (const journal of journals) open.push(await taskStatusOf(journal, machine));
  const noted = new Set(journals.map(({ header }) => header.run));
  const marked = await markedBy(machine, sources, noted, problems);
  // A hook may have opened or closed a task since the journals were read.
  const after = readJournals().sound;
  const runs = new Set([...noted, ...after.map(({ header }) => header.run)]);
  const strays = marked
    .filter(({ run }) => !runs.has(run))
    .map(({ what, byHand, users = [] }) => ({
      what,
      users,
      byHand: users.length > 0 ? 'find out who owns it' : byHand,
    }));
  const configured = isFault(config) ? [] : [...config.taskNames].toSorted();
  const idle = configured.filter((task) => !open.some((one) => one.task === task)).map(idleTask);
  const tasks = [...open, ...idle].filter(({ task }) => only === undefined || task === only);
  if (only !== undefined && tasks.length === 0) throw unknownTask(config, only);
  const exits = [
    ...tasks.map((task) => exitOf(task, after)),
    ...problems.map(({ exit }) => exit),
    strays.length > 0 ? 3 : 0,
  ];
  const unknown = only === undefined ? strangersBeside(config) : [];
  const status: Status = { schema: 1, tasks, strays, broken: problems.map(({ text }) => text), unknown };
  const width = terminalColumns();
  const calls = strangerLines(unknown).flatMap((line) => wrap(line, width));
  const text = statusText(tasks, strays, status.broken, width) + calls.map((line) => `${line}\n`).join('');
  return { status, text, exit: Math.max(...exits) };
}

/** What tasks save whose records are right, and what is wrong with the others; with `only`, what concerns that task. */
async function readConfig(
  config: Configuration | Fault,
  only: string | undefined,
): Promise<{ readonly sources: readonly Source[]; readonly problems: Problem[] }> {
  const sources: Source[] = [];
  const faults: Fault[] = [];
  if (isFault(config)) faults.push(config);
  else {
    const ofFiles = only === undefined ? config.brokenFiles.map(({ fault }) => fault) : [config.faultFor(only)];
    faults.push(...ofFiles.filter((fault) => fault !== undefined));
    for (const name of config.taskNames) {
      try {
        sources.push(loadTask(config, name).task.source);
      } catch (error) {
        if (!isFault(error)) throw error;
        if (only === undefined || only === name) faults.push(error);
      }
    }
  }
  // What is wrong at the top of a file is found with each of its tasks.
  const texts = new Map(faults.flatMap((fault) => problemsOf(fault).map((text) => [text, fault.exitStatus] as const)));
  return { sources, problems: [...texts].map(([text, exit]) => ({ text: escapeText(text), exit })) };
}

/** All snapshots that have our mark, at least those that are of no run `known`. */
async function markedBy(
  machine: OurMachine,
  sources: readonly Source[],
  known: ReadonlySet<string>,
  problems: Problem[],
): Promise<readonly Marked[]> {
  const listed = machine.providers.map((provider) =>
    provider.marked('now', sources, known).catch((error: unknown) => {
      problems.push({
        text: `holdstill could not search for snapshots that no journal lists: ${whyNot(error)}`,
        exit: 1,
      });
      return [];
    }),
  );
  return (await Promise.all(listed)).flat();
}

/** `after`: the journals as they are when all has been looked at. */
function exitOf({ task, run, state, verdict, resting = [] }: TaskStatus, after: readonly JournalView[]): number {
  const now = after.find(({ header }) => header.run === run);
  // Whoever works on it has not succeeded in time.
  if (now && resting.some(({ until }) => Date.parse(until) < Date.now())) return 3;
  // While a hook works on a task, or has closed it meanwhile, its mounts may be half there.
  if (!now || isLocked(lockPath(STATE_DIRECTORY, task))) return 0;
  if (state !== 'held') return 3;
  if (now.verdict) return 0;
  return verdict?.kind === 'bad' ? 5 : verdict?.kind === 'unknown' ? 1 : 0;
}

function idleTask(task: string): TaskStatus {
  return {
    task,
    state: 'idle',
    verdict: undefined,
    run: undefined,
    contract: undefined,
    since: undefined,
    snapshots: [],
    notSaved: [],
    users: [],
    others: [],
  };
}

/** A name that has got a task since is no longer reported. */
function strangersBeside(config: Configuration | Fault): Status['unknown'] {
  const known = isFault(config) ? undefined : config;
  return recentStrangers()
    .filter(({ words }) => !words.some((word) => known?.taskNames.has(word)))
    .map((one) => ({
      ...one,
      meant: one.words.map((word) => known?.nearest(word)).find((task) => task !== undefined),
    }));
}

function unknownTask(config: Configuration | Fault, only: string): Fault {
  if (isFault(config)) return config;
  return config.faultFor(only) ?? config.unknown(only);
}
