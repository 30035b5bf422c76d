import { Fault } from '../../core/model/fault.ts';
import type { Backing } from '../../system/kernel/backing.ts';
import { deviceNumber, dmUuid } from '../../system/kernel/blockdev.ts';
import type { LoopDevice } from '../../system/kernel/loops.ts';
import type { LvRow } from '../../system/tools/lvs.ts';
import { devicesBelow, type Layer } from '../../system/kernel/stack.ts';

/** An LV, and what stands on it between it and a file system, from the top. */
interface Under {
  readonly row: LvRow;
  readonly layers: readonly Layer[];
}

/** The LV that a file system is on, directly or through what stands on it alone. */
export function lvBehind(behind: Backing, rows: readonly LvRow[], loops: readonly LoopDevice[]): Under | undefined {
  for (const { number, layers } of devicesBehind(behind, loops)) {
    const row = rows.find((one) => one.number !== undefined && one.number === number);
    if (row) return { row, layers };
  }
  return undefined;
}

/** Whether the kernel knows something that a file system is on as an LV. LVM need not be asked of any other. */
export function isOnLv(behind: Backing, loops: readonly LoopDevice[]): boolean {
  return devicesBehind(behind, loops).some(({ number }) => dmUuid(number)?.startsWith('LVM-') === true);
}

function devicesBehind({ mount }: Backing, loops: readonly LoopDevice[]): ReturnType<typeof devicesBelow> {
  // Its source is what it was called when it was mounted. Without a number only a name is left: btrfs has devices of its own.
  const number = mount?.device.startsWith('0:') ? deviceNumber(mount.source) : mount?.device;
  return number === undefined ? [] : devicesBelow(number, loops);
}

/** How an LV is reached, for people: `the LUKS device c1 on the logical volume vg0/crypt`. */
export function reachText({ row, layers }: Under): string {
  return [...layers.map(({ name }) => name), `the logical volume ${row.vg}/${row.name}`].join(' on ');
}

/** What to write for a path whose LV holds more than its file system; undefined: the path will do, with `keys` where it is encrypted. */
export function insteadOf({ row, layers }: Under): string | undefined {
  if (layers.every(({ kind }) => kind === 'luks')) return undefined;
  const lv = `${row.vg}/${row.name}`;
  if (layers.some(({ kind }) => kind === 'plain' || kind === 'other')) {
    return `write lv: ${lv} instead, if holdstill can read what is in it`;
  }
  const partition = layers.findLast((layer) => layer.partition !== undefined)?.partition;
  return partition === undefined ? `write lv: ${lv}` : `write lv: ${lv} and partitions: [${partition}]`;
}

/** Throws `origin.unsuitable` for a path that is on a part of a volume only. */
export function checkReach(asked: string, under: Under): void {
  const hint = insteadOf(under);
  if (hint === undefined) return;
  throw new Fault('origin.unsuitable', `${asked} is on ${reachText(under)}`, { hint });
}
