import { Fault } from '../core/model/fault.ts';
import { shellWord } from '../core/text/shell.ts';
import type { AboutOf, AnswerOf, QuestionName } from '../foreign/questions.ts';
import type { MountEntry } from './kernel/mountinfo.ts';

/** What a finished command left. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A command as data: what to run and how to read it. Dry run, logging and timing need no more. `system/` has a file of
 * such builders for each tool.
 */
export interface Command<T> {
  /** Name of the program; looked for in the fixed PATH only. */
  readonly tool: string;
  readonly argv: readonly string[];
  /** Words that come before it: programs that change what a process may do, and go on as the tool (confine.ts). */
  readonly within?: readonly string[];
  /** Standard input; nothing where undefined. */
  readonly input?: string;
  /** The standard input may hold a key: it goes to no log. */
  readonly secret?: true;
  /** A descriptor of ours that the command gets as its standard input instead; `input` then is what the log shows of it. */
  readonly fd?: number;
  /** Milliseconds; undefined: what the hook has left. For a command that waits on purpose. */
  readonly timeoutMs?: number;
  /** Milliseconds; less than the limit of the task if that allows more. For a command that hangs or is quick. */
  readonly mostMs?: number;
  /**
   * After its time it is not even asked to end: a daemon does the work, and would do it without the command as well. As long as the
   * command runs it can be seen that the work is not over.
   */
  readonly left?: true;
  /** Changes the machine: a signal to us does not reach it, and after a timeout it is asked to end but never killed. */
  readonly mutates: boolean;
  /** Exit statuses that `parse` is called for; any other is a Fault `tool.failed`. */
  readonly statuses: readonly number[];
  parse(result: Finished): T;
}

/** How long a hook may still take, whenever it is asked: core/run/deadline.ts. All in milliseconds. */
export interface Limits {
  /** That a command may take which starts now; 0: none may start any more. */
  commandMs(): number;
  /** That a command which changes something may take to end, once it was asked to. */
  graceMs(): number;
}

/** Runs commands. The only implementation is in commands.ts. */
export interface Commands {
  /** Throws `tool.missing`, `tool.failed` (the detail is the tool's standard error), `tool.timeout`, or `tool.locked` where it waited for others' lock. */
  run<T>(command: Command<T>): Promise<T>;
  /** Milliseconds that one may wait for others: `most`, less where the hook has less time. */
  patienceMs(most: number): number;
}

/** What works for us in other processes: commands, and whoever looks at what is not ours. */
export interface Exec extends Commands, Prober {}

/**
 * The lines of what a tool printed. Throws `tool.failed` where the last one has no end: the tool did not come to the end
 * of what it had to say, whatever its status, and what is missing would be taken for gone.
 */
export function wholeLines(tool: string, text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.pop() === '') return lines;
  throw new Fault('tool.failed', `what ${tool} printed is cut off`, { detail: [lines.at(-1) ?? ''] });
}

/** For a command whose result is looked at afterwards; a status above is that of a signal. */
export const ANY_STATUS = Array.from({ length: 128 }, (_, status) => status);

/** A command as a line that can be pasted into a shell. Only for people: nothing of ours goes through a shell. */
export function shellLine(command: Pick<Command<unknown>, 'tool' | 'argv'>): string {
  return [command.tool, ...command.argv].map(shellWord).join(' ');
}

/**
 * Asks about bytes and inodes that are not ours. A read of a disk that hangs, or of a server that is gone, can't be ended and
 * keeps its process from ending (Node.js joins its threads, 20.20), so another process of ours does it, which can be left behind. One
 * process answers all questions of a hook, one after the other.
 */
export interface Prober {
  /**
   * Throws what the question throws: a Fault, or an error with the `code` of the system; `tool.timeout` where there is no
   * answer, and at once for what lies on the same mount as something that did not answer. `mounts`: all there are, where
   * whoever asks many questions has just read them.
   */
  ask<N extends QuestionName>(
    name: N,
    about: AboutOf<N>,
    mostMs?: number,
    mounts?: readonly MountEntry[],
  ): Promise<AnswerOf<N>>;
}
