import { NoLab } from './debs.ts';
import { inLab, type LabRun } from './run.ts';

let asked: Promise<string | undefined> | undefined;

/** Why the lab can't be had here, as one sentence; undefined where it works, which is tried, not guessed. */
export function labReason(): Promise<string | undefined> {
  return (asked ??= tryOut());
}

/** With the older kernel where the newest does not come up; all guests after it have that, those of other workers too. */
async function tryOut(): Promise<string | undefined> {
  try {
    let { status, stderr } = await tryGuest();
    if (status !== 0 && process.env['LAB_KERNEL'] === undefined) {
      process.stderr.write(
        `lab: slower, with this distribution's User-Mode Linux: the newest does not run: ${stderr}\n`,
      );
      process.env['LAB_KERNEL'] = 'own';
      ({ status, stderr } = await tryGuest());
    }
    if (status === 0) return undefined;
    const why = stderr.replaceAll(/\s+/gu, ' ').trim();
    return `the User-Mode Linux kernel does not run here (is ptrace allowed, and /dev/shm mounted without noexec?): ${why}`;
  } catch (error) {
    if (error instanceof NoLab) return error.message;
    throw error;
  }
}

function tryGuest(): Promise<LabRun> {
  return inLab('true', { name: 'try', timeoutMs: 60_000, modules: [] });
}
