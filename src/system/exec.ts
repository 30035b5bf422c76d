import { once } from 'node:events';
import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import { Fault } from '../core/model/fault.ts';
import type { Log } from '../core/ports/machine.ts';
import { errorCode } from '../core/files/trust.ts';
import { whyNot } from '../core/text/why.ts';
import type { Commands, Limits } from './command.ts';
import { createCommands, MOST_PRINTED, type StartChild } from './commands.ts';
import type { Talk } from './prober.ts';
import { MARK } from './kernel/processes.ts';
import { PATH } from './programs.ts';

/** Runs commands; see `createCommands`. */
export function createExec(log: Log, limits: Limits, mark: string): Commands {
  callersUmask ??= process.umask(0o077);
  return createCommands(log, limits, mark, startByExeca);
}

let callersUmask: number | undefined;

const startByExeca: StartChild = ({ argv: [program, ...words], env, stdin }) => {
  const options = {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env,
    cwd: '/',
    maxBuffer: MOST_PRINTED,
    // A process group of its own: Ctrl-C and a product's kill of our group must not cut a change in half, nor blind a verdict.
    detached: true,
    cleanup: false,
    // Else what was asked to end is killed 5 s later (execa 9.6.1).
    forceKillAfterDelay: false,
    // Any descriptor will do; execa's types (9.6.1) only name 3 to 9.
    ...(stdin && 'text' in stdin ? { input: stdin.text } : { stdin: (stdin?.fd as 3 | undefined) ?? 'ignore' }),
  } as const satisfies Options;
  const child = execa(program, words, options);
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    leave() {
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
    },
    ended: child.then(({ exitCode, signal, stdout, stderr, isMaxBuffer, cause }) => {
      return { exitCode, signal, stdout, stderr, printedTooMuch: isMaxBuffer, cause };
    }),
  };
};

/**
 * Starts a process that goes on after we have ended: in a session of its own, with nothing of ours open and nothing of our
 * environment but `env`. Resolves when it runs; throws `tool.failed`.
 */
export async function startAside(
  [program, ...words]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = execa(program, words, oneOfOurs(env));
  child.unref();
  const begun = once(child, 'spawn').then(
    () => undefined,
    (error: unknown) => whyNot(error),
  );
  // What fails before there is a process (too long a list of arguments) is never reported as an event.
  const problem = await Promise.race([
    begun,
    child.then(({ cause, shortMessage }) => (cause === undefined ? shortMessage : whyNot(cause))),
  ]);
  if (problem !== undefined) throw new Fault('tool.failed', `${program} can't be started: ${problem}`);
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
 * Starts a program with nothing on standard input and none of our descriptors, in a process group that it leads. `as caller`: with
 * our environment and directory, and `env`; `alone`: with the fixed PATH, `env` and nothing else, so that it runs alike whoever
 * starts it. What it prints is on `all`.
 */
export function startScript(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  how: 'as caller' | 'alone',
) {
  const [file, ...rest] = argv;
  if (callersUmask !== undefined) process.umask(callersUmask);
  const options = { stdin: 'ignore', all: true, buffer: false, reject: false, cleanup: false, detached: true } as const;
  const alone = { extendEnv: false, env: { PATH, LC_ALL: 'C', ...env }, cwd: '/' } as const;
  const child = execa(file, rest, { ...options, ...(how === 'alone' ? alone : { env }) });
  process.umask(0o077);
  return child;
}

/**
 * Starts a program that we talk with over pipes, in a process group that it leads, with the fixed PATH, `env` and nothing else of ours. It is not
 * ended with us, but its standard input is closed then. `account`: the user that it runs as.
 */
export function startClient(
  [file, ...rest]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  account: { readonly uid: number; readonly gid: number } | undefined,
) {
  return execa(file, rest, {
    extendEnv: false,
    env: { PATH, LC_ALL: 'C', ...env },
    cwd: '/',
    stdin: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
    detached: true,
    ...account,
  } as const);
}
