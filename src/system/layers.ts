import path from 'node:path';
import type { FoundLayer, LayeredImage } from '../core/model/image.ts';
import type { Inode } from '../foreign/inodes.ts';
import type { Qcow2Header } from '../foreign/qcow2.ts';
import { isFault } from '../core/model/fault.ts';
import { errorCode } from '../core/files/trust.ts';
import { SECTOR } from '../core/text/bytes.ts';
import { whyNot } from '../core/text/why.ts';
import type { Commands, Prober } from './command.ts';
import { lackOf } from './needs.ts';
import { showsByFuse, STORAGE_DAEMON } from './tools/storagedaemon.ts';

/** An image that may be opened. */
export interface Layers {
  /** Top first. */
  readonly layers: readonly FoundLayer[];
  /** That the guest sees, in whole sectors. */
  readonly bytes: number;
}

/** See `FoundLayer`; the file itself is known by the first two words. */
export function markOf({ dev, inode, bytes, modified }: Inode): string {
  return [dev, inode, bytes, modified].join(' ');
}

/** QEMU takes what begins so for a protocol (path_has_protocol, 7.2): `nbd:`, `json:`. */
const PROTOCOL = /^[^/]*:/;

/**
 * The layers of an image, whose top is in `top` by now (a copy), or why it is not opened. Whoever may write to an image, and be it
 * by what he gave the host as a disk, may have written any path into its header: `/etc/shadow`, or the disk of somebody else. So no layer is read but those that
 * the guest's definition names, and the headers must say the same.
 */
export async function layersOf(image: LayeredImage, top: string, prober: Prober): Promise<Layers | string> {
  const layers: FoundLayer[] = [];
  let bytes = 0;
  for (const [index, { file, format }] of [{ file: image.path, format: 'qcow2' }, ...image.below].entries()) {
    const what = index === 0 ? '' : `has ${file} below it, which `;
    const at = index === 0 ? top : file;
    try {
      const inode = await prober.ask('behindLink', { file: at });
      if (inode.kind !== 'file') return `${what}is not a file`;
      layers.push({ file: at, format, mark: markOf(inode) });
      const next = image.below[index];
      if (format !== 'qcow2') {
        if (format !== 'raw') return `${what}is a ${format} image; holdstill opens only raw and qcow2 ones`;
        if (next !== undefined) return `${what}is raw, and has ${next.file} below it in the guest's definition`;
        continue;
      }
      const header = await prober.ask('qcow2Header', { file: await prober.ask('realPath', { file: at }) });
      const why = whyNotOpened(header) ?? (header && (await whyOther(header.backing, file, next?.file, prober)));
      if (why !== undefined) return `${what}${why}`;
      if (index === 0) bytes = Math.floor((header?.bytes ?? 0) / SECTOR) * SECTOR;
    } catch (error) {
      if (!isFault(error) && errorCode(error) === undefined) throw error;
      return `${what}can't be looked at: ${whyNot(error)}`;
    }
  }
  return { layers, bytes };
}

function whyNotOpened(header: Qcow2Header | undefined): string | undefined {
  if (!header) return 'is not in the format qcow2, as the definition says';
  if (header.encrypted) return 'is a qcow2 image that QEMU has encrypted; save it from inside the guest';
  if (header.corrupt) return 'is a qcow2 image that QEMU has marked as corrupt; look at it with: qemu-img check';
  if (header.outside) return 'is a qcow2 image whose data are in another file (data_file)';
  if (header.unknown) return 'is a qcow2 image with features that holdstill does not know';
  return undefined;
}

/** Why what an image says of the layer below it is not what the definition says. */
async function whyOther(
  named: string | undefined,
  from: string,
  defined: string | undefined,
  prober: Prober,
): Promise<string | undefined> {
  if (named === undefined) return defined && `is a whole image, though the guest's definition has ${defined} below it`;
  const names = (what: string): string => `is a qcow2 image that names ${what} below it`;
  if (PROTOCOL.test(named)) return `${names(named)}, which is no path of this host`;
  const below = path.resolve(path.dirname(from), named);
  if (defined === undefined) {
    return `${names(below)}, and the guest's definition does not; start the guest, or write a <backingStore> into its definition`;
  }
  if (below === defined) return undefined;
  const [said, meant] = [
    await prober.ask('realPath', { file: below }),
    await prober.ask('realPath', { file: defined }),
  ];
  return said === meant ? undefined : `${names(below)}, and the guest's definition has ${defined} there`;
}

/** Why this host can't show what is in images in layers; undefined: it can. */
export async function whyNotShown(exec: Commands): Promise<string | undefined> {
  const [lack] = lackOf({ programs: [STORAGE_DAEMON], modules: ['fuse'] });
  if (lack !== undefined) return `is a qcow2 image, and to look into it this host needs ${lack}`;
  if (await exec.run(showsByFuse())) return undefined;
  return `is a qcow2 image, and the ${STORAGE_DAEMON} of this host was built without FUSE, by which it would show what is in it`;
}
