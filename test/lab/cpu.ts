import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { cacheDirectory } from './cache.ts';

/** One guest a CPU: its processes hand each other the turn all the time, which is twice as fast on a CPU of their own. */
export interface Cpu {
  /** Put before a command: runs it on this CPU while holding the CPU's lock. */
  readonly command: readonly string[];
  /** The status of `command` when somebody else got the lock first. */
  readonly busy: number;
}

const busy = 75;

/** Wait for a CPU that no other guest of this user runs on, whatever process started it. */
export async function freeCpu(): Promise<Cpu> {
  for (;;) {
    for (const cpu of allowedCpus()) {
      const lock = join(cacheDirectory(), `cpu${String(cpu)}.lock`);
      const flock = ['flock', '--nonblock', '--conflict-exit-code', String(busy)];
      if (await succeeds([...flock, lock, 'true'])) {
        // --no-fork: the guest itself holds the lock, so its end, however it comes, frees the CPU
        return { command: [...flock, '--no-fork', lock, 'taskset', '--cpu-list', String(cpu)], busy };
      }
    }
    await sleep(100 + Math.random() * 100);
  }
}

function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function succeeds([file = '', ...words]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(file, words, (error) => {
      resolve(error === null);
    });
  });
}
