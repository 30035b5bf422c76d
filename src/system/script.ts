import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../core/model/fault.ts';
import { startScript, statusAfter } from './exec.ts';

/** In the environment of a script of the admin's, so that it is found out if it is the hook that calls it. */
export const CALLED = 'HOLDSTILL_CALLED';
/** How long a script that has ended is listened to, since what it left in the background may never close its output. */
const LISTEN_MS = 500;
/** After it was asked to end. */
const END_MS = 2000;
const MOST_SAID = 1024 * 1024;
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

export interface ScriptEnd {
  /** As a shell says it: 128 + n after signal n. */
  readonly status: number;
  /** Standard output and standard error, as they came; what is more than a megabyte is dropped. */
  readonly text: string;
  /** It was ended by us, since its time was over. */
  readonly tooLate: boolean;
}

/**
 * Runs a script of the admin's with our environment. SIGTERM, SIGHUP and SIGINT are passed on to all that it has started, and
 * that is ended after `timeoutMs`. Throws `tool.failed` where it can't be started.
 */
export function runScript(argv: readonly [string, ...string[]], timeoutMs: number): Promise<ScriptEnd> {
  return follow(argv, startScript(argv, { [CALLED]: '1' }, 'as caller'), timeoutMs, PASSED_ON);
}

/** The same with nothing but the fixed PATH and `env`; no signal to us ends it. */
export function runAlone(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<ScriptEnd> {
  return follow(argv, startScript(argv, env, 'alone'), timeoutMs, []);
}

async function follow(
  argv: readonly [string, ...string[]],
  child: ReturnType<typeof startScript>,
  timeoutMs: number,
  passedOn: readonly NodeJS.Signals[],
): Promise<ScriptEnd> {
  const { pid, all } = child;
  const failure = child.then(({ shortMessage }) => shortMessage);
  if (pid === undefined) throw new Fault('tool.failed', `${argv[0]} can't be started: ${await failure}`);
  const chunks: Buffer[] = [];
  let size = 0;
  all.on('data', (chunk: Buffer) => {
    if (size < MOST_SAID) chunks.push(chunk);
    size += chunk.length;
  });
  const tell = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended.
    }
  };
  for (const signal of passedOn) process.on(signal, tell);
  let tooLate = false;
  let giveUp: () => void = () => undefined;
  const givenUp = new Promise<[null, null]>((resolve) => (giveUp = () => resolve([null, null])));
  let timer = setTimeout(() => {
    tooLate = true;
    tell('SIGTERM');
    timer = setTimeout(() => {
      tell('SIGKILL');
      // One that waits for a disk or server which is gone does not even end then, and is left behind.
      timer = setTimeout(giveUp, LISTEN_MS);
    }, END_MS);
  }, timeoutMs);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const [code, signal] = await Promise.race([ended, givenUp]);
  clearTimeout(timer);
  for (const one of passedOn) process.off(one, tell);
  await Promise.race([failure, sleep(LISTEN_MS)]);
  all.destroy();
  child.unref();
  return { status: code ?? statusAfter(signal ?? 'SIGKILL'), text: Buffer.concat(chunks).toString('utf8'), tooLate };
}
