import path from 'node:path';
import { formatBytes } from '../../core/text/bytes.ts';
import { Fault, isFault } from '../../core/model/fault.ts';
import type { Progress } from '../../core/ports/provider.ts';
import type { Origin, PlannedSnapshot } from '../../core/model/snapshot.ts';
import type { Facts } from '../../core/model/step.ts';
import { errorCode } from '../../core/files/trust.ts';
import type { HeldFile } from '../../foreign/copies.ts';
import type { Exec } from '../../system/command.ts';
import { copyImage, type CopyHow } from '../../system/tools/cp.ts';
import { saysFull } from '../../system/tools/full.ts';
import { fileUuid } from '../../system/kernel/loops.ts';
import { whyNot } from '../../core/text/why.ts';
import { factsOf, identityOf } from './proof.ts';

/** File systems where files can share their blocks: ioctl_ficlonerange(2), `remap_file_range` in Linux 6.1. */
export const SHARING = ['xfs', 'btrfs', 'ocfs2'];

/** How often the progress of a copy is shown. */
const TELL_MS = 500;

/** How the snapshot of an image is to be made. */
export interface Making {
  readonly origin: Origin;
  /** Where it goes. */
  readonly name: string;
  /** Distinguishes the image that was found from what somebody may have put in its place. */
  readonly identity: string | undefined;
  readonly how: CopyHow;
  /** Whether it is copied where it can't share its blocks. */
  readonly mayCopy: boolean;
}

/**
 * Makes the snapshot of an image: an empty file of ours is filled by its descriptor from an image that is held open, whatever
 * the names may lead to by then. Throws `snapshot.failed`, `snapshot.no-space`.
 */
export async function makeSnapshot(making: Making, exec: Exec, progress: Progress): Promise<Facts> {
  const { origin, name, how } = making;
  const target = await exec.ask('makeFile', { file: name }).catch((error: unknown) => {
    const code = isFault(error) ? undefined : errorCode(error);
    throw code === undefined ? error : notTaken(origin, [`${name}: ${whyNot(error)}`], 'copy');
  });
  try {
    const source = await holdImage(making, exec);
    try {
      const complaint = await fill(making, source, target, exec, progress);
      if (complaint) throw notTaken(origin, complaint, how);
    } finally {
      await letGo(source, exec);
    }
    const made = await exec.ask('heldInode', { file: name, descriptor: target.descriptor });
    return { uuid: fileUuid({ dev: made.dev, ino: BigInt(made.inode) }), ...factsOf(made) };
  } finally {
    await letGo(target, exec);
  }
}

/** What it holds is let go with its process at the latest. */
async function letGo({ path: file, descriptor }: HeldFile, exec: Exec): Promise<void> {
  await exec.ask('letGo', { file, descriptor }).catch(() => undefined);
}

/** Others may write to its directory, and put a link to what is not theirs in its place: it has to be the file that was found. */
async function holdImage({ origin: { device, label }, identity }: Making, exec: Exec): Promise<HeldFile> {
  const source = await exec.ask('holdFile', { file: device }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    throw new Fault('snapshot.failed', `${label} can't be read any more: ${whyNot(error)}`, { cause: error });
  });
  if (identityOf(source.inode) === identity) return source;
  await letGo(source, exec);
  throw new Fault('snapshot.failed', `${label} was replaced by another file a moment ago`);
}

/** What is wrong with it, undefined if nothing is. */
async function fill(
  { origin, name, how, mayCopy }: Making,
  source: HeldFile,
  target: HeldFile,
  exec: Exec,
  progress: Progress,
): Promise<readonly string[] | undefined> {
  if (how === 'share') {
    const complaint = await copyImage(source.path, target.path, 'share', exec);
    // An XFS may be made without reflink, a file on btrfs be exempt from copy-on-write.
    if (!complaint || saysFull(complaint) || !mayCopy) return complaint;
    await checkSpace([{ device: name, bytes: source.inode.usedBytes }], exec);
  }
  const now = (): Promise<HeldFile['inode']> => exec.ask('heldInode', { file: name, descriptor: source.descriptor });
  const total = source.inode.usedBytes;
  const before = await now();
  const tell = async (): Promise<void> => {
    const { usedBytes } = await exec.ask('heldInode', { file: name, descriptor: target.descriptor });
    progress(origin.label, Math.min(usedBytes, Math.max(0, total - 1)), total);
  };
  const timer = setInterval(() => void tell().catch(() => undefined), TELL_MS);
  const complaint = await copyImage(source.path, target.path, 'copy', exec).finally(() => clearInterval(timer));
  progress(origin.label, total, total);
  const after = await now();
  // A copy takes its time; one of an image in use would be of no instant at all.
  if (!complaint && (after.modified !== before.modified || after.bytes !== before.bytes)) {
    throw new Fault('snapshot.failed', `${origin.label} was written to while it was copied`, {
      hint: `stop what uses it, or keep it on ${SHARING.join(', ')}`,
    });
  }
  return complaint;
}

function notTaken(origin: Origin, complaint: readonly string[], how: CopyHow): Fault {
  const full = saysFull(complaint);
  const why = complaint.at(-1);
  return new Fault(
    full ? 'snapshot.no-space' : 'snapshot.failed',
    `cannot take a snapshot of ${origin.label}${why === undefined ? '' : `: ${why}`}`,
    { detail: complaint, hint: full || how === 'copy' ? '' : `to make a full copy instead, set copy: true` },
  );
}

/** Throws `snapshot.no-space` if there is not enough space for the copies. */
export async function checkSpace(
  planned: readonly Pick<PlannedSnapshot, 'device' | 'bytes'>[],
  exec: Exec,
): Promise<void> {
  const directories = new Map<string, number>();
  for (const { device, bytes } of planned) {
    if (bytes === 0) continue;
    const directory = path.dirname(device);
    directories.set(directory, (directories.get(directory) ?? 0) + bytes);
  }
  const wanted = new Map<number, { directory: string; bytes: number; free: number }>();
  for (const [directory, bytes] of directories) {
    const { dev, bytes: free } = await exec.ask('freeIn', { file: directory });
    wanted.set(dev, { directory, bytes: (wanted.get(dev)?.bytes ?? 0) + bytes, free });
  }
  for (const { directory, bytes, free } of wanted.values()) {
    if (bytes <= free) continue;
    throw new Fault(
      'snapshot.no-space',
      `not enough space beside the images in ${directory}: the copies need ${formatBytes(bytes)}, ${formatBytes(free)} are free`,
    );
  }
}
