import { Fault } from '../core/model/fault.ts';
import { errorCode } from '../core/files/trust.ts';
import type { Log } from '../core/ports/machine.ts';
import { namesOf } from '../core/text/users.ts';
import { whyNot } from '../core/text/why.ts';
import type { Command, Commands, Finished, Limits } from './command.ts';
import { howToInstall } from './packages.ts';
import { lockInTheWay, type LockInTheWay } from './kernel/locks.ts';
import { CHANGING_TOOLS, MARK } from './kernel/processes.ts';
import { PATH } from './programs.ts';
import { tooOld } from './tools/since.ts';

/** Commands at one time: two for each of 200 snapshots would be 400 processes. */
const MOST_AT_ONCE = 8;
/** Bytes that a command may print. */
export const MOST_PRINTED = 16 * 1024 * 1024;

/** What a command is started with. In `/`, in a process group of its own, and with nothing else of ours. */
export interface Start {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Standard input: this text, or this descriptor of ours, or nothing. */
  readonly stdin: { readonly text: string } | { readonly fd: number } | undefined;
}

/** A command that was started. */
export interface Child {
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Neither waits for it nor listens to it any more. */
  leave(): void;
  /** Never rejects. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildEnd extends Pick<Finished, 'stdout' | 'stderr'> {
  /** Undefined: it was ended by a signal, or never began. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** It printed more than MOST_PRINTED bytes, and was ended. */
  readonly printedTooMuch: boolean;
  /** Why it could not be started. */
  readonly cause: unknown;
}

/** Starts a process: by execa for the hooks (exec.ts), and without it for what must be small (lean.ts). */
export type StartChild = (start: Start) => Child;

/**
 * The only door to other processes: no shell, a fixed PATH, nothing inherited of the caller's environment or
 * descriptors, a time limit on every command (asked for when it starts), each one logged with its duration. `mark` stands in the environment of each
 * (see `markedProcesses`, which knows the tools that change something: no other may). One that only looks, and that a signal
 * of somebody else ends, is started once more.
 */
export function createCommands(log: Log, limits: Limits, mark: string, start: StartChild): Commands {
  const turns = createTurns(MOST_AT_ONCE);
  return {
    patienceMs: (most) => Math.min(most, limits.commandMs() / 2),
    async run(command) {
      const { tool, argv, within = [], secret } = command;
      if (command.mutates && !CHANGING_TOOLS.includes(tool)) throw new Error(`${tool} is not one of CHANGING_TOOLS`);
      const input = secret ? undefined : command.input;
      // A tool that does not understand its input prints it.
      const masked = secret ? '' : undefined;
      const release = await turns();
      const began = performance.now();
      let finished: Ended;
      try {
        finished = await runOnce(command, limits, mark, start);
        // A signal to our whole group can hit a child that has no group of its own yet.
        if (finished.signal !== undefined && !command.mutates) finished = await runOnce(command, limits, mark, start);
      } finally {
        release();
      }
      const ms = Math.round(performance.now() - began);
      log.debug(
        { argv: [...within, tool, ...argv], input, exit: finished.status, ms, stderr: masked ?? finished.stderr },
        'command',
      );
      const old = tooOld(command, finished);
      if (old) throw old;
      if (!command.statuses.includes(finished.status)) {
        throw new Fault('tool.failed', `${nameOf(command)} failed with status ${finished.status}`, {
          detail: linesOf(masked ?? (finished.stderr || finished.stdout)),
        });
      }
      return command.parse(finished);
    },
  };
}

/** Lets so many go on at one time; each calls what it gets when it is done. */
function createTurns(most: number): () => Promise<() => void> {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  };
  return async () => {
    if (taken < most) taken += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return release;
  };
}

interface Ended extends Finished {
  /** The signal that ended it, which was not ours. */
  readonly signal: string | undefined;
}

async function runOnce(command: Command<unknown>, limits: Limits, mark: string, start: StartChild): Promise<Ended> {
  const {
    within = [],
    tool,
    argv,
    input,
    mutates,
    fd,
    left = false,
    timeoutMs: allowedMs = limits.commandMs(),
    mostMs = allowedMs,
  } = command;
  const timeoutMs = Math.min(allowedMs, mostMs);
  if (timeoutMs <= 0)
    throw new Fault('tool.timeout', `${nameOf(command)} was not started, because the hook has no time left`);
  const graceMs = limits.graceMs();
  const child = start({
    argv: [...within, tool, ...argv] as [string, ...string[]],
    // LVM prints a warning for every inherited descriptor without this: lvm(8), ENVIRONMENT VARIABLES.
    env: { PATH, LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1', [MARK]: mark },
    stdin: fd !== undefined ? { fd } : input === undefined ? undefined : { text: input },
  });

  let timer: NodeJS.Timeout | undefined;
  let asked = false;
  let lock: LockInTheWay | undefined;
  const expired = new Promise<'expired'>((resolve) => {
    timer = setTimeout(() => {
      asked = true;
      // That can be found out only while it still waits.
      lock = child.pid === undefined ? undefined : lockInTheWay(child.pid);
      if (!left) child.kill(mutates ? 'SIGTERM' : 'SIGKILL');
      timer = setTimeout(() => resolve('expired'), mutates && !left ? graceMs : 100);
    }, timeoutMs);
  });
  const result = await Promise.race([child.ended, expired]);
  clearTimeout(timer);
  if (result === 'expired') {
    child.leave();
    throw late(command, timeoutMs, `process ${child.pid} may still be running; look at it, and `, lock);
  }
  if (asked && result.signal !== undefined) throw late(command, timeoutMs, '', lock);
  // What is missing would be taken for gone, whatever the status.
  if (result.printedTooMuch)
    throw new Fault('tool.failed', `${nameOf(command)} printed more than ${MOST_PRINTED} bytes`);
  if (errorCode(result.cause) === 'ENOENT') {
    throw new Fault('tool.missing', `${tool} is not installed (looked in ${PATH})`, {
      hint: howToInstall(tool),
    });
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Fault('tool.failed', `${tool} can't be started: ${whyNot(result.cause)}`, { cause: result.cause });
  }
  const { exitCode = 128, stdout, stderr, signal } = result;
  return { status: exitCode, stdout, stderr, signal };
}

function late(command: Command<unknown>, timeoutMs: number, still: string, lock: LockInTheWay | undefined): Fault {
  if (lock) {
    const { holders, file = 'that it needs' } = lock;
    const who = holders.length > 0 ? namesOf(holders) : 'a process that is not visible from here';
    const seconds = Math.round(timeoutMs / 100) / 10;
    return new Fault('tool.locked', `${nameOf(command)} waited ${seconds} s for the lock ${file}, held by ${who}`, {
      hint: `${still}try again when that is done`,
    });
  }
  return new Fault('tool.timeout', `${nameOf(command)} did not end within ${Math.round(timeoutMs / 100) / 10} s`, {
    hint: `${still}set a longer 'timeout' if it just needs time`,
  });
}

/** `lvm lvs`, `mount`: the whole line is in the log and would fill a status line. */
function nameOf({ tool, argv: [first = ''] }: Command<unknown>): string {
  return /^[a-z]+$/.test(first) ? `${tool} ${first}` : tool;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}
