import { formatBytes } from '../../core/text/bytes.ts';
import type { Health } from '../../core/model/snapshot.ts';
import type { Step } from '../../core/model/step.ts';
import { deviceBytes, deviceOf } from '../../system/kernel/blockdev.ts';
import { bootId } from '../../system/kernel/boot.ts';
import { readLosses, type Losses } from '../../system/kernel/kmsg.ts';
import type { LvRow } from '../../system/tools/lvs.ts';
import type { BlockReader, Spot } from './reads.ts';
import { isFullRoom } from './room.ts';

/**
 * Whether a snapshot still holds what it held: `row` is its own as LVM reports it now, `rows` are those of all LVs. That
 * it can be read is tried, since LVM doesn't know of a disk that fails. After a start one need not be active, a thin one
 * never is (lvcreateSnapshot), and that is nobody's fault.
 */
export async function healthOf(
  { label = '', vg = '', pool = '', boot }: Step,
  row: LvRow | undefined,
  rows: readonly LvRow[],
  read: BlockReader,
): Promise<Health> {
  const thinPool = rows.find((one) => one.vg === (row?.vg ?? vg) && one.name === pool);
  const fill =
    row && !thinPool
      ? row.invalid
        ? 1
        : row.dataPercent === undefined
          ? undefined
          : row.dataPercent / 100
      : undefined;
  const state = { fill, bytes: row && !thinPool ? row.bytes : 0 };
  if (row && !row.active && boot !== bootId()) {
    return {
      kind: 'unknown',
      reason: `${label}: its snapshot has not been active since the machine started`,
      ...state,
    };
  }
  const reason = await sickness(row, thinPool, pool !== '', read);
  if (reason !== undefined) return { kind: 'bad', reason: `${label}: ${reason}`, ...state };
  if (!thinPool && fill === undefined) {
    return { kind: 'unknown', reason: `${label}: LVM does not say how full its snapshot is`, ...state };
  }
  return { kind: 'good', reason: undefined, ...state };
}

/** Where a snapshot is read: what a thick one keeps begins with what the kernel must find again, and the middle of it is mostly the origin's. */
export function spotsOf(uuid: string, thin: boolean): readonly Spot[] {
  return [...(thin ? [] : [storeOf(uuid)]), middleOf(uuid)];
}

const storeOf = (uuid: string): Spot => ({ uuid: `${uuid}-cow`, share: 0 });
const middleOf = (uuid: string): Spot => ({ uuid, share: 0.5 });

async function sickness(row: LvRow | undefined, pool: LvRow | undefined, thin: boolean, read: BlockReader) {
  if (!row) return `its snapshot is gone: only holdstill may remove an LV with the tag 'holdstill'`;
  if (!row.active) return `its snapshot was deactivated: only holdstill may change an LV with the tag 'holdstill'`;
  const store = thin ? undefined : await read(storeOf(row.uuid));
  const size = formatBytes(row.bytes);
  if (store !== undefined) {
    const lost = row.invalid ? ', and the snapshot is lost' : '';
    return `the changes that its snapshot keeps (${size}) cannot be read (${store})${lost}: look at dmesg for the disk`;
  }
  // Once a snapshot has been full it is invalid for good: lvmsnapshot, dm-snap.c; it can't be repaired.
  if (row.invalid || (!thin && (row.dataPercent ?? 0) >= 100)) {
    const device = deviceOf(row.uuid);
    const full = device !== undefined && isFullRoom(row.bytes, deviceBytes(device));
    return whyLost(row.bytes, full, readLosses());
  }
  const sick = pool && sickPool(pool, row);
  if (sick !== undefined) return sick;
  const problem = await read(middleOf(row.uuid));
  return problem && `its snapshot can't be read (${problem}): look at dmesg for the disk`;
}

/**
 * Why a thick snapshot of so many bytes is lost. One with room for all of its origin never overflows, `full`; of another the
 * kernel's log may say what it was, though not of which snapshot.
 */
export function whyLost(bytes: number, full: boolean, losses: Losses): string {
  const size = formatBytes(bytes);
  const broken = `an error of the disk that keeps it: look at dmesg`;
  const overflow = `overflowed (${size} were not enough): set a larger 'size', or size: full`;
  if (full || (losses.broken && !losses.full)) return `snapshot lost (${size}) by ${broken}`;
  return losses.full && !losses.broken ? `snapshot ${overflow}` : `snapshot ${overflow}; or it was ${broken}`;
}

/** lv_health_status of a thin pool: lvs(8). */
function sickPool(pool: LvRow, row: LvRow): string | undefined {
  const { dataPercent = 0, metadataPercent = 0 } = pool;
  if (pool.health === '' && row.health === '' && dataPercent < 100 && metadataPercent < 100) return undefined;
  const name = `${pool.vg}/${pool.name}`;
  const health = pool.health || row.health || (dataPercent < 100 ? 'out_of_metadata' : 'out_of_data');
  const cure =
    health === 'out_of_data'
      ? `add room, lvextend -L +SIZE ${name}`
      : `add room, lvextend --poolmetadatasize +SIZE ${name}, and repair it, lvconvert --repair ${name}`;
  return `thin pool ${name} has a problem: ${health} (data ${dataPercent} %, metadata ${metadataPercent} %): ${cure}`;
}
