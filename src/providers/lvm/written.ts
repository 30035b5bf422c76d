import type { Facts, NotedStep } from '../../core/model/step.ts';
import { numbersByUuid } from '../../system/kernel/blockdev.ts';
import { bootId } from '../../system/kernel/boot.ts';
import { writtenTo } from '../../system/kernel/written.ts';

/**
 * What drivers that are not quiet may still write: XFS notes in its log that it was unmounted, also where it was mounted
 * read-only, and pads that to the stripe of its log, 256 KiB at most (8 sectors were seen with Linux 6.1).
 */
const LATER_BYTES = 512 * 1024;

/** How much was written to the snapshots so far, all of it by the drivers of our mounts, with what they still may write. */
export function stampOf(steps: readonly NotedStep[], quiet: boolean): readonly Facts[] {
  const volumes = numbersByUuid();
  return steps.map(({ facts }): Facts => {
    const bytes = writtenTo(volumes.get(facts?.['uuid'] ?? '') ?? '');
    return bytes === undefined ? {} : { written: String(bytes + (quiet ? 0 : LATER_BYTES)) };
  });
}

/**
 * Bytes that others have written to the snapshots; undefined if that is not known: one is not active, or its hook died
 * before its mounts stood. The kernel counts from the activation on. After a start nothing of ours writes to them, so every
 * byte is somebody else's.
 */
export function writtenByOthers(steps: readonly NotedStep[]): readonly (number | undefined)[] {
  const volumes = numbersByUuid();
  return steps.map(({ step, facts }) =>
    bytesOfOthers(writtenTo(volumes.get(facts?.['uuid'] ?? '') ?? ''), step['boot'] === bootId(), facts),
  );
}

/** `now`: what the kernel counts; `sameBoot`: the machine was not started since. */
export function bytesOfOthers(
  now: number | undefined,
  sameBoot: boolean,
  facts: Facts | undefined,
): number | undefined {
  if (now === undefined || !sameBoot) return now;
  const before = facts?.['written'] === undefined ? undefined : Number(facts['written']);
  if (before === undefined) return undefined;
  return Math.max(0, now - before);
}
