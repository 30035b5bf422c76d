import { SECTOR } from '../../core/text/bytes.ts';
import { Fault } from '../../core/model/fault.ts';
import { type Command, wholeLines } from '../command.ts';

/**
 * Makes the next free loop device show a stretch of another device, and answers with its name. Never with a partition
 * scan: the kernel's partition nodes come and go on their own time. Sectors of 512 bytes, as guests' disks have; `sector`:
 * what the device itself counts in. losetup(8), util-linux 2.38.
 */
export function attachLoop(device: string, offset: number, bytes: number, sector: number): Command<string> {
  // What a loop counts in where nobody says it (drivers/block/loop.c, without direct I/O); losetup knows the option since 2.31.
  const counted = sector === SECTOR ? [] : ['--sector-size', String(SECTOR)];
  const where = ['--offset', String(offset), '--sizelimit', String(bytes), ...counted];
  return {
    tool: 'losetup',
    argv: ['--find', '--show', ...where, '--', device],
    mutates: true,
    statuses: [0],
    parse: ({ stdout }) => {
      if (/^\/dev\/loop\d{1,7}\n$/.test(stdout)) return stdout.trim();
      // The device may be there anyway: undone by where it lies, since no name is learned.
      throw new Fault('tool.failed', `losetup does not say which loop device it took for ${device}`, {
        detail: [stdout.trim().slice(0, 100)],
      });
    },
  };
}

/**
 * The file behind each loop device, as `fileId` says it (LOOP_GET_STATUS64, which sysfs does not have). A device on a server
 * that is gone never answers. losetup(8), the columns since util-linux 2.21.
 */
export function listLoops(): Command<ReadonlyMap<string, string>> {
  return {
    tool: 'losetup',
    argv: ['--list', '--noheadings', '--output', 'NAME,BACK-INO,BACK-MAJ:MIN'],
    mutates: false,
    mostMs: 5000,
    statuses: [0],
    parse: ({ stdout }) => parseLoops(stdout),
  };
}

/** Lines without an answer of the kernel, as others than root get them, are passed over. */
export function parseLoops(stdout: string): ReadonlyMap<string, string> {
  return new Map(
    wholeLines('losetup', stdout).flatMap((line): [string, string][] => {
      const [, device, inode, major, minor] = /^ *(\S+) +(\d+) +(\d+):(\d+) *$/.exec(line) ?? [];
      return device === undefined ? [] : [[device, `${major}:${minor} ${inode}`]];
    }),
  );
}

/**
 * Detaches loop devices, all in one process. Its status says little: a device that is still in use is only marked, and
 * goes when its last user does (tried with 2.38.1), so look at the kernel's list afterwards.
 */
export function detachLoops(devices: readonly string[]): Command<string> {
  return {
    tool: 'losetup',
    argv: ['--detach', ...devices],
    mutates: true,
    statuses: [0, 1],
    parse: ({ stderr }) => stderr.trim(),
  };
}
