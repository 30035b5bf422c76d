import fs from 'node:fs';
import { link, list, nameOf, pids } from './processes.ts';

/** What a process waits for: a lock on a file that others hold. */
export interface LockInTheWay {
  /** `name (pid)`; none where nobody can be seen: in a container, say. */
  readonly holders: readonly string[];
  /** The file's path; undefined if that is not known. */
  readonly file: string | undefined;
}

/** Somebody waits for somebody who waits: so far that is followed. LVM has two locks for one VG. */
const DEEPEST = 4;

/** The lock that a process waits for now, and who holds it. Undefined: it waits for none. */
export function lockInTheWay(pid: number): LockInTheWay | undefined {
  const locks = parseLocks(read('/proc/locks'));
  let inode: string | undefined;
  let waiting: readonly string[] = [String(pid)];
  let holding: readonly Held[] = [];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const wanted = locks.find((lock) => lock.waits && waiting.includes(lock.pid));
    if (!wanted || wanted.inode === inode) break;
    inode = wanted.inode;
    holding = holdersOf(inode);
    waiting = holding.map((holder) => holder.pid);
  }
  if (inode === undefined) return undefined;
  const owners = locks.filter((lock) => !lock.waits && lock.inode === inode).map((lock) => lock.pid);
  const names = (waiting.length > 0 ? waiting : owners).map((one) => `${nameOf(one)} (${one})`);
  return { holders: [...new Set(names)], file: holding.map((holder) => link(holder.descriptor)).find(Boolean) };
}

interface KernelLock {
  readonly pid: string;
  /** `major:minor:inode` of the file, as the kernel writes it. */
  readonly inode: string;
  readonly waits: boolean;
}

/** Lines of /proc/locks and of a `lock:` in /proc/PID/fdinfo (proc(5)): `1: -> FLOCK  ADVISORY  WRITE 712 00:16:43 0 EOF`. */
export function parseLocks(text: string): readonly KernelLock[] {
  return [...text.matchAll(/^(?:lock:\s+)?\d+: (-> )?\w+ +\w+ +\w+ +(-?\d+) ([0-9a-f]+:[0-9a-f]+:\d+) /gm)].map(
    ([, arrow, pid = '', inode = '']) => ({ pid, inode, waits: arrow !== undefined }),
  );
}

interface Held {
  readonly pid: string;
  /** The link in /proc that leads to the file. */
  readonly descriptor: string;
}

/** All that have a lock of this file open: a lock by flock(2) is also theirs who inherited it, and outlives who took it. */
function holdersOf(inode: string): readonly Held[] {
  return pids().flatMap((pid) =>
    list(`/proc/${pid}/fdinfo`).flatMap((fd) => {
      const held = parseLocks(read(`/proc/${pid}/fdinfo/${fd}`)).some((lock) => !lock.waits && lock.inode === inode);
      return held ? [{ pid, descriptor: `/proc/${pid}/fd/${fd}` }] : [];
    }),
  );
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
