import { isFault } from '../core/model/fault.ts';
import type { Exec } from '../system/command.ts';
import type { TableEntry } from '../system/tools/partx.ts';
import { readBytes } from './bytes.ts';
import type { Probed } from './closer.ts';
import { BEGINNINGS, DESCRIPTOR, isImageType, MARK } from './image.ts';
import { entriesOf } from './partitions.ts';
import { keyOf, probeParts } from './probe.ts';

const DESCRIPTOR_BYTES = 2048;

/** Disks that hold an image and a table of its own. */
export interface Settled {
  /** As one of the two: the image, or its partitions where something is beside it. */
  readonly probes: ReadonlyMap<string, Probed>;
  /** The numbers of partitions that are pieces of the image, or gaps in it. */
  readonly pieces: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Decides what disks are that hold an image and a table; one that says nothing of the image leaves both. */
export async function settleImages(probes: ReadonlyMap<string, Probed>, exec: Exec): Promise<Settled> {
  const settled = new Map(probes);
  const pieces = new Map<string, ReadonlySet<number>>();
  for (const [device, probe] of probes) {
    if (!probe || !('type' in probe) || !isImageType(probe.type) || probe.table === undefined) continue;
    const entries = await entriesOf(device, probe, exec).catch((error: unknown) => {
      if (isFault(error)) return [];
      throw error;
    });
    const extents = entries.map(({ offset, bytes }) => ({ device, offset, bytes }));
    const contents = await probeParts(extents, exec);
    const inside = (entry: TableEntry): Probed => contents.get(keyOf({ ...entry, device }));
    const image = entries.find((entry) => BEGINNINGS.includes(entry.offset) && isSame(inside(entry), probe));
    if (!image) continue;
    const end = await endOf(device, exec);
    const gone = entries.filter((entry) => {
      const known = inside(entry);
      const empty = known === undefined || ('type' in known && known.type === undefined && known.table === undefined);
      return entry !== image && (endsBy(entry, image.offset + image.bytes) || (empty && endsBy(entry, end)));
    });
    const alone = gone.length === entries.length - 1;
    settled.set(device, alone ? { ...probe, table: undefined } : { ...probe, type: undefined });
    pieces.set(device, new Set(gone.map(({ number }) => number)));
  }
  return { probes: settled, pieces };
}

function isSame(
  found: Probed,
  probe: { readonly type: string | undefined; readonly uuid: string | undefined },
): boolean {
  return found !== undefined && 'type' in found && found.type === probe.type && found.uuid === probe.uuid;
}

function endsBy({ offset, bytes }: TableEntry, end: number): boolean {
  return offset + bytes <= end;
}

/** What the image itself says that it is long. */
async function endOf(device: string, exec: Exec): Promise<number> {
  const block = await readBytes(device, DESCRIPTOR, DESCRIPTOR_BYTES, exec);
  if (typeof block === 'string' || block.toString('latin1', 1, 6) !== MARK) return 0;
  return block.readUInt32LE(80) * block.readUInt16LE(128);
}
