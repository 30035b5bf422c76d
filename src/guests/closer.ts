import { SECTOR } from '../core/bytes.ts';
import { bytesOf } from '../system/blockdev.ts';
import { probeDevice, type Probe, type Stretch } from '../system/blkid.ts';
import type { Exec } from '../system/command.ts';
import { readerOf } from '../system/read.ts';
import { readBytes } from './bytes.ts';
import { isImage, isImageType } from './image.ts';
import { LAYERS } from './layers.ts';
import { readSuperblock } from './md/superblock.ts';
import { WITNESSES } from './spread.ts';

/** What blkid knows of a place; nothing where it knows nothing. */
export type Found = (Probe & { readonly doubt?: string }) | { readonly doubt: string } | undefined;

/** A place of a device, and whether it is the whole of it, which may be divided. */
interface Spot {
  readonly device: string;
  readonly offset: number;
  /** Undefined: to its end. */
  readonly bytes: number | undefined;
  readonly whole: boolean;
}

/** What blkid does not tell of what it found. `stretch`: none for the whole of a disk. */
export async function lookCloser(
  probe: Probe,
  device: string,
  stretch: Stretch | undefined,
  exec: Exec,
): Promise<Found> {
  const spot = { device, offset: stretch?.offset ?? 0, bytes: stretch?.bytes, whole: stretch === undefined };
  return closer(probe, spot, exec);
}

async function closer(probe: Probe, spot: Spot, exec: Exec): Promise<Found> {
  const type = probe.type ?? '';
  if (LAYERS.has(type)) return lookBelow(probe, spot, exec);
  const table = (await isItsOwn(probe, spot, exec)) ? undefined : probe.table;
  const doubt = await doubtOf(type, spot, exec);
  return { ...probe, table, ...(doubt === undefined ? {} : { doubt }) };
}

/** What a layer shows that has its own data at the end, if these say that it is whole. */
async function lookBelow(probe: Probe, spot: Spot, exec: Exec): Promise<Found> {
  const { device, offset } = spot;
  const bytes = spot.bytes ?? (await bytesOf(device, exec));
  const layer = LAYERS.get(probe.type ?? '');
  const place = layer?.place(bytes);
  // The table is one of what the layer shows.
  const told = (doubt: string): Found => ({ ...probe, table: undefined, doubt });
  if (!layer || !place || !Number.isSafeInteger(place.at) || place.at < 0) return told('is too small for what it is');
  const block = await readBytes(device, offset + place.at, place.bytes, exec);
  const shown = typeof block === 'string' ? block : layer.shown(block, bytes);
  if (typeof shown === 'string') return told(shown);
  const below = await exec.run(probeDevice(device, { offset, bytes: shown }));
  if (below === 'nothing') return undefined;
  return 'type' in below ? closer(below, { ...spot, bytes: shown }, exec) : below;
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

async function isAtStart({ device, offset, bytes: some }: Spot, exec: Exec): Promise<boolean> {
  const bytes = some ?? (await bytesOf(device, exec));
  return (await readSuperblock({ device, offset, bytes }, readerOf(exec)).catch(() => undefined))?.dataSector === 0;
}
