import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NotedStep } from '../core/model/step.ts';
import { endSessions } from '../system/kernel/processes.ts';
import { openSession, type Client, type Session } from '../system/session.ts';
import { keepTrack, type Kept } from './guests.ts';

/** How long to look whether clients that were killed are gone. */
const GONE_MS = 2000;
const LOOK_MS = 20;

/** The sessions with databases that steps hold. */
export interface Held {
  readonly kept: Kept;
  /** The name by which the server and /proc know the session of a step. */
  nameOf(noted: NotedStep): string;
  /** Starts it; it stays until `end`. */
  open(noted: NotedStep, client: Client): Session;
  /** The one that this process holds; undefined: there is none. */
  of(noted: NotedStep): Session | undefined;
  /** Ends the client of a step, a program of this name, whoever started it. False where it is still there. */
  end(noted: NotedStep, program: string): Promise<boolean>;
}

export function holdSessions(): Held {
  const sessions = new Map<string, Session>();
  const nameOf = ({ number, step }: NotedStep): string => `holdstill.${step['run']}.${number}`;
  return {
    kept: keepTrack(),
    nameOf,
    open(noted, client) {
      const session = openSession(client, nameOf(noted));
      sessions.set(nameOf(noted), session);
      return session;
    },
    of: (noted) => sessions.get(nameOf(noted)),
    async end(noted, program) {
      const name = nameOf(noted);
      const own = sessions.get(name);
      sessions.delete(name);
      await own?.close();
      const until = performance.now() + GONE_MS;
      // Looked at in any case: another process may hold it, our own predecessor that was killed or is stopped.
      while (endSessions(program, name) > 0) {
        if (performance.now() > until) return false;
        await sleep(LOOK_MS);
      }
      return true;
    },
  };
}

/** Where programs that run as root look for their own files, whatever the caller's environment says. */
export function homeOfRoot(): string {
  return os.userInfo().homedir;
}
