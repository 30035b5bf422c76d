import { Fault } from '../core/model/fault.ts';
import type { Step } from '../core/model/step.ts';
import { shellLine, type Exec } from '../system/command.ts';
import { checkOf, lookAtFat } from '../system/tools/fsck.ts';
import { unmount } from '../system/tools/mount.ts';
import { probeNtfs } from '../system/tools/ntfs.ts';
import { driverOf } from '../guests/filesystems.ts';
import { mountBy } from './flags.ts';
import { trustOf } from './proof.ts';

/** What is known of the file system of a mount step before it is mounted, and should be reported. `whole`: with a check of it. */
export async function checkFileSystem(step: Step, whole: boolean, exec: Exec): Promise<readonly string[]> {
  const { label = '', type = '', device = '' } = step;
  const state = type === 'ntfs' ? await exec.run(probeNtfs(device)) : undefined;
  const checked = whole ? await check(step, exec) : undefined;
  return [...(state === undefined ? [] : [`${label}: ${NTFS[state]}`]), ...(checked === undefined ? [] : [checked])];
}

const NTFS = {
  hibernated: 'Windows is hibernated, or was shut down by fast startup: what it had not written by then is not in it',
  dirty: 'ntfs was in use: ntfs-3g shows what is on the disk, without the changes that only the journal has',
} as const;

/**
 * Checks the file system of a mount step, on its snapshot. What to report: that it was repaired there, or that nothing can
 * check it. Throws `volume.damaged` if errors are left, or if that is not known.
 */
async function check(step: Step, exec: Exec): Promise<string | undefined> {
  const { label = '', type = '', device = '', point = '' } = step;
  const command = checkOf(type, device);
  if (!command) return `${label}: ${type} is not checked, because holdstill knows no program for that`;
  if (type === 'xfs') {
    // Only the kernel replays its journal; without that xfs_repair reports damage where there is none.
    const complaint = await mountBy(driverOf(type, trustOf(step), device), device, point, exec);
    if (complaint) throw damaged(step, "it can't be mounted", complaint);
    const stuck = await exec.run(unmount([point]));
    if (stuck) throw damaged(step, "it can't be unmounted for its check", [stuck.trim()]);
  }
  const first = await exec.run(command);
  const second = type === 'vfat' && first.corrected ? await exec.run(lookAtFat(device)) : undefined;
  const { damaged: bad, failed, lines } = second ?? first;
  const { corrected } = first;
  if (failed) throw damaged(step, 'its check could not be carried out', lines, shellLine(command));
  if (bad) throw damaged(step, 'its check found errors', lines);
  return corrected
    ? `${label}: the check repaired ${type} in the snapshot; the disk itself still has the damage`
    : undefined;
}

function damaged({ label }: Step, what: string, detail: readonly string[], command?: string): Fault {
  const hint = command === undefined ? 'check the disk itself, while nothing uses it' : `the command was: ${command}`;
  return new Fault('volume.damaged', `${label}: ${what}`, { detail, hint });
}
