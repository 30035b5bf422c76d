import type { Origin } from '../../core/model/snapshot.ts';
import type { LvRow } from '../../system/tools/lvs.ts';

/** What has to be known of an LV for its snapshot to be planned and taken. */
export type OriginLv = Pick<LvRow, 'vg' | 'name' | 'uuid' | 'pool' | 'cache' | 'bytes' | 'extentBytes' | 'vgFreeBytes'>;

/** An LV as its origin keeps it. */
export function refOf({ vg, name, uuid, pool, cache, extentBytes, vgFreeBytes }: OriginLv): Origin['ref'] {
  return { vg, name, uuid, pool, cache, extent: String(extentBytes), free: String(vgFreeBytes) };
}

/** The LV that an origin is. */
export function lvOf({ bytes, ref }: Origin): OriginLv {
  const { vg = '', name = '', uuid = '', pool = '', cache = '', extent, free } = ref;
  return { vg, name, uuid, pool, cache, bytes, extentBytes: Number(extent), vgFreeBytes: Number(free) };
}
