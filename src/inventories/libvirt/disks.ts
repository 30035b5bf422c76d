import { isFault } from '../../core/model/fault.ts';
import type { GuestDisk } from '../../core/model/guest.ts';
import type { Exec } from '../../system/command.ts';
import type { Domain, DomainDisk } from '../../system/tools/domain.ts';
import { complaintsOf, volumePath } from '../../system/tools/virsh.ts';

/** Of CD-ROMs and floppies nothing is saved, whether one is in or not. */
const REMOVABLE = ['cdrom', 'floppy'];

/** Drivers of Xen call raw files so: `<driver name='tap' type='aio'/>`. */
const RAW = ['raw', 'aio'];

/** The format whose images may have others below them. */
const LAYERED = 'qcow2';

/** Characters of which no path is made that an admin means: the end of a line would be that of a line in a log. */
const ODD = /[\p{Cc}\p{Surrogate}\u2028\u2029\ufffd]/u;

/** The disks of a guest that may be saved, and those that can't, with the reason. In the order of its definition. */
export async function disksOf({ disks }: Domain, uri: string | undefined, exec: Exec): Promise<readonly GuestDisk[]> {
  const found: GuestDisk[] = [];
  for (const disk of disks.filter(({ device }) => !REMOVABLE.includes(device))) {
    const refused = whyRefused(disk);
    const { target } = disk;
    if (refused !== undefined) found.push({ target, path: undefined, refused });
    else found.push({ target, ...(await placeOf(disk, uri, exec)), ...layersOf(disk) });
  }
  return found;
}

/** Why no storage of this host can hold a disk as it is, whatever its path. Undefined: one may. */
function whyRefused({ device, type, format, source, below, bent, sliced }: DomainDisk): string | undefined {
  const its = (attribute: string): string => source?.get(attribute) ?? '?';
  if (device === 'lun') return `is a physical LUN that is passed through (${its('dev')})`;
  if (device !== 'disk') return `is a device of a kind that holdstill does not know (${device})`;
  switch (type) {
    case 'file':
    case 'block':
    case 'volume':
      break;
    case 'network':
      return `is a network disk (${[its('protocol'), source?.get('name')].filter(Boolean).join(' ')})`;
    case 'dir':
      return `is a directory that is shown as a FAT disk (${its('dir')})`;
    case 'nvme':
      return 'is an NVMe device that is passed through';
    case 'vhostuser':
    case 'vhostvdpa':
      return `is served by another program (${type})`;
    default:
      return `is of a type that holdstill does not know (${type})`;
  }
  if (!source) return 'has no source in the definition';
  // Before its format: what the name is can't be told.
  if (bent) return 'has a name with a control character in it';
  if (sliced) return 'is a slice of a file or device';
  if (RAW.includes(format)) return undefined;
  if (format !== LAYERED) return `is a ${format} image; holdstill opens only raw and qcow2 ones`;
  if (type === 'block') return 'is a qcow2 image on a block device; holdstill opens only those that are files';
  const strange = below.find(({ file }) => file === undefined || ODD.test(file) || !file.startsWith('/'));
  return strange && `is a qcow2 image with what is no file of this host below it (${strange.file ?? strange.type})`;
}

/** What lies below a disk that is an image in layers. */
function layersOf({ format, below }: DomainDisk): Pick<GuestDisk, 'below'> {
  if (format !== LAYERED) return {};
  return { below: below.map((layer) => ({ file: layer.file ?? '', format: layer.format })) };
}

/** The device or file that holds the bytes of a disk. */
async function placeOf(
  { type, source }: DomainDisk,
  uri: string | undefined,
  exec: Exec,
): Promise<Pick<GuestDisk, 'path' | 'refused'>> {
  if (type === 'volume') return volumeOf(source?.get('pool') ?? '', source?.get('volume') ?? '', uri, exec);
  return placeAt(source?.get(type === 'file' ? 'file' : 'dev') ?? '');
}

async function volumeOf(
  pool: string,
  volume: string,
  uri: string | undefined,
  exec: Exec,
): Promise<Pick<GuestDisk, 'path' | 'refused'>> {
  const what = `is volume ${volume} of the storage pool ${pool}`;
  // virsh takes no empty name for a name.
  if (pool === '' || volume === '') return { path: undefined, refused: `${what}, which has no name` };
  try {
    return placeAt(await exec.run(volumePath(pool, volume, uri)));
  } catch (error) {
    if (!isFault(error) || error.code !== 'tool.failed') throw error;
    const why = complaintsOf(error.detail).at(-1) ?? 'unknown';
    return { path: undefined, refused: `${what}, which libvirt does not find: ${why}` };
  }
}

function placeAt(path: string): Pick<GuestDisk, 'path' | 'refused'> {
  const refuse = (refused: string): Pick<GuestDisk, 'path' | 'refused'> => ({ path: undefined, refused });
  if (path === '') return refuse('has no source in the definition');
  if (ODD.test(path)) return refuse('has a name with a control character in it');
  if (!path.startsWith('/')) return refuse(`has a path that is not absolute (${path})`);
  return { path, refused: undefined };
}
