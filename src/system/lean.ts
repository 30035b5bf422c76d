import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Log } from '../core/ports/machine.ts';
import type { Commands, Limits } from './command.ts';
import { createCommands, MOST_PRINTED, type ChildEnd, type StartChild } from './commands.ts';

/** Runs commands as `createExec` does, without execa: that would be a quarter of the memory of a process that stays for hours. */
export function createLeanExec(log: Log, limits: Limits, mark: string): Commands {
  process.umask(0o077);
  return createCommands(log, limits, mark, startPlainly);
}

const startPlainly: StartChild = ({ argv: [program, ...words], env, stdin }) => {
  const input = stdin === undefined ? 'ignore' : 'fd' in stdin ? stdin.fd : 'pipe';
  const child = spawn(program, words, { env, cwd: '/', detached: true, stdio: [input, 'pipe', 'pipe'] });
  const { stdin: to, stdout, stderr } = child;
  // Whoever does not read to the end says why by his status.
  to?.on('error', () => undefined).end(stdin && 'text' in stdin ? stdin.text : undefined);
  let printedTooMuch = false;
  const endIt = (): void => {
    printedTooMuch = true;
    child.kill();
  };
  const texts = { stdout: gather(stdout, endIt), stderr: gather(stderr, endIt) };
  const ended = new Promise<ChildEnd>((resolve) => {
    const end = (exitCode: number | null, signal: string | null, cause: unknown): void => {
      const printed = { stdout: texts.stdout(), stderr: texts.stderr(), printedTooMuch };
      resolve({ ...printed, exitCode: exitCode ?? undefined, signal: signal ?? undefined, cause });
    };
    child.on('error', (cause) => end(null, null, cause)).on('close', (code, signal) => end(code, signal, undefined));
  });
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    leave() {
      child.unref();
      stdout?.destroy();
      stderr?.destroy();
    },
    ended,
  };
};

/** What is read of a stream, as text, whenever it is asked for; `tooMuch` is called when it is more than a command may print. None: nothing was started. */
function gather(stream: Readable | null, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_PRINTED) chunks.push(chunk);
    else tooMuch();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
