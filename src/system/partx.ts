import { type Command, wholeLines } from './command.ts';

/** partx(8) counts in sectors of 512 bytes, whatever the device has (util-linux 2.38, libblkid's unit). */
const SECTOR = 512;

export interface TableEntry {
  readonly number: number;
  /** Bytes from the start of the device. */
  readonly offset: number;
  readonly bytes: number;
  /** A container of logical partitions, with no content of its own. */
  readonly extended: boolean;
}

/** Reads a partition table from a device without telling the kernel of it. Undefined: it can't be read. */
export function readTable(device: string): Command<readonly TableEntry[] | undefined> {
  return {
    tool: 'partx',
    argv: ['--pairs', '--bytes', '--output', 'NR,START,SIZE,TYPE', '--', device],
    mutates: false,
    statuses: [0, 1],
    parse: ({ status, stdout }) => (status === 0 ? parsePairs(stdout) : undefined),
  };
}

/** Throws `tool.failed` where the text is cut off. */
export function parsePairs(stdout: string): readonly TableEntry[] {
  return wholeLines('partx', stdout).flatMap((line) => {
    const fields = new Map([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const number = Number(fields.get('NR'));
    if (!number) return [];
    const extended = ['0x5', '0xf', '0x85'].includes(fields.get('TYPE') ?? '');
    return [{ number, offset: Number(fields.get('START')) * SECTOR, bytes: Number(fields.get('SIZE')), extended }];
  });
}
