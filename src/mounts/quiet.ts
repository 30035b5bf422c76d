import type { PlannedMount } from '../core/model/volume.ts';
import { DIRECTORY } from '../guests/filesystems.ts';

/**
 * File systems of which the kernel writes nothing any more once they are mounted read-only, and nothing when they are
 * unmounted (Linux 6.1, its count of written sectors looked at; ntfs-3g 2022.10.3). XFS notes in its log that it was
 * unmounted; of the others it was not tried.
 */
const QUIET = new Set(['ext2', 'ext3', 'ext4', 'btrfs', 'vfat', 'ntfs', 'iso9660', 'udf', DIRECTORY]);

/** Whether what reads these mounts writes no more to their devices. What is hostile is read by other programs. */
export function areQuiet(mounts: readonly Pick<PlannedMount, 'type' | 'trust'>[]): boolean {
  return mounts.every(({ type, trust }) => QUIET.has(type) && trust !== 'hostile');
}
