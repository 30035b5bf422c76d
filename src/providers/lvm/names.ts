import type { LvRow } from '../../system/tools/lvs.ts';

/** LVM: device-mapper names (`vg-lv-cow`, hyphens doubled) may have 127 bytes, LV names too. */
const LONGEST = 127;

/**
 * What the snapshot of an LV is called: `hs.<run>.<lv>`, or `hs.<run>.<number>` where the origin's name leaves no room for
 * it. Undefined: it can have none, since LVM finds that a name is too long only halfway (2.03.16, tried).
 */
export function snapshotName(
  { vg, name, pool }: Pick<LvRow, 'vg' | 'name' | 'pool'>,
  run: string,
  index: number,
): string | undefined {
  const fits = (lv: string, layer: string): boolean => {
    const inDeviceMapper = `${vg}${lv}`.replaceAll('-', '--').length + `-${layer}`.length;
    return lv.length <= LONGEST && inDeviceMapper <= LONGEST;
  };
  // A thick origin becomes `vg-lv-real` below itself.
  const possible = pool !== '' || fits(name, '-real');
  return [`hs.${run}.${name}`, `hs.${run}.${index}`].find((lv) => possible && fits(lv, '-cow'));
}
