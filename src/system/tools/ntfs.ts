import { ANY_STATUS, type Command } from '../command.ts';

/**
 * What keeps ntfs-3g from writing to a volume (ntfs-3g.probe(8) 2022.10.3: 14 hibernated, 15 not unmounted); undefined:
 * nothing, or what its mount will report.
 */
export function probeNtfs(device: string): Command<'hibernated' | 'dirty' | undefined> {
  return {
    tool: 'ntfs-3g.probe',
    argv: ['--readwrite', device],
    mutates: false,
    statuses: ANY_STATUS,
    parse: ({ status }) => (status === 14 ? 'hibernated' : status === 15 ? 'dirty' : undefined),
  };
}
