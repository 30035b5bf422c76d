import { Fault, type FaultCode } from '../core/model/fault.ts';
import { questions, type AboutOf, type AnswerOf, type QuestionName } from '../foreign/questions.ts';
import type { Limits } from './command.ts';
import { type MountEntry, readMounts, visibleAt } from './kernel/mountinfo.ts';
import type { Prober } from './command.ts';

/** The longest that one question may take; less where the hook has less time (limits). */
const LONGEST_MS = 20_000;
const LEAST_MS = 500;
/** The share of what a command may take: others have to be asked as well. */
const SHARE = 1 / 3;

/** A process of ours that answers one message at a time (probe.ts). */
export interface Talk {
  readonly pid: number | undefined;
  send(message: object): void;
  /** Resolves with the next message; undefined: the process has ended. */
  next(): Promise<Reply | undefined>;
  /** Ends it; where it hangs it is left behind. */
  leave(): void;
}

interface Reply {
  readonly value?: unknown;
  readonly error?: { readonly code: string | undefined; readonly message: string };
  readonly fault?: {
    readonly code: FaultCode;
    readonly message: string;
    readonly hint: string | undefined;
    readonly detail: readonly string[];
  };
}

/** `start`: a new process, when one is needed. `own`: the directory of ours whose inodes need no other process. */
export function createProber(start: () => Promise<Talk>, limits: Limits, own: string): Prober {
  let talk: Talk | undefined;
  let before: Promise<unknown> = Promise.resolve();
  /** Devices of mounts on which something did not answer. */
  const dead = new Set<string>();

  const exchange = async (name: QuestionName, about: { readonly file: string }, mostMs: number): Promise<unknown> => {
    const mostNow = limits.commandMs();
    const isDead = (): boolean => dead.has(visibleAt(about.file, readMounts())?.device ?? '');
    if (mostNow <= 0 || (dead.size > 0 && isDead())) throw silent(about.file, 0);
    const ms = Math.max(LEAST_MS, Math.min(mostMs, mostNow * SHARE));
    talk ??= await start();
    talk.send({ name, about });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), ms)));
    const reply = await Promise.race([talk.next(), late]);
    clearTimeout(timer);
    if (reply === 'late') {
      talk.leave();
      talk = undefined;
      const mount = visibleAt(about.file, readMounts());
      // A device, or what a link on the root leads to, says nothing about its neighbours.
      if (mount && mount.point !== '/' && mount.point !== '/dev') dead.add(mount.device);
      throw silent(about.file, ms);
    }
    if (reply === undefined) {
      talk = undefined;
      throw new Fault('tool.failed', `the process of holdstill that looks at ${about.file} has ended`);
    }
    if (reply.fault) {
      const { code, message, hint, detail } = reply.fault;
      throw new Fault(code, message, { ...(hint === undefined ? {} : { hint }), detail });
    }
    if (reply.error) throw Object.assign(new Error(reply.error.message), { code: reply.error.code });
    return reply.value;
  };

  return {
    async ask<N extends QuestionName>(
      name: N,
      about: AboutOf<N>,
      mostMs = LONGEST_MS,
      mounts?: readonly MountEntry[],
    ): Promise<AnswerOf<N>> {
      if (isOwn(about.file, own, mounts)) return questions[name](about as never) as AnswerOf<N>;
      const asked = before.then(() => exchange(name, about, mostMs));
      before = asked.catch(() => undefined);
      return (await asked) as AnswerOf<N>;
    },
  };
}

/** Whether it is the directory of ours, leads to it, or is in it and not in what is mounted below. */
function isOwn(file: string, own: string, mounts: readonly MountEntry[] | undefined): boolean {
  if (own === file || own.startsWith(file === '/' ? file : `${file}/`)) return true;
  if (!file.startsWith(`${own}/`) || file.split('/').includes('..')) return false;
  const mount = visibleAt(file, mounts ?? readMounts());
  return mount !== undefined && !`${mount.point}/`.startsWith(`${own}/`);
}

function silent(file: string, ms: number): Fault {
  const waited = ms === 0 ? '' : ` (waited ${Math.round(ms / 100) / 10} s)`;
  return new Fault('tool.timeout', `${file} does not answer${waited}`, {
    hint: 'look at the disk or server that holds it: dmesg, mount',
  });
}
