import type { Probe } from '../system/tools/blkid.ts';
import type { Prober } from '../system/command.ts';
import { readBytes } from './bytes.ts';

const START = 8192;
/** Linux 6.7, fs/bcachefs/bcachefs_format.h, struct bch_sb at 4096: its magic at 24. libblkid knows it since 2.39. */
const BCACHEFS = Buffer.from('c68573f666ce90a9d96a60cf803df7ef', 'hex');
const BCACHEFS_MAGIC = 4096 + 24;
const EXT_MAGIC = 1024 + 56;
const XFS_MAGIC = 'XFSB';

/** What is at a place that libblkid has no name for, or does not name since a checksum is wrong; undefined: nothing known. */
export async function lookUnnamed(
  device: string,
  offset: number,
  prober: Prober,
): Promise<Probe | { readonly doubt: string } | undefined> {
  const start = await readBytes(device, offset, START, prober);
  if (typeof start === 'string') return { doubt: start };
  if (start.subarray(BCACHEFS_MAGIC, BCACHEFS_MAGIC + BCACHEFS.length).equals(BCACHEFS)) return BCACHEFS_PROBE;
  const damaged = (type: string) => ({ doubt: `looks like ${type}, whose superblock is damaged` });
  if (start.toString('latin1', 0, XFS_MAGIC.length) === XFS_MAGIC) return damaged('xfs');
  return start.readUInt16LE(EXT_MAGIC) === 0xef53 ? damaged('ext') : undefined;
}

const BCACHEFS_PROBE: Probe = {
  type: 'bcachefs',
  uuid: undefined,
  label: undefined,
  journal: undefined,
  table: undefined,
  blockBytes: undefined,
};
