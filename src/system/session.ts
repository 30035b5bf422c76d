import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../core/model/fault.ts';
import { errorCode } from '../core/files/trust.ts';
import { whyNot } from '../core/text/why.ts';
import { startClient } from './exec.ts';
import { PATH } from './programs.ts';
import { SESSION } from './kernel/processes.ts';
import { howToInstall } from './packages.ts';

/** How long a client may take to end after it was told to, before it is killed. */
const END_MS = 1000;
const MOST_SAID = 1024 * 1024;

/** The client program of a database, as data. */
export interface Client {
  /** Name of the program; looked for in the fixed PATH only. */
  readonly tool: string;
  readonly argv: readonly string[];
  /** What it finds in its environment besides; no secrets, for they would be seen in /proc. */
  readonly env: Readonly<Record<string, string>>;
  /** The user that it runs as; undefined: root. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** The text that makes it carry out statements, and then say this word on a line of its own. */
  saying(statements: readonly string[], word: string): string;
  /** Of what it printed on standard error: why it failed. */
  complaint(stderr: string): string;
}

/** A client that runs and is logged in, or is about to be; what it holds on the server is gone when it ends. */
export interface Session {
  /**
   * The lines of the answer to statements. Throws `tool.missing`, `tool.failed` (the detail is what the client complains of) where the client
   * ended, which it does at the first statement that fails, and `tool.timeout` after so many milliseconds: then the client is killed.
   */
  ask(statements: readonly string[], mostMs: number): Promise<readonly string[]>;
  /** Closes its input, at which it ends; kills it if it does not. Never throws. */
  close(): Promise<void>;
}

/**
 * Starts a client that takes statements from us, without a shell. It ends when its input is closed, which the kernel sees to when we are gone. `mark`
 * stands in its environment, by which others find it (`endSessions`); undefined: it is never held, so nobody need find it.
 */
export function openSession(client: Client, mark: string | undefined): Session {
  const marked: Readonly<Record<string, string>> = mark === undefined ? {} : { [SESSION]: mark };
  const child = startClient([client.tool, ...client.argv], { ...client.env, ...marked }, client.account);
  let said = '';
  let complained = '';
  let heard: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MOST_SAID) said += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complained.length < MOST_SAID) complained += text;
  });
  // One that has ended says why by its status.
  child.stdin.on('error', () => undefined);
  const ended = child.then(({ cause, exitCode }) => ({ kind: 'ended', cause, exitCode }) as const);
  let asked = 0;

  // It leads a group, with whatever it has started.
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };

  const fault = (cause: unknown, status: number | undefined): Fault => {
    if (errorCode(cause) === 'ENOENT') {
      return new Fault('tool.missing', `${client.tool} is not installed (looked in ${PATH})`, {
        hint: howToInstall(client.tool),
      });
    }
    const why = status === undefined ? '' : ` with status ${status}`;
    const complaint = client.complaint(complained);
    return new Fault('tool.failed', `${client.tool} ended${why}`, {
      detail: [complaint === '' ? whyNot(cause ?? new Error('it was ended by a signal')) : complaint],
    });
  };

  const close = async (): Promise<void> => {
    child.stdin.end();
    const done = await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
    if (done === undefined) {
      kill();
      // One that waits for a server which hangs may not even end then.
      await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
    }
    child.unref();
    child.stdout.destroy();
    child.stderr.destroy();
  };

  return {
    async ask(statements, mostMs) {
      const seconds = Math.max(0, Math.round(mostMs / 100) / 10);
      const tooLate = () =>
        new Fault(
          'tool.timeout',
          seconds === 0
            ? `no time was left to ask ${client.tool}`
            : `${client.tool} did not answer within ${seconds} s`,
        );
      // This process may have been stopped meanwhile: what is not sent holds nothing.
      if (mostMs <= 0) throw tooLate();
      asked += 1;
      const word = `holdstill answered ${asked}`;
      said = '';
      const answered = new Promise<{ readonly kind: 'answered'; readonly lines: readonly string[] }>((resolve) => {
        heard = () => {
          const lines = said.split('\n');
          const end = lines.indexOf(word);
          if (end !== -1) resolve({ kind: 'answered', lines: lines.slice(0, end) });
        };
      });
      child.stdin.write(client.saying(statements, word));
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<{ readonly kind: 'expired' }>((resolve) => {
        timer = setTimeout(() => resolve({ kind: 'expired' }), mostMs);
      });
      const first = await Promise.race([answered, ended, expired]);
      clearTimeout(timer);
      if (first.kind === 'answered') return first.lines;
      if (first.kind === 'ended') throw fault(first.cause, first.exitCode);
      kill();
      throw tooLate();
    },
    close,
  };
}

/** One answer of a database, by a session of its own. Throws as `Session.ask`. */
export async function askOnce(
  client: Client,
  statements: readonly string[],
  mostMs: number,
): Promise<readonly string[]> {
  const session = openSession(client, undefined);
  try {
    return await session.ask(statements, mostMs);
  } finally {
    await session.close();
  }
}
