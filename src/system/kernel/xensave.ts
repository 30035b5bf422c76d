import { argumentsOf, nameOf, parentOf, pids } from './processes.ts';

/** As the kernel cuts it: comm has 15 bytes. */
const HELPER = 'libxl-save-help';
/** As what it begins (tools/xlsave.ts), and what it becomes. */
const SAVERS = ['sh', 'xl'];

/** Who writes the memory of domains of Xen now, as numbers of processes. */
export interface XenSaves {
  /** Each xl that writes into the file. */
  readonly ours: readonly string[];
  /** What writes for others than these: a save or a migration, of whatever domain. */
  readonly others: readonly string[];
}

/** A file whose path nobody else knows proves that a save is ours. */
export function savesOfXen(file: string): XenSaves {
  const { ours, helpers } = look(file);
  return { ours, others: helpers.filter((pid) => !ours.includes(parentOf(pid))) };
}

/**
 * Makes a save into the file fail: its xl then lets the domain go on (4.17). To end the xl itself would leave the domain suspended, and nobody
 * else would let it go on.
 */
export function giveUpSave(file: string): void {
  const { ours, helpers } = look(file);
  for (const pid of helpers.filter((one) => ours.includes(parentOf(one)))) {
    try {
      process.kill(Number(pid), 'SIGTERM');
    } catch {
      // It has just ended.
    }
  }
}

function look(file: string): { readonly ours: readonly string[]; readonly helpers: readonly string[] } {
  const all = pids();
  return {
    ours: all.filter((pid) => SAVERS.includes(nameOf(pid)) && argumentsOf(pid).includes(file)),
    helpers: all.filter((pid) => nameOf(pid) === HELPER && argumentsOf(pid).includes('--save-domain')),
  };
}
