import type { Extent } from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import { contentOf, probeAlike } from './probe.ts';

/** What LVM, mdadm, bcache, btrfs and their like take by udev's rules or at the next scan, wherever they see it. */
const TAKEN = /_member$|^(bcache|btrfs|drbd|ceph_bluestore)$/;

/**
 * What the host would take for its own in loop devices over these stretches; undefined: nothing. The stretches begin
 * between things of a guest, who may have put something there that matches.
 */
export async function mistakableIn(extents: readonly Extent[], exec: Exec): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (const { device, offset, bytes } of extents) {
    const probes = await probeAlike([device], { offset, bytes }, exec);
    const { type, doubt } = contentOf(probes.get(device));
    found.push(type === undefined ? doubt && 'something' : TAKEN.test(type) ? type : undefined);
  }
  return found;
}
