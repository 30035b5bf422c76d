import { Fault } from '../../core/model/fault.ts';
import { type Command, wholeLines } from '../command.ts';

/** What blkid(8) found at a place (util-linux 2.38). */
export interface Probe {
  readonly type: string | undefined;
  readonly uuid: string | undefined;
  readonly label: string | undefined;
  /** The id of the journal of an ext file system that is on another device. */
  readonly journal: string | undefined;
  /** `dos`, `gpt`, `PMBR` …; undefined: no partition table. */
  readonly table: string | undefined;
  /** Bytes that a file system counts in: its blocks, or its sectors (`BLOCK_SIZE`); undefined where blkid is older than 2.35. */
  readonly blockBytes: number | undefined;
}

/** blkid's statuses: 0 something found, 2 nothing at all, 8 contradicting signatures (on one of the devices). */
const NOTHING = 2;
const AMBIVALENT = 8;

/** The stretch of a device that is probed; undefined: all of it. */
export interface Stretch {
  readonly offset: number;
  /** Bytes. */
  readonly bytes: number;
}

/**
 * Probes devices by their bytes (no cache, no udev), all in one process. blkid stops at the first device on which it
 * finds nothing (2.38.1, tried), so a device that is missing in the map has to be asked for alone.
 */
export function probeDevices(
  devices: readonly string[],
  stretch?: Stretch,
  without?: string,
): Command<ReadonlyMap<string, Probe>> {
  const types = without === undefined ? [] : ['-n', `no${without}`];
  // The long names of its options are of 2.30, and nothing else here is younger than 2.23.
  const where = stretch ? ['-O', String(stretch.offset), '-S', String(stretch.bytes)] : [];
  return {
    tool: 'blkid',
    argv: ['-p', '-o', 'export', ...types, ...where, '--', ...devices],
    mutates: false,
    statuses: [0, NOTHING, AMBIVALENT],
    parse: ({ stdout }) => parseExport(stdout),
  };
}

/** Probes one device; a text says why nobody knows what is on it. `without`: a type that is not looked for. */
export function probeDevice(
  device: string,
  stretch?: Stretch,
  without?: string,
): Command<Probe | 'nothing' | { readonly doubt: string; readonly ambivalent?: boolean }> {
  return {
    ...probeDevices([device], stretch, without),
    parse: ({ stdout, stderr, status }) => {
      if (status === AMBIVALENT) return { doubt: 'has signatures of more than one file system', ambivalent: true };
      // An error to open or read is status 2 as well.
      if (status === NOTHING && stderr.trim() !== '') return { doubt: `can't be read: ${stderr.trim()}` };
      const probe = parseExport(stdout).get(device);
      if (!probe && status === 0) throw new Fault('tool.failed', `what blkid printed of ${device} is cut off`);
      return probe ?? 'nothing';
    },
  };
}

/** With the letters beyond ASCII that blkid writes as `M-CM-6`, if that makes text of it (util-linux 2.38, as cat -v does). */
function readable(value: string): string {
  const bytes: number[] = [];
  for (const [plain, control, high] of value.matchAll(/M-(?:\^([@-_?])|([ -~]))|[^]/gu)) {
    if (control !== undefined) bytes.push(0x80 | (control.charCodeAt(0) ^ 0x40));
    else if (high !== undefined) bytes.push(0x80 | high.charCodeAt(0));
    else bytes.push(...Buffer.from(plain));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return value;
  }
}

/**
 * Blocks of NAME=value lines, a block a device. Values are shell-safe: special characters have a backslash. Throws
 * `tool.failed` where the text is cut off.
 */
export function parseExport(stdout: string): ReadonlyMap<string, Probe> {
  const found = new Map<string, Probe>();
  for (const block of wholeLines('blkid', stdout).join('\n').split('\n\n')) {
    const fields = new Map(
      block.split('\n').flatMap((line): [string, string][] => {
        const equals = line.indexOf('=');
        return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1).replaceAll(/\\(.)/gs, '$1')]];
      }),
    );
    const device = fields.get('DEVNAME');
    if (device === undefined) continue;
    const [type, uuid, label] = [fields.get('TYPE'), fields.get('UUID'), fields.get('LABEL')];
    const [journal, table, blocks] = [fields.get('EXT_JOURNAL'), fields.get('PTTYPE'), fields.get('BLOCK_SIZE')];
    const blockBytes = /^\d{1,9}$/.test(blocks ?? '') ? Number(blocks) : undefined;
    found.set(device, { type, uuid, label: label && readable(label), journal, table, blockBytes });
  }
  return found;
}
