import type { Command } from '../command.ts';

/**
 * Lets all that is written to devices wait, one after the other, after what is on its way is written out and the file system on
 * each is frozen: dmsetup(8) of lvm2 2.03.16, suspend. Milliseconds.
 */
export function suspendDevices(names: readonly string[], mostMs: number): Command<void> {
  return {
    tool: 'dmsetup',
    argv: ['suspend', ...names],
    mutates: true,
    mostMs,
    statuses: [0],
    parse: () => undefined,
  };
}

/** Lets devices go on; those that do are let alone. What dmsetup complains of. udev need not know of it. */
export function resumeDevices(names: readonly string[]): Command<string> {
  return {
    tool: 'dmsetup',
    argv: ['resume', '--noudevsync', ...names],
    mutates: true,
    statuses: [0, 1],
    parse: ({ stderr }) => stderr.trim(),
  };
}
