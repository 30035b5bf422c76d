import { Fault } from '../../core/model/fault.ts';
import type { Command } from '../command.ts';

const MOST_MS = 60_000;

/**
 * The key with which a LUKS device is encrypted, in hexadecimal, if a key file opens one of its slots; undefined: it
 * opens none, which is status 2. All else is a fault, like 3, out of memory (cryptsetup(8) 2.6.1, RETURN CODES). By the
 * option's old name: 2.5 and later know both (`--dump-volume-key`), 1.0.6 to 2.4 this one alone.
 */
export function volumeKey(device: string, keyFile: string): Command<string | undefined> {
  return {
    tool: 'cryptsetup',
    argv: ['luksDump', '--batch-mode', '--dump-master-key', '--key-file', keyFile, '--', device],
    mutates: false,
    secret: true,
    // A header of a guest can ask for years of it.
    mostMs: MOST_MS,
    statuses: [0, 2],
    parse: ({ status, stdout }) => {
      if (status === 2) return undefined;
      const key = /^MK dump:\s+((?:[0-9a-f]{2}\s+)+)/m.exec(stdout)?.[1]?.replaceAll(/\s+/g, '');
      const bits = Number(/^MK bits:\s+(\d+)\s*$/m.exec(stdout)?.[1]);
      if (key !== undefined && key.length * 4 === bits) return key;
      throw new Fault('tool.failed', `what cryptsetup printed of ${device} is cut off, or not understood`);
    },
  };
}
