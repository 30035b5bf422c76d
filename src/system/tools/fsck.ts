import type { Command } from '../command.ts';

/** What a check of a file system came to, as fsck(8) says it with the bits of its status. */
export interface Checked {
  /** Bit 1 and 2: errors were corrected, in the snapshot. */
  readonly corrected: boolean;
  /** Bit 4: errors are left. */
  readonly damaged: boolean;
  /** Bits 8, 16, 32 and 128: it could not be checked. */
  readonly failed: boolean;
  readonly lines: readonly string[];
}

const ALL = Array.from({ length: 256 }, (_, status) => status);

/** All of it, with the journal replayed first; repairs what is safe to repair (e2fsck(8) 1.47). */
export function checkExt(device: string): Command<Checked> {
  return check('e2fsck', ['-f', '-p', device], (status) => ({
    corrected: (status & 3) !== 0,
    damaged: (status & 4) !== 0,
    failed: (status & ~7) !== 0,
  }));
}

/** Looks only; the journal must have been replayed, by a mount. 1: damaged (xfs_repair(8) 6.1). */
export function checkXfs(device: string): Command<Checked> {
  return check('xfs_repair', ['-n', device], (status) => ({
    corrected: false,
    damaged: status === 1,
    failed: status > 1,
  }));
}

/**
 * The mark of a disk in use counts as an error, so nearly every one has one. 1: there were errors, and it may just as well
 * have given up on them (fsck.fat(8) 4.2): only another look shows that.
 */
export function checkFat(device: string): Command<Checked> {
  return check('fsck.fat', ['-a', device], (status) => ({
    corrected: status === 1,
    damaged: false,
    failed: status > 1,
  }));
}

/** Looks only. 1: errors are left. */
export function lookAtFat(device: string): Command<Checked> {
  return check('fsck.fat', ['-n', device], (status) => ({
    corrected: false,
    damaged: status === 1,
    failed: status > 1,
  }));
}

/** Looks only (btrfs-check(8) 6.2). */
export function checkBtrfs(device: string): Command<Checked> {
  return check('btrfs', ['check', '--readonly', device], (status) => ({
    corrected: false,
    damaged: status !== 0,
    failed: false,
  }));
}

/** Looks only; it knows the most common faults and no more (ntfsfix(8) 2022.10.3). */
export function checkNtfs(device: string): Command<Checked> {
  return check('ntfsfix', ['--no-action', device], (status) => ({
    corrected: false,
    damaged: status !== 0,
    failed: false,
  }));
}

/** Replays the journal of an ext3 or ext4 into the device, outside the kernel, and does nothing else. */
export function replayJournal(device: string): Command<Checked> {
  return { ...checkExt(device), argv: ['-E', 'journal_only', '-y', device], statuses: [0, 1] };
}

const CHECKS: Readonly<Record<string, (device: string) => Command<Checked>>> = {
  ext2: checkExt,
  ext3: checkExt,
  ext4: checkExt,
  xfs: checkXfs,
  vfat: checkFat,
  btrfs: checkBtrfs,
  ntfs: checkNtfs,
};

/** The command that checks a file system of this type (blkid's name of it); undefined: none is known. */
export function checkOf(type: string, device: string): Command<Checked> | undefined {
  return CHECKS[type]?.(device);
}

function check(
  tool: string,
  argv: readonly string[],
  verdict: (status: number) => Omit<Checked, 'lines'>,
): Command<Checked> {
  return {
    tool,
    argv,
    mutates: true,
    statuses: ALL,
    parse: ({ status, stdout, stderr }) => ({
      ...verdict(status),
      lines: `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== ''),
    }),
  };
}
