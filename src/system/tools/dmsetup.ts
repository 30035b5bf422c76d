import type { Fill } from '../../core/model/snapshot.ts';
import type { Command } from '../command.ts';

/** The fill of all valid thick snapshots of the host, in sectors, by device-mapper name (dmsetup of lvm2 2.03.16). */
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

/**
 * How often each device-mapper device is open, by its dm UUID: by mounts in whatever namespace, other devices, swap,
 * processes; also by what no path leads to any more (DM_DEV_STATUS; dmsetup of lvm2 2.03.16, the columns since 1.02.00).
 */
export function openCounts(): Command<ReadonlyMap<string, number>> {
  return {
    tool: 'dmsetup',
    argv: ['info', '--columns', '--noheadings', '--separator', ' ', '-o', 'open,uuid'],
    mutates: false,
    mostMs: 5000,
    statuses: [0],
    parse: ({ stdout }) => parseOpenCounts(stdout),
  };
}

/** `1 LVM-...`; a device without a UUID is nothing of ours, and `No devices found` is said where there is none. */
export function parseOpenCounts(stdout: string): ReadonlyMap<string, number> {
  return new Map([...stdout.matchAll(/^ *(\d+) (\S+)$/gm)].map(([, open, uuid = '']) => [uuid, Number(open)]));
}

/** A device that is to be made; `table` has a line for each stretch (dmsetup(8)). */
export interface NewDevice {
  readonly name: string;
  readonly uuid: string;
  readonly table: readonly string[];
}

/**
 * Makes devices, all in one process, in this order; when one can't be made, those before it are there. udev gets the order to let
 * them alone: LVM shall not look for what a guest has on them, and their nodes are those that the kernel makes. There is no
 * word for dmsetup (lvm2 2.03.16) by which udev's blkid would not look either: hooks/udev/09-holdstill.rules.
 */
export function createDevices(devices: readonly NewDevice[]): Command<void> {
  return {
    tool: 'dmsetup',
    argv: ['create', '--noudevrules', '--noudevsync', '--concise'],
    secret: true,
    input: devices.map(({ name, uuid, table }) => [name, uuid, '', 'rw', ...table].join(',')).join(';'),
    mutates: true,
    statuses: [0],
    parse: () => undefined,
  };
}

/** Makes one device, as every version of dmsetup can: `--concise` is of lvm2 2.02.174. */
export function createDevice({ name, uuid, table }: NewDevice): Command<void> {
  return {
    tool: 'dmsetup',
    argv: ['create', '--noudevrules', '--noudevsync', '--uuid', uuid, name],
    secret: true,
    input: table.map((line) => `${line}\n`).join(''),
    mutates: true,
    statuses: [0],
    parse: () => undefined,
  };
}

/** Removes devices by their names, all in one process. One that is in use stays, and its status says little: look afterwards. */
export function removeDevices(names: readonly string[]): Command<string> {
  return {
    tool: 'dmsetup',
    argv: ['remove', '--noudevrules', '--noudevsync', ...names],
    mutates: true,
    statuses: [0, 1],
    parse: ({ stderr }) => stderr.trim(),
  };
}
