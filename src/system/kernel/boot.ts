import fs from 'node:fs';

/** The kernel's id of this boot. */
export function bootId(): string {
  return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
