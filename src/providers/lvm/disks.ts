import { isFault } from '../../core/model/fault.ts';
import type { LeftOut, Origin, Resolved } from '../../core/model/snapshot.ts';
import type { Exec } from '../../system/command.ts';
import { backingOf } from '../../system/kernel/backing.ts';
import { deviceNumber, dmUuid } from '../../system/kernel/blockdev.ts';
import { mapperName } from '../../system/tools/lvm.ts';
import type { LvRow } from '../../system/tools/lvs.ts';
import { originOf, whyUnsuitable } from './origins.ts';

/** A disk of a guest that may be an LV: the number of its device; undefined: it has none, because the LV is not active. */
export interface DiskDevice {
  readonly path: string;
  readonly number: string | undefined;
}

/** The disks that the kernel knows as LVs, and those whose device is not there. LVM need not be asked of any other. */
export async function maybeLvs(paths: readonly string[], exec: Exec): Promise<readonly DiskDevice[]> {
  const found: DiskDevice[] = [];
  for (const path of paths) {
    const real = await backingOf(path, exec).then(
      (behind) => behind.real,
      (error: unknown) => {
        if (isFault(error) && error.code === 'origin.unknown') return undefined;
        throw error;
      },
    );
    const number = real === undefined ? undefined : deviceNumber(real);
    if (real === undefined ? path.startsWith('/dev/') : dmUuid(number ?? '')?.startsWith('LVM-')) {
      found.push({ path, number });
    }
  }
  return found;
}

/** The origins of these disks; those that LVM can't take a snapshot of are left out. One that is no LV is in neither. */
export function lvsAmong(disks: readonly DiskDevice[], rows: readonly LvRow[]): Resolved {
  const origins: Origin[] = [];
  const leftOut: LeftOut[] = [];
  for (const { path, number } of disks) {
    const row = rows.find((one) => (number === undefined ? namesOf(one).includes(path) : one.number === number));
    if (!row) continue;
    const reason = whyUnsuitable(row);
    if (reason === undefined) origins.push(originOf(row, { asked: path }));
    else leftOut.push({ label: path, reason: `is ${row.vg}/${row.name}, which ${reason}`, harmless: false });
  }
  return { origins, leftOut };
}

/** The paths that LVM gives the device of an LV while it is active: lvm(8). */
function namesOf({ vg, name }: LvRow): readonly string[] {
  return [`/dev/${vg}/${name}`, `/dev/mapper/${mapperName(vg, name)}`];
}
