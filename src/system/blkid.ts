import type { Command } from './command.ts';

/** What blkid(8) found at a place (util-linux 2.38). */
export interface Probe {
  readonly type: string | undefined;
  readonly uuid: string | undefined;
  /** `dos`, `gpt`, `PMBR` …; undefined: no partition table. */
  readonly table: string | undefined;
}

/** blkid's statuses: 0 something found, 2 nothing at all, 8 contradicting signatures (on one of the devices). */
const NOTHING = 2;
const AMBIVALENT = 8;

/**
 * Probes whole devices by their bytes (no cache, no udev), all in one process. A device of which nothing is known is
 * missing in the map.
 */
export function probeDevices(devices: readonly string[]): Command<ReadonlyMap<string, Probe>> {
  return {
    tool: 'blkid',
    argv: ['--probe', '--output', 'export', '--', ...devices],
    mutates: false,
    statuses: [0, NOTHING],
    parse: ({ stdout }) => parseExport(stdout),
  };
}

/** Probes one device and says whether its signatures contradict each other. */
export function probeDevice(device: string): Command<Probe | 'nothing' | 'ambivalent'> {
  return {
    ...probeDevices([device]),
    statuses: [0, NOTHING, AMBIVALENT],
    parse: ({ stdout, status }) =>
      status === AMBIVALENT ? 'ambivalent' : (parseExport(stdout).get(device) ?? 'nothing'),
  };
}

/** Probes the same stretch of several devices, without loop devices over them; guests of one template are alike. */
export function probeExtents(
  devices: readonly string[],
  offset: number,
  bytes: number,
): Command<ReadonlyMap<string, Probe>> {
  const command = probeDevices(devices);
  return { ...command, argv: ['--offset', String(offset), '--size', String(bytes), ...command.argv] };
}

/** As `probeExtents`, for one device, and says whether its signatures contradict each other. */
export function probeExtent(device: string, offset: number, bytes: number): Command<Probe | 'nothing' | 'ambivalent'> {
  return { ...probeDevice(device), argv: probeExtents([device], offset, bytes).argv };
}

/** Blocks of NAME=value lines, a block a device. Values are shell-safe: special characters have a backslash. */
export function parseExport(stdout: string): ReadonlyMap<string, Probe> {
  const found = new Map<string, Probe>();
  for (const block of stdout.split('\n\n')) {
    const fields = new Map(
      block.split('\n').flatMap((line): [string, string][] => {
        const equals = line.indexOf('=');
        return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1).replaceAll(/\\(.)/gs, '$1')]];
      }),
    );
    const device = fields.get('DEVNAME');
    if (device === undefined) continue;
    found.set(device, { type: fields.get('TYPE'), uuid: fields.get('UUID'), table: fields.get('PTTYPE') });
  }
  return found;
}
