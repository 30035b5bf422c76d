/** Bytes. */
export const LONGEST_LVM_NAME = 127;

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/;

/** Whether LVM takes it for the name of a VG or LV (lvm(8), VALID NAMES): no option, no path, one word of the lvm shell. */
export function isLvmName(name: string): boolean {
  return name.length <= LONGEST_LVM_NAME && NAME.test(name);
}
