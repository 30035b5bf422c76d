import fs from 'node:fs';
import type { MountEntry } from './mountinfo.ts';

/** How our snapshots and the devices over them are called, wherever they are: `hs.<run>.<lv>`, `.hs.<run>`, `hs.<run>-0-map`. */
const NAME = /(?:^|[/.-])hs\.[0-9a-f]{8}(?:[./-]|$)/;

/**
 * Whether a mount shows a snapshot of ours, by the name of what it stands on. Enough to say nothing of it, and no proof:
 * nothing is removed by this.
 */
export function isOurSnapshot(
  { device, source, root }: Pick<MountEntry, 'device' | 'source' | 'root'>,
  numberOf: (device: string) => string | undefined,
): boolean {
  if (NAME.test(root) || NAME.test(source)) return true;
  // FUSE has no device of its own.
  const number = device.startsWith('0:') ? source.startsWith('/dev/') && numberOf(source) : device;
  return (
    number !== false &&
    number !== undefined &&
    ['dm/name', 'loop/backing_file'].some((one) => NAME.test(read(number, one)))
  );
}

function read(number: string, attribute: string): string {
  try {
    return fs.readFileSync(`/sys/dev/block/${number}/${attribute}`, 'utf8').trim();
  } catch {
    return '';
  }
}
