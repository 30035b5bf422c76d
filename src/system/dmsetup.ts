import type { Command } from './command.ts';

/** How much of a thick snapshot's room is in use, in sectors. */
export interface Fill {
  readonly used: number;
  readonly total: number;
}

/** The fill of all valid thick snapshots of the host, by device-mapper name (dmsetup of lvm2 2.03.16). */
export function snapshotFills(): Command<ReadonlyMap<string, Fill>> {
  return {
    tool: 'dmsetup',
    argv: ['status', '--noflush', '--target', 'snapshot'],
    mutates: false,
    statuses: [0],
    parse: ({ stdout }) => parseFills(stdout),
  };
}

/** `vg0-hs.1: 0 98304 snapshot 24/16384 16`; one that is lost says `Invalid` instead: Documentation/device-mapper/snapshot. */
export function parseFills(stdout: string): ReadonlyMap<string, Fill> {
  return new Map(
    [...stdout.matchAll(/^(\S+): \d+ \d+ snapshot (\d+)\/(\d+) \d+$/gm)].map(([, name = '', used, total]) => [
      name,
      { used: Number(used), total: Number(total) },
    ]),
  );
}
