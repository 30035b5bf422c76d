import { formatBytes } from '../../core/text/bytes.ts';
import { Fault } from '../../core/model/fault.ts';
import type { Growth } from '../../core/model/snapshot.ts';
import type { Size } from '../../core/model/task.ts';
import type { LvRow } from '../../system/tools/lvs.ts';

const MIB = 1024 * 1024;
/** LVM's default chunk of a snapshot, and the size of one entry in its list of changed chunks (lvm2 2.03.16). */
const CHUNK = 4096;
const ENTRY = 16;

/** `auto`: the share of the origin, and the least, that a snapshot gets while nothing is known of earlier runs. */
const AUTO_SHARE = 0.2;
const AUTO_LEAST = 256 * MIB;

/** The room that a snapshot of this origin gets: bytes, whole extents, never more than it can use. */
export function roomFor(size: Size, originBytes: number, extentBytes: number): number {
  const most = roundUp(mostUsable(originBytes), extentBytes);
  return Math.min(most, Math.max(extentBytes, roundUp(wanted(size, originBytes, most), extentBytes)));
}

function wanted(size: Size, originBytes: number, most: number): number {
  switch (size.kind) {
    case 'auto':
      return Math.max(AUTO_LEAST, originBytes * AUTO_SHARE);
    case 'full':
      return most;
    case 'bytes':
      return size.bytes;
    case 'percent':
      return (originBytes * size.percent) / 100;
  }
}

/** Whether a thick snapshot of so many bytes, of an origin of so many, can't overflow. */
export function isFullRoom(bytes: number, originBytes: number): boolean {
  return bytes >= mostUsable(originBytes);
}

/** With this much a snapshot can't overflow: every chunk of the origin, the list of them, and a header. */
function mostUsable(originBytes: number): number {
  const chunks = Math.ceil(originBytes / CHUNK);
  const listChunks = Math.ceil(chunks / (CHUNK / ENTRY)) + 1;
  return (chunks + listChunks + 1) * CHUNK;
}

function roundUp(bytes: number, extentBytes: number): number {
  return Math.ceil(bytes / extentBytes) * extentBytes;
}

/** Whether a snapshot of this size can be extended while it is in use, by what all that are `wanted` leave free in its VG. */
export function growthOf(
  row: Pick<LvRow, 'vg' | 'pool' | 'bytes' | 'extentBytes' | 'vgFreeBytes'>,
  bytes: number,
  wanted: readonly { readonly row: Pick<LvRow, 'vg'>; readonly bytes: number }[],
): Growth {
  if (row.pool !== '') return { possible: false, note: `the thin pool ${row.vg}/${row.pool} holds it` };
  if (bytes >= roundUp(mostUsable(row.bytes), row.extentBytes)) {
    return { possible: false, note: 'not needed, it can never run full' };
  }
  const taken = wanted.filter((one) => one.row.vg === row.vg).reduce((sum, one) => sum + one.bytes, 0);
  const free = row.vgFreeBytes - taken;
  if (free < row.extentBytes) return { possible: false, note: `not possible, ${row.vg} has no room left` };
  return {
    possible: true,
    note: `when it is 70 % full, by 50 % of its size, while ${row.vg} has room: ${formatBytes(free)}`,
  };
}

/** Above this share of a thin pool's data or metadata no snapshot is taken: the next writes could stop every guest. */
const POOL_DATA_LIMIT = 95;
const POOL_METADATA_LIMIT = 90;

/**
 * Checks the room for all snapshots of a task before the first is taken. Throws `snapshot.no-space` with the numbers.
 * `rows` are all LVs of the host, for the thin pools among them.
 */
export function checkRoom(
  wanted: readonly { readonly row: Pick<LvRow, 'vg' | 'pool' | 'vgFreeBytes'>; readonly bytes: number }[],
  rows: readonly LvRow[],
): void {
  for (const vg of new Set(wanted.map(({ row }) => row.vg))) {
    const ones = wanted.filter(({ row }) => row.vg === vg);
    const free = ones[0]?.row.vgFreeBytes ?? 0;
    const needed = ones.reduce((sum, { bytes }) => sum + bytes, 0);
    if (needed > free) {
      const many = ones.length > 1 ? `${ones.length} snapshots need` : 'the snapshot needs';
      throw new Fault('snapshot.no-space', `${vg}: ${many} ${formatBytes(needed)}, but ${formatBytes(free)} are free`, {
        hint: `set a smaller 'size' for the task, or add room: vgextend ${vg} DEVICE`,
      });
    }
  }
  for (const { row } of wanted) {
    const pool = rows.find(({ vg, name }) => vg === row.vg && name === row.pool);
    if (pool) checkPool(pool);
  }
}

function checkPool(pool: LvRow): void {
  const { dataPercent = 0, metadataPercent = 0 } = pool;
  if (pool.health === '' && dataPercent < POOL_DATA_LIMIT && metadataPercent < POOL_METADATA_LIMIT) return;
  const state = pool.health === '' ? '' : `, ${pool.health}`;
  throw new Fault(
    'snapshot.no-space',
    `thin pool ${pool.vg}/${pool.name} is too full for a snapshot: data ${dataPercent} %, metadata ${metadataPercent} %${state}`,
    { hint: `add room: lvextend -L +SIZE ${pool.vg}/${pool.name} (or --poolmetadatasize +SIZE)` },
  );
}
