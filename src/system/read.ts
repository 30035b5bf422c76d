import type { Prober } from './command.ts';

/** The bytes at a place of a device or file, fewer where it ends before. Throws the errors of open(2) and read(2), `tool.timeout` where it hangs. */
export type ReadBytes = (device: string, at: number, bytes: number) => Promise<Buffer>;

/** Reads by another process, since a device may hang. */
export function readerOf(prober: Prober): ReadBytes {
  return (file, at, bytes) => prober.ask('readAt', { file, at, bytes });
}
