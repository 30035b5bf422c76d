import { once } from 'node:events';
import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import { Fault } from '../core/fault.ts';
import type { Log } from '../core/machine.ts';
import type { Command, Exec, Finished } from './command.ts';
import { howToInstall } from './packages.ts';
import { CHANGING_TOOLS, MARK } from './processes.ts';
import { PATH } from './programs.ts';
import { tooOld } from './since.ts';

/** Milliseconds that a command may take, and after it was asked to end; then we go on without it. */
interface Limits {
  commandMs(): number;
  graceMs(): number;
}

/**
 * The only door to other processes: no shell, a fixed PATH, nothing inherited of the caller's environment or
 * descriptors, a time limit on every command (asked for when it starts), each one logged with its duration. `mark` stands in the environment of each
 * (see `markedProcesses`, which knows the tools that change something: no other may). One that only looks, and that a signal
 * of somebody else ends, is started once more.
 */
export function createExec(log: Log, limits: Limits, mark: string): Exec {
  callersUmask ??= process.umask(0o077);
  return {
    async run(command) {
      const began = performance.now();
      const { tool, argv, within = [], secret } = command;
      if (command.mutates && !CHANGING_TOOLS.includes(tool)) throw new Error(`${tool} is none of CHANGING_TOOLS`);
      const input = secret ? undefined : command.input;
      // A tool that does not understand its input prints it.
      const told = secret ? '' : undefined;
      let finished = await spawn(command, limits, mark);
      // A signal to our whole group can hit a child that has no group of its own yet.
      if (finished.signal !== undefined && !command.mutates) finished = await spawn(command, limits, mark);
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
    timeoutMs: allowedMs = limits.commandMs(),
    mostMs = allowedMs,
  } = command;
  const timeoutMs = Math.min(allowedMs, mostMs);
  const graceMs = limits.graceMs();
  const options = {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    // LVM prints a warning for every inherited descriptor without this: lvm(8), ENVIRONMENT VARIABLES.
    env: { PATH, LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1', [MARK]: mark },
    cwd: '/',
    maxBuffer: 16 * 1024 * 1024,
    // A process group of its own: Ctrl-C and a product's kill of our group must not cut a change in half, nor blind a verdict.
    detached: true,
    cleanup: false,
    // Any descriptor will do; execa's types (9.6.1) only name 3 to 9.
    ...(input === undefined ? { stdin: (fd as 3 | undefined) ?? 'ignore' } : { input }),
  } as const satisfies Options;
  const [program = tool, ...words] = [...within, tool, ...argv];
  const child = execa(program, words, options);

  let timer: NodeJS.Timeout | undefined;
  let asked = false;
  const expired = new Promise<'expired'>((resolve) => {
    timer = setTimeout(() => {
      asked = true;
      child.kill(mutates ? 'SIGTERM' : 'SIGKILL');
      timer = setTimeout(() => resolve('expired'), mutates ? graceMs : 100);
    }, timeoutMs);
  });
  const result = await Promise.race([child, expired]);
  clearTimeout(timer);
  if (result === 'expired') {
    child.unref();
    child.stdout.destroy();
    child.stderr.destroy();
    throw late(command, timeoutMs, `process ${child.pid} may still be running; look at it, and `);
  }
  if (asked && result.signal !== undefined) throw late(command, timeoutMs, '');
  if (result.code === 'ENOENT') {
    throw new Fault('tool.missing', `${tool} is not installed (looked in ${PATH})`, {
      hint: howToInstall(tool),
    });
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Fault('tool.failed', `${tool} can't be started: ${result.shortMessage}`, { cause: result });
  }
  const { exitCode = 128, stdout, stderr, signal } = result;
  return { status: exitCode, stdout, stderr, signal };
}

function late(command: Command<unknown>, timeoutMs: number, still: string): Fault {
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
  // The words that hooks/prologue.sh started Node.js with; see loader() in hooks/build.ts.
  const { holdstillStart = [] } = globalThis as { readonly holdstillStart?: readonly string[] };
  const child = execa(process.execPath, [...holdstillStart, '--', process.argv[1] ?? ''], {
    reject: false,
    extendEnv: false,
    env: { PATH, LC_ALL: 'C', ...env },
    cwd: '/',
    stdio: 'ignore',
    detached: true,
    cleanup: false,
  });
  child.unref();
  const begun = once(child, 'spawn').then(
    () => undefined,
    ({ code, message }: NodeJS.ErrnoException) => code ?? message,
  );
  // What fails before there is a process (too long a list of arguments) is never told as an event.
  const problem = await Promise.race([begun, child.then(({ code, shortMessage }) => code ?? shortMessage)]);
  if (problem !== undefined) throw new Fault('tool.failed', `${process.execPath} can't be started: ${problem}`);
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
  throw new Fault('tool.missing', `${file} can't be started: ${result.shortMessage}`);
}

/** What a shell reports of a process that a signal ended. */
export function statusAfter(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
