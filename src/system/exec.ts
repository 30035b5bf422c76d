import { once } from 'node:events';
import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import { Fault } from '../core/model/fault.ts';
import type { Log } from '../core/ports/machine.ts';
import { errorCode } from '../core/files/trust.ts';
import { namesOf } from '../core/text/users.ts';
import { whyNot } from '../core/text/why.ts';
import type { Command, Commands, Finished, Limits } from './command.ts';
import { howToInstall } from './packages.ts';
import type { Talk } from './prober.ts';
import { lockInTheWay, type LockInTheWay } from './kernel/locks.ts';
import { CHANGING_TOOLS, MARK } from './kernel/processes.ts';
import { PATH } from './programs.ts';
import { tooOld } from './tools/since.ts';

/** Commands at one time: two for each of 200 snapshots would be 400 processes. */
const MOST_AT_ONCE = 8;
/** Bytes that a command may print. */
const MOST_PRINTED = 16 * 1024 * 1024;

/**
 * The only door to other processes: no shell, a fixed PATH, nothing inherited of the caller's environment or
 * descriptors, a time limit on every command (asked for when it starts), each one logged with its duration. `mark` stands in the environment of each
 * (see `markedProcesses`, which knows the tools that change something: no other may). One that only looks, and that a signal
 * of somebody else ends, is started once more.
 */
export function createExec(log: Log, limits: Limits, mark: string): Commands {
  callersUmask ??= process.umask(0o077);
  const turns = createTurns(MOST_AT_ONCE);
  return {
    patienceMs: (most) => Math.min(most, limits.commandMs() / 2),
    async run(command) {
      const { tool, argv, within = [], secret } = command;
      if (command.mutates && !CHANGING_TOOLS.includes(tool)) throw new Error(`${tool} is none of CHANGING_TOOLS`);
      const input = secret ? undefined : command.input;
      // A tool that does not understand its input prints it.
      const told = secret ? '' : undefined;
      const release = await turns();
      const began = performance.now();
      let finished: Ended;
      try {
        finished = await spawn(command, limits, mark);
        // A signal to our whole group can hit a child that has no group of its own yet.
        if (finished.signal !== undefined && !command.mutates) finished = await spawn(command, limits, mark);
      } finally {
        release();
      }
      const ms = Math.round(performance.now() - began);
      log.debug(
        { argv: [...within, tool, ...argv], input, exit: finished.status, ms, stderr: told ?? finished.stderr },
        'command',
      );
      const old = tooOld(command, finished);
      if (old) throw old;
      if (!command.statuses.includes(finished.status)) {
        throw new Fault('tool.failed', `${nameOf(command)} failed with status ${finished.status}`, {
          detail: linesOf(told ?? (finished.stderr || finished.stdout)),
        });
      }
      return command.parse(finished);
    },
  };
}

let callersUmask: number | undefined;

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

async function spawn(command: Command<unknown>, limits: Limits, mark: string): Promise<Ended> {
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
  const options = {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    // LVM prints a warning for every inherited descriptor without this: lvm(8), ENVIRONMENT VARIABLES.
    env: { PATH, LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1', [MARK]: mark },
    cwd: '/',
    maxBuffer: MOST_PRINTED,
    // A process group of its own: Ctrl-C and a product's kill of our group must not cut a change in half, nor blind a verdict.
    detached: true,
    cleanup: false,
    // Any descriptor will do; execa's types (9.6.1) only name 3 to 9.
    ...(input === undefined || fd !== undefined ? { stdin: (fd as 3 | undefined) ?? 'ignore' } : { input }),
  } as const satisfies Options;
  const [program = tool, ...words] = [...within, tool, ...argv];
  const child = execa(program, words, options);

  let timer: NodeJS.Timeout | undefined;
  let asked = false;
  let lock: LockInTheWay | undefined;
  const expired = new Promise<'expired'>((resolve) => {
    timer = setTimeout(() => {
      asked = true;
      // Only while it still waits can that be told.
      lock = child.pid === undefined ? undefined : lockInTheWay(child.pid);
      if (!left) child.kill(mutates ? 'SIGTERM' : 'SIGKILL');
      timer = setTimeout(() => resolve('expired'), mutates && !left ? graceMs : 100);
    }, timeoutMs);
  });
  const result = await Promise.race([child, expired]);
  clearTimeout(timer);
  if (result === 'expired') {
    child.unref();
    child.stdout.destroy();
    child.stderr.destroy();
    throw late(command, timeoutMs, `process ${child.pid} may still be running; look at it, and `, lock);
  }
  if (asked && result.signal !== undefined) throw late(command, timeoutMs, '', lock);
  // What is missing would be taken for gone, whatever the status.
  if (result.isMaxBuffer) throw new Fault('tool.failed', `${nameOf(command)} printed more than ${MOST_PRINTED} bytes`);
  if (result.code === 'ENOENT') {
    throw new Fault('tool.missing', `${tool} is not installed (looked in ${PATH})`, {
      hint: howToInstall(tool),
    });
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Fault('tool.failed', `${tool} can't be started: ${whyNot(result.cause)}`, { cause: result });
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

/**
 * Starts this very executable again, for what goes on after it has ended: in a session of its own, with nothing of ours
 * open and nothing of our environment but `env`. Resolves when it runs; throws `tool.failed`.
 */
export async function startAgain(env: Readonly<Record<string, string>>): Promise<void> {
  const child = execa(process.execPath, ourselves(), oneOfOurs(env));
  child.unref();
  const begun = once(child, 'spawn').then(
    () => undefined,
    (error: unknown) => whyNot(error),
  );
  // What fails before there is a process (too long a list of arguments) is never told as an event.
  const problem = await Promise.race([
    begun,
    child.then(({ cause, shortMessage }) => (cause === undefined ? shortMessage : whyNot(cause))),
  ]);
  if (problem !== undefined) throw new Fault('tool.failed', `${process.execPath} can't be started: ${problem}`);
}

/** The words that hooks/build/prologue.sh started Node.js with; see loader() in hooks/build/build.ts. */
export function ourselves(): readonly string[] {
  const { holdstillStart = [] } = globalThis as { readonly holdstillStart?: readonly string[] };
  return [...holdstillStart, '--', process.argv[1] ?? ''];
}

function oneOfOurs(env: Readonly<Record<string, string>>) {
  return {
    reject: false,
    extendEnv: false,
    env: { PATH, LC_ALL: 'C', ...env },
    cwd: '/',
    stdio: 'ignore',
    detached: true,
    cleanup: false,
  } as const satisfies Options;
}

/** Starts this very executable again, to be talked with by messages; it ends with us, or when it is left. `mark` as for commands. */
export async function startTalking(env: Readonly<Record<string, string>>, mark: string): Promise<Talk> {
  const child = execa(process.execPath, ourselves(), {
    ...oneOfOurs({ ...env, [MARK]: mark }),
    ipc: true,
    serialization: 'advanced',
    buffer: false,
  });
  child.unref();
  child.channel?.unref();
  let heard: ((message: never) => void) | undefined;
  child.on('message', (message) => heard?.(message as never));
  const ended = child.then(() => undefined);
  return {
    pid: child.pid,
    send: (message) => child.send(message, () => undefined),
    next: () => Promise.race([new Promise<never>((resolve) => (heard = resolve)), ended]),
    leave: () => {
      child.kill('SIGKILL');
      if (child.connected) child.disconnect();
    },
  };
}

/**
 * Runs a user's own command with our standard streams, environment and directory; passes on what should end us. The
 * result is its exit status, or 128 + n after signal n, as a shell says it. Throws `tool.missing`.
 */
export async function runUserCommand(argv: readonly [string, ...string[]]): Promise<number> {
  const [file, ...rest] = argv;
  if (callersUmask !== undefined) process.umask(callersUmask);
  const child = execa(file, rest, { stdio: 'inherit', reject: false, cleanup: false });
  process.umask(0o077);
  // Not SIGINT: a terminal sends that to the whole group, and twice would be once too often.
  const forward = (signal: NodeJS.Signals): unknown => child.kill(signal);
  process.on('SIGTERM', forward).on('SIGHUP', forward);
  const result = await child;
  process.off('SIGTERM', forward).off('SIGHUP', forward);
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.signal !== undefined) return statusAfter(result.signal);
  // The file itself was looked for before.
  const hint = errorCode(result.cause) === 'ENOENT' ? 'look at its first line: its interpreter is missing' : '';
  throw new Fault('tool.missing', `${file} can't be started: ${whyNot(result.cause)}`, { hint });
}

/** What a shell reports of a process that a signal ended. */
export function statusAfter(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Starts a program with our environment, `env` and directory, nothing on standard input and none of our descriptors, in a
 * process group of its own. What it prints is on `all`.
 */
export function startScript(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
  const [file, ...rest] = argv;
  if (callersUmask !== undefined) process.umask(callersUmask);
  const options = { stdin: 'ignore', all: true, buffer: false, reject: false, cleanup: false, detached: true } as const;
  const child = execa(file, rest, { ...options, env });
  process.umask(0o077);
  return child;
}
