import { SECTOR } from '../../core/text/bytes.ts';
import { type Command, wholeLines } from '../command.ts';

export interface TableEntry {
  readonly number: number;
  /** Bytes from the start of the device. */
  readonly offset: number;
  readonly bytes: number;
  /** A container of logical partitions, with no content of its own. */
  readonly extended: boolean;
  /** What it is for: `0x82` in an MBR, in a GPT a GUID in small letters. */
  readonly type: string;
}

/**
 * Reads a partition table from a device; the kernel does not hear of it. `sector`: the bytes that the table counts in, if
 * not those of the device. Undefined: it can't be read.
 */
export function readTable(device: string, sector?: number): Command<readonly TableEntry[] | undefined> {
  const counted = sector === undefined ? [] : ['--sector-size', String(sector)];
  return {
    tool: 'partx',
    argv: [...counted, '--pairs', '--bytes', '--output', 'NR,START,SIZE,TYPE', '--', device],
    mutates: false,
    statuses: [0, 1],
    parse: ({ status, stdout }) => (status === 0 ? parsePairs(stdout) : undefined),
  };
}

/** Undefined: what it says can't be the partitions of one device. Throws `tool.failed` where it is cut off. */
export function parsePairs(stdout: string): readonly TableEntry[] | undefined {
  const entries: TableEntry[] = [];
  for (const line of wholeLines('partx', stdout)) {
    const fields = new Map([...line.matchAll(/\b(\w{1,20})="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const whole = (name: string): number =>
      /^\d{1,15}$/.test(fields.get(name) ?? '') ? Number(fields.get(name)) : NaN;
    const number = whole('NR');
    const [offset, bytes] = [whole('START') * SECTOR, whole('SIZE')];
    if (!(number > 0) || !Number.isSafeInteger(offset + bytes)) return undefined;
    if (entries.some((entry) => entry.number === number)) return undefined;
    const type = (fields.get('TYPE') ?? '').toLowerCase();
    const extended = ['0x5', '0xf', '0x85'].includes(type);
    entries.push({ number, offset, bytes, extended, type });
  }
  return entries;
}
