import { onlyByKernel } from '../core/text/hostile.ts';
import type { Trust } from '../core/model/volume.ts';
import type { Content } from '../core/model/volume.ts';
import { isBtrfsMounted } from '../system/kernel/blockdev.ts';
import { meansFor } from './filesystems.ts';

/** What is known and deliberately not mounted, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LVM2_member: 'holds LVM inside of LVM inside of a guest, which this version does not support',
    LVM1_member: 'contains LVM version 1, which current systems cannot read',
    crypto_LUKS: 'is encrypted (LUKS)',
    BitLocker: 'is encrypted (BitLocker)',
    linux_raid_member: 'is a part of a software RAID',
    isw_raid_member: 'is a part of a software RAID (Intel)',
    ddf_raid_member: 'is a part of a software RAID (DDF)',
    drbd: 'is a part of a DRBD device',
    jbd: 'is the journal of a file system that is elsewhere',
    xfs_external_log: 'is the log of an xfs that is elsewhere',
    VMFS_volume_member: 'is a VMFS of VMware',
    ceph_bluestore: 'is a part of a Ceph cluster',
    zfs_member: 'is a part of a ZFS pool',
    bcache: 'is a bcache device',
    vdo: 'is a VDO volume',
    stratis: 'is a part of a Stratis pool',
    oracleasm: 'is a disk of Oracle ASM',
    ReFS: 'is a ReFS of Windows, which Linux does not read',
    DM_integrity: 'is behind checksums (dm-integrity), which this version does not support',
    DM_verity_hash: 'holds checksums of a volume that is elsewhere (dm-verity)',
    DM_snapshot_cow: 'holds the changes of a snapshot of device-mapper',
    gfs2: 'is a cluster file system',
  }),
);

/** What firmware and controllers make of disks has names of this kind: `nvidia_raid_member`. */
const FIRMWARE = /^(\w+)_raid_member$/;

/** Holds nothing that anybody would restore. */
const HARMLESS = new Set(['swap', 'swsuspend']);

/** Why a content can't be mounted beside these others; undefined if it can. */
export function refusal(
  content: Content,
  trust: Trust,
  others: readonly Content[],
): { readonly reason: string; readonly harmless: boolean } | undefined {
  const { type, uuid, doubt, purpose } = content;
  if (doubt !== undefined) return { reason: doubt, harmless: false };
  if (type === undefined) {
    return purpose === undefined
      ? { reason: 'no file system was found in it', harmless: false }
      : { reason: `is a ${purpose} partition, and contains no file system`, harmless: true };
  }
  if (HARMLESS.has(type)) return { reason: 'holds swapped-out memory only', harmless: true };
  const { mounts, outside } = meansFor(type);
  if (!mounts) return { reason: refusedAs(type), harmless: false };
  if (trust === 'hostile' && !outside) {
    return { reason: onlyByKernel(`is ${type}, which only the kernel can read`), harmless: false };
  }
  if (type !== 'btrfs' || uuid === undefined) return undefined;
  const twin = others.some((other) => other.type === type && other.uuid === uuid);
  if (!twin && !isBtrfsMounted(uuid)) return undefined;
  const where = twin ? 'in this task' : 'mounted on this host';
  return { reason: `a btrfs with the same id is ${where}; the kernel could mix them up`, harmless: false };
}

function refusedAs(type: string): string {
  const [, firmware] = FIRMWARE.exec(type) ?? [];
  const raid = firmware === undefined ? undefined : `is a part of a software RAID (${firmware})`;
  return REFUSED.get(type) ?? raid ?? `holdstill does not mount '${type}'`;
}
