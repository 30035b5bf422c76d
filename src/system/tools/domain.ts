import { elementsAt, readXml, type XmlElement } from '../xml.ts';

/** What libvirt's definition of a domain says that we need. */
export interface Domain {
  readonly name: string;
  /** In the order of the definition, CD-ROMs and floppies included. */
  readonly disks: readonly DomainDisk[];
}

/** A disk of a domain, by what its definition calls it: `<disk>` in libvirt's formatdomain, 9.0. */
export interface DomainDisk {
  /** Where the guest sees it (`vda`); empty: not said. */
  readonly target: string;
  /** `disk`, `cdrom`, `floppy` or `lun`. */
  readonly device: string;
  /** What its bytes are in: `file`, `block`, `volume`, `network`, `dir`, `nvme`, `vhostuser` … */
  readonly type: string;
  /** `raw`, `qcow2` …; libvirt has `raw` where nothing is said. */
  readonly format: string;
  /** The attributes of its source: `file`, `dev`, `pool` and `volume`, `protocol` and `name`. Undefined: it has none. */
  readonly source: ReadonlyMap<string, string> | undefined;
  /** What is named below it, nearest first; libvirt says it of running guests (`<backingStore>`), and of others if that was written into the definition. */
  readonly below: readonly Backing[];
  /** Its source can't be read as it was written: see `XmlElement`. */
  readonly bent: boolean;
  /** Only a part of the source is the disk. */
  readonly sliced: boolean;
}

/** A layer below an image. */
export interface Backing {
  readonly type: string;
  readonly format: string;
  /** Undefined: it is no whole file, or has a name that can't be read. */
  readonly file: string | undefined;
}

/**
 * A domain, from `virsh dumpxml`. Only what is directly below `<devices>` is a disk: `<metadata>` may hold anything. Throws `tool.failed`.
 */
export function parseDomain(xml: string): Domain {
  const root = readXml(xml.trim());
  return {
    name: elementsAt(root, 'name')[0]?.text ?? '',
    disks: elementsAt(root, 'devices', 'disk').map(diskOf),
  };
}

function diskOf(disk: XmlElement): DomainDisk {
  const [source] = elementsAt(disk, 'source');
  const [driver] = elementsAt(disk, 'driver');
  const [target] = elementsAt(disk, 'target');
  return {
    target: target?.attributes.get('dev') ?? '',
    device: disk.attributes.get('device') ?? 'disk',
    type: disk.attributes.get('type') ?? '',
    format: driver?.attributes.get('type') ?? 'raw',
    source: source?.attributes,
    below: backingsOf(disk),
    bent: source?.bent ?? false,
    sliced: source !== undefined && elementsAt(source, 'slices', 'slice').length > 0,
  };
}

/** An empty element is the end, and so is none. */
function backingsOf(element: XmlElement): readonly Backing[] {
  const [store] = elementsAt(element, 'backingStore');
  const type = store?.attributes.get('type');
  if (!store || type === undefined) return [];
  const [source] = elementsAt(store, 'source');
  const [format] = elementsAt(store, 'format');
  const whole = source && !source.bent && elementsAt(source, 'slices', 'slice').length === 0;
  const file = type === 'file' && whole ? source.attributes.get('file') : undefined;
  return [{ type, format: format?.attributes.get('type') ?? '', file }, ...backingsOf(store)];
}
