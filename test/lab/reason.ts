import { NoLab } from './debs.ts';
import { inLab } from './run.ts';

let asked: Promise<string | undefined> | undefined;

/** Why the lab can't be had here, as one sentence; undefined where it works, which is tried, not guessed. */
export function labReason(): Promise<string | undefined> {
  return (asked ??= tryOut());
}

async function tryOut(): Promise<string | undefined> {
  try {
    const { status, stderr } = await inLab('true', { name: 'try', timeoutMs: 60_000, modules: [] });
    if (status === 0) return undefined;
    const why = stderr.replaceAll(/\s+/gu, ' ').trim();
    return `the User-Mode Linux kernel does not run here (is ptrace allowed, and /dev/shm mounted without noexec?): ${why}`;
  } catch (error) {
    if (error instanceof NoLab) return error.message;
    throw error;
  }
}
