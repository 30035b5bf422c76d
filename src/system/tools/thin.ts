import { type Command, wholeLines } from '../command.ts';
import { mapperName, selecting, type LvProof } from './lvm.ts';
import { reportOf } from './lvs.ts';

/** A thin LV as its pool knows it. */
export interface ThinDevice {
  readonly vg: string;
  readonly pool: string;
  /** The pool's number of it (`thin_id` of lvs(8)). */
  readonly id: string;
  readonly active: boolean;
}

/**
 * The device of a snapshot, if that may be removed: by the selection that an lvremove would have. A report that was cut off
 * is refused: half of a number is the number of another device.
 */
export function thinDeviceOf(proof: LvProof): Command<ThinDevice | undefined> {
  return {
    tool: 'lvm',
    argv: ['lvs', ...reportOf(['vg_name', 'pool_lv', 'thin_id', 'lv_active']), ...selecting([], proof)],
    mutates: false,
    statuses: [0, 5],
    parse: ({ stdout }) => {
      const [device, ...more] = wholeLines('lvm', stdout).flatMap(deviceIn);
      return more.length === 0 ? device : undefined;
    },
  };
}

const DEVICE =
  /^ *LVM2_VG_NAME='([\w+.-]+)' LVM2_POOL_LV='([\w+.-]+)' LVM2_THIN_ID='(\d{1,8})' LVM2_LV_ACTIVE='([^']*)' *$/;

function deviceIn(line: string): readonly ThinDevice[] {
  const [, vg, pool = '', id = '', active] = DEVICE.exec(line) ?? [];
  return vg === undefined ? [] : [{ vg, pool, id, active: active !== '' }];
}

/**
 * Lets a pool forget a device. A pool refuses that where the device is active (Documentation/admin-guide/device-mapper/
 * thin-provisioning of Linux 6.1); it has no such device, or is not active itself: all of that is status 1.
 */
export function deleteThinDevice({ vg, pool, id }: ThinDevice): Command<void> {
  return {
    tool: 'dmsetup',
    argv: ['message', `${mapperName(vg, pool)}-tpool`, '0', `delete ${id}`],
    mutates: true,
    statuses: [0, 1],
    parse: () => undefined,
  };
}

/** The pool's number of a device that stands in the way of a snapshot, if LVM (2.03.16) complains of one. */
export function thinDeviceInTheWay(complaints: readonly string[]): string | undefined {
  return complaints.map((line) => /already contain thin device with device_id (\d+)\./.exec(line)?.[1]).find(Boolean);
}
