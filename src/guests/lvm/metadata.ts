import { LONGEST_LVM_NAME } from '../../core/text/lvmname.ts';
import type { Section, Value } from './text.ts';

/** A volume group as its metadata describes it. Sizes are in sectors of 512 bytes or in extents. */
export interface GroupText {
  readonly name: string;
  /** 32 characters without hyphens. */
  readonly uuid: string;
  /** Counts its changes: of two descriptions of one group the higher is the newer. */
  readonly seqno: number;
  readonly extentSectors: number;
  /** By the name that the segments call it. */
  readonly physical: ReadonlyMap<string, Physical>;
  readonly logical: ReadonlyMap<string, Logical>;
}

export interface Physical {
  readonly uuid: string;
  /** Sectors before its first extent. */
  readonly start: number;
  readonly extents: number;
}

export interface Logical {
  readonly name: string;
  /** Not a part of another one. */
  readonly visible: boolean;
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** LVM's name of it: `striped` (also what is linear), `thin`, `raid1` … */
  readonly type: string;
  /** Extents. */
  readonly start: number;
  readonly extents: number;
  readonly values: ReadonlyMap<string, Value>;
}

/** Nothing that LVM makes comes near these; a guest that says so has something in mind. */
const MOST = 4096;
const MOST_SECTORS = 2 ** 50;

/** Reads what LVM writes (lvm2 2.03.16, lib/format_text). Undefined where it does not describe a volume group. */
export function groupFrom(text: Section): GroupText | undefined {
  if (text.values.get('contents') !== 'Text Format Volume Group' || text.values.get('version') !== 1) return undefined;
  const [one, ...others] = [...text.sections];
  if (!one || others.length > 0 || one[0].length > LONGEST_LVM_NAME) return undefined;
  const [name, group] = one;
  const extentSectors = whole(group, 'extent_size');
  const seqno = whole(group, 'seqno');
  const uuid = uuidOf(group);
  const physical = mapped(group.sections.get('physical_volumes'), physicalFrom);
  const logical = mapped(group.sections.get('logical_volumes'), logicalFrom);
  if (!extentSectors || seqno === undefined || uuid === undefined || !physical || !logical) return undefined;
  return { name, uuid, seqno, extentSectors, physical, logical };
}

function physicalFrom(_: string, section: Section): Physical | undefined {
  const [uuid, start, extents] = [uuidOf(section), whole(section, 'pe_start'), whole(section, 'pe_count')];
  return uuid === undefined || start === undefined || extents === undefined ? undefined : { uuid, start, extents };
}

function logicalFrom(name: string, section: Section): Logical | undefined {
  const status = section.values.get('status');
  const segments = [...section.sections.values()].map(segmentFrom);
  if (!Array.isArray(status) || segments.includes(undefined)) return undefined;
  return {
    name,
    visible: status.includes('VISIBLE'),
    segments: segments.filter((one) => one !== undefined).toSorted((a, b) => a.start - b.start),
  };
}

function segmentFrom({ values }: Section): Segment | undefined {
  const [type, start, extents] = [values.get('type'), values.get('start_extent'), values.get('extent_count')];
  if (typeof type !== 'string' || !isWhole(start) || !isWhole(extents)) return undefined;
  return { type, start, extents, values };
}

/** Undefined where one of them is not understood; a group without any is one. */
function mapped<T>(
  section: Section | undefined,
  from: (name: string, section: Section) => T | undefined,
): ReadonlyMap<string, T> | undefined {
  const found = new Map<string, T>();
  for (const [name, inner] of section?.sections ?? []) {
    const one = from(name, inner);
    if (one === undefined || found.size >= MOST || name.length > LONGEST_LVM_NAME) return undefined;
    found.set(name, one);
  }
  return found;
}

function uuidOf(section: Section): string | undefined {
  const id = section.values.get('id');
  const bare = typeof id === 'string' ? id.replaceAll('-', '') : '';
  return /^[A-Za-z0-9]{32}$/.test(bare) ? bare : undefined;
}

function whole(section: Section, name: string): number | undefined {
  const value = section.values.get(name);
  return isWhole(value) ? value : undefined;
}

/** A number of sectors or extents that can be reckoned with. */
export function isWhole(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_SECTORS;
}
