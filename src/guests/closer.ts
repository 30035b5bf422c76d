import { SECTOR } from '../core/text/bytes.ts';
import { bytesOf } from '../system/kernel/blockdev.ts';
import { probeDevice, type Probe, type Stretch } from '../system/tools/blkid.ts';
import type { Exec } from '../system/command.ts';
import { readerOf } from '../system/read.ts';
import { readBytes } from './bytes.ts';
import { isImage, isImageType } from './image.ts';
import { LAYERS } from './layers.ts';
import { readSuperblock } from './md/superblock.ts';
import { aroundLuks, aroundTheEnd, besideZfs, isClearOfZfs, type Spot } from './signatures.ts';
import { WITNESSES } from './spread.ts';
import { lookUnnamed } from './unnamed.ts';

/** What blkid knows of a place; nothing where it knows nothing. `shown`: so many bytes of it, where a layer has the rest. */
export type Probed = (Probe & { readonly doubt?: string; readonly shown?: number }) | Untold | undefined;

/** Why that is not known; `ambivalent`: blkid can't decide between two. */
interface Untold {
  readonly doubt: string;
  readonly ambivalent?: boolean;
}

/** What blkid does not say about what it found. `stretch`: none for the whole of a disk. */
export async function lookCloser(
  probe: Probe | Untold,
  device: string,
  stretch: Stretch | undefined,
  exec: Exec,
): Promise<Probed> {
  // Infinity if that is not known, as where the device has gone.
  const whole = async (): Promise<number> => bytesOf(device, exec).catch(() => Number.POSITIVE_INFINITY);
  const { offset, bytes } = stretch ?? { offset: 0, bytes: await whole() };
  const spot = { device, offset, bytes, whole: stretch === undefined };
  if ('type' in probe) return closer(probe, spot, exec);
  const other = await besideZfs(spot, exec);
  return typeof other === 'object' ? closer(other, spot, exec) : { doubt: other ?? probe.doubt };
}

async function closer(probe: Probe, spot: Spot, exec: Exec): Promise<Probed> {
  const type = probe.type ?? '';
  const around = await aroundOf(type, spot, exec);
  if (around) return closer(around, spot, exec);
  if (LAYERS.has(type)) return lookBelow(probe, spot, exec);
  // libblkid before 2.36 and some later ones take a pool in the last partition for one around it (util-linux issues 918, 4078).
  if (type === 'zfs_member' && probe.table !== undefined && (await isClearOfZfs(spot, exec))) {
    return { ...probe, type: undefined, uuid: undefined, label: undefined };
  }
  const table = (await isItsOwn(probe, spot, exec)) ? undefined : probe.table;
  const doubt = await doubtOf(type, spot, exec);
  return { ...probe, table, ...(doubt === undefined ? {} : { doubt }) };
}

/** What is there, where the signature that was found is a part of something else. */
async function aroundOf(type: string, spot: Spot, exec: Exec): Promise<Probe | undefined> {
  if (type === 'crypto_LUKS') return aroundLuks(spot, exec);
  const raid = type === 'linux_raid_member';
  if (raid && !(spot.whole && (await isAtStart(spot, exec)))) return undefined;
  return LAYERS.has(type) || type.endsWith('_raid_member') ? aroundTheEnd(type, spot, exec) : undefined;
}

/** What a layer shows that has its own data at the end, if these say that it is whole. */
async function lookBelow(probe: Probe, spot: Spot, exec: Exec): Promise<Probed> {
  const { device, offset, bytes } = spot;
  const layer = LAYERS.get(probe.type ?? '');
  const place = layer?.place(bytes);
  // The table is one of what the layer shows.
  const doubtful = (doubt: string): Probed => ({ ...probe, table: undefined, doubt });
  if (!layer || !place || !Number.isSafeInteger(place.at) || place.at < 0)
    return doubtful('is too small for what it is');
  const block = await readBytes(device, offset + place.at, place.bytes, exec);
  const shown = typeof block === 'string' ? block : layer.shown(block, bytes);
  if (typeof shown === 'string') return doubtful(shown);
  const below = await exec.run(probeDevice(device, { offset, bytes: shown }));
  if (below === 'nothing') return lookUnnamed(device, offset, exec);
  const found = 'type' in below ? await closer(below, { ...spot, bytes: shown }, exec) : below;
  return found && 'type' in found ? { shown, ...found } : found;
}

/** Why a file system can't be mounted from this device alone. */
async function doubtOf(type: string, { device, offset }: Spot, exec: Exec): Promise<string | undefined> {
  const witness = WITNESSES.get(type);
  if (!witness) return undefined;
  const block = await readBytes(device, offset + witness.at, witness.bytes, exec);
  return typeof block === 'string' ? block : witness.tell(block);
}

/** Whether what blkid takes for a partition table is none, or belongs to the very thing that it found beside it. */
async function isItsOwn({ type, table }: Probe, spot: Spot, exec: Exec): Promise<boolean> {
  if (table === undefined) return false;
  const { device, offset, whole } = spot;
  // Nobody has one; libblkid before 2.37 sees one in the boot code of ntfs and others (util-linux issue 1159).
  if (table === 'atari') return true;
  // Of an image that boots other machines than PCs, too.
  if (isImageType(type) && !['dos', 'gpt', 'PMBR'].includes(table)) return true;
  // Such a RAID shows its disk from the start on, table included; so do those of firmware.
  if (type === 'linux_raid_member') return isAtStart(spot, exec);
  if (type?.endsWith('_raid_member')) return true;
  if (type === undefined && whole) return false;
  const first = table === 'dos' || isImageType(type) ? await readBytes(device, offset, SECTOR, exec) : '';
  if (typeof first === 'string') return false;
  // What begins with boot code looks like a table without partitions, to libblkid (2.38.1) even every exfat.
  if (table === 'dos' && first.subarray(446, 510).every((byte) => byte === 0)) return true;
  return !whole && isImageType(type) && isImage(first, device, offset, exec);
}

/** Whether what a software RAID shows begins where its part does. */
async function isAtStart(spot: Spot, exec: Exec): Promise<boolean> {
  return (await readSuperblock(spot, readerOf(exec)).catch(() => undefined))?.dataSector === 0;
}
