import { Fault, isFault, withHint } from '../../core/model/fault.ts';
import type { LeftOut, Origin, Resolved } from '../../core/model/snapshot.ts';
import type { BaseLayer, LayeredImage } from '../../core/model/image.ts';
import { SECTOR } from '../../core/text/bytes.ts';
import type { Image } from '../../foreign/images.ts';
import type { Exec } from '../../system/command.ts';
import { backingOf, placeOf } from '../../system/kernel/backing.ts';
import { layersOf, whyNotShown } from '../../system/layers.ts';
import { readMounts, type MountEntry } from '../../system/kernel/mountinfo.ts';
import { identityOf } from './proof.ts';
import { SHARING } from './take.ts';

/** Whether an image is copied, or shares its blocks: `at need` where it can't though its file system could. */
type Copying = 'always' | 'at need' | 'never';

/** Whether files on a mount can share their blocks. */
export function canShare(mount: MountEntry | undefined): boolean {
  return SHARING.includes(mount?.type ?? '');
}

/** An image as an origin; `each`: with a directory of its own. */
export function originOf({ file, parts, inode, directory }: Image, each: boolean, copy: Copying): Origin {
  return {
    provider: 'file',
    label: file,
    directory: each ? parts : [],
    bytes: Math.floor(inode.bytes / SECTOR) * SECTOR,
    shape: 'image',
    device: file,
    subdirectory: undefined,
    asked: undefined,
    ref: { inode: identityOf(inode), directory: identityOf(directory), used: String(inode.usedBytes), copy },
  };
}

export function cannotShare(file: string, mount: MountEntry | undefined): Fault {
  return new Fault(
    'origin.unsuitable',
    `cannot take a snapshot of ${file}: it is ${placeOf({ mount })}, where files can't share blocks`,
    {
      hint: `keep images on ${SHARING.join(', ')}, or set copy: true where nothing writes to them during the copy`,
    },
  );
}

/** The origins of disks of guests that are files; those of which there is no snapshot are left out. Any other disk is in neither. */
export async function imagesAmong(
  disks: readonly { readonly path: string; readonly below?: readonly BaseLayer[] }[],
  exec: Exec,
): Promise<Resolved> {
  const origins: Origin[] = [];
  const leftOut: LeftOut[] = [];
  const mounts = readMounts();
  const lack = disks.some(({ below }) => below) ? await whyNotShown(exec) : undefined;
  for (const { path: file, below } of disks) {
    try {
      if ((await backingOf(file, exec)).kind !== 'file') continue;
      const image = await exec.ask('imageAt', below ? { file, format: 'qcow2' } : { file });
      if (!('file' in image)) {
        leftOut.push({ label: file, reason: image.reason, harmless: false });
        continue;
      }
      const mount = mounts.find(({ id }) => id === image.standing.mount);
      if (canShare(mount)) {
        const origin = { ...originOf(image, false, 'never'), asked: file };
        const known = below ? await asLayers(origin, { path: file, below }, lack, exec) : origin;
        if (typeof known === 'string') leftOut.push({ label: file, reason: known, harmless: false });
        else origins.push(known);
      } else
        leftOut.push({
          label: file,
          reason: `is a file ${placeOf({ mount })}, where files cannot share blocks`,
          harmless: false,
        });
    } catch (error) {
      if (!isFault(error)) throw error;
      // Another storage may know a device that is not there now.
      if (error.code !== 'origin.unknown') leftOut.push({ label: file, reason: withHint(error), harmless: false });
    }
  }
  return { origins, leftOut };
}

/** An image in layers as an origin, or why it can't be one; `lack`: why none can be. */
async function asLayers(
  origin: Origin,
  image: LayeredImage,
  lack: string | undefined,
  exec: Exec,
): Promise<Origin | string> {
  if (lack !== undefined) return lack;
  const found = await layersOf(image, origin.device, exec);
  if (typeof found === 'string') return found;
  // What it holds can't be seen before its snapshot is shown.
  return { ...origin, bytes: found.bytes, asleep: true, image: { ...image, below: found.layers.slice(1) } };
}
