import type { Command } from './command.ts';

/**
 * The key with which a LUKS device is encrypted, in hexadecimal, if a key file opens one of its slots; undefined: it
 * opens none. Otherwise what cryptsetup complains of in the header: status 1 and 4; 2 is a key that does not fit, the others
 * are faults of the host, like 3, out of memory (cryptsetup(8) 2.6.1, RETURN CODES).
 */
export function volumeKey(
  device: string,
  keyFile: string,
): Command<{ readonly key: string } | { readonly complaint: readonly string[] } | undefined> {
  return {
    tool: 'cryptsetup',
    argv: ['luksDump', '--batch-mode', '--dump-volume-key', '--key-file', keyFile, '--', device],
    mutates: false,
    secret: true,
    statuses: [0, 1, 2, 4],
    parse: ({ status, stdout, stderr }) => {
      if (status === 2) return undefined;
      const key = /^MK dump:\s+((?:[0-9a-f]{2}\s+)+)/m.exec(stdout)?.[1]?.replaceAll(/\s+/g, '');
      const bits = Number(/^MK bits:\s+(\d+)\s*$/m.exec(stdout)?.[1]);
      if (status === 0 && key !== undefined && key.length * 4 === bits) return { key };
      return { complaint: stderr.split('\n').filter((line) => line.trim() !== '') };
    },
  };
}
