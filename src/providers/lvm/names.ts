import { LONGEST_LVM_NAME } from '../../core/text/lvmname.ts';
import type { LvRow } from '../../system/tools/lvs.ts';

/** Bytes that a name of device-mapper (`vg-lv-cow`, hyphens doubled) may have: DM_NAME_LEN of linux/dm-ioctl.h, less the NUL. */
const LONGEST_MAPPED = 127;

/**
 * What the snapshot of an LV is called: `hs.<run>.<lv>`, or `hs.<run>.<number>` where the origin's name leaves no room for
 * it. Undefined: it can have none, since LVM finds that a name is too long only halfway (2.03.16, tried).
 */
export function snapshotName(
  { vg, name, pool }: Pick<LvRow, 'vg' | 'name' | 'pool'>,
  run: string,
  index: number,
): string | undefined {
  const isShortEnough = (lv: string, layer: string): boolean => {
    const inDeviceMapper = `${vg}${lv}`.replaceAll('-', '--').length + `-${layer}`.length;
    return lv.length <= LONGEST_LVM_NAME && inDeviceMapper <= LONGEST_MAPPED;
  };
  // A thick origin becomes `vg-lv-real` below itself.
  const possible = pool !== '' || isShortEnough(name, '-real');
  return [`hs.${run}.${name}`, `hs.${run}.${index}`].find((lv) => possible && isShortEnough(lv, '-cow'));
}
