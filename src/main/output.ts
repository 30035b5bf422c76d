import fs from 'node:fs';
import type { Answer } from '../core/ports/contract.ts';

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** Says everything at once and ends the process, whoever still listens; `last` is for what nobody waits to hear of. */
export function exitWith({ stdout, stderr, exit }: Answer, last?: () => void): never {
  writeAll(1, stdout);
  writeAll(2, stderr);
  last?.();
  process.exit(exit);
}

/** Writes all of it; waits for a slow reader, gives up where there is none (a closed pipe, a full disk). */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(PAUSE, 0, 0, 10);
    }
  }
}

/**
 * Closes what a caller left open above standard error, so that no command of ours can keep a product's pipe open. What
 * Node.js opened itself is close-on-exec, what was inherited is not (proc(5), fdinfo).
 */
export function closeInheritedDescriptors(): void {
  let names: readonly string[];
  try {
    names = fs.readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const fd of names.map(Number).filter((number) => number > 2)) {
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      if ((Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0) fs.closeSync(fd);
    } catch {
      // the descriptor of the listing itself is gone by now
    }
  }
}

const CLOSE_ON_EXEC = 0o2000000;
