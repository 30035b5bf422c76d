import { adoptionFrom } from '../core/run/adopted.ts';
import { type Adopted } from '../core/model/adopted.ts';
import { whyNot } from '../core/text/why.ts';
import { asError } from '../core/model/fault.ts';
import type { Log } from '../core/ports/machine.ts';
import type { Provider } from '../core/ports/provider.ts';
import type { Trace } from '../core/model/snapshot.ts';
import type { NotedStep } from '../core/model/step.ts';
import { loopsOf } from './loops.ts';
import { isOurs } from './proof.ts';
import { numbersByIdentity } from '../system/kernel/identity.ts';
import type { Exec } from '../system/command.ts';
import { type LoopDevice, readLoops } from '../system/kernel/loops.ts';
import { readMounts, type MountEntry } from '../system/kernel/mountinfo.ts';
import { showersOf } from '../system/kernel/shown.ts';
import { otherViews } from '../system/kernel/namespaces.ts';
import { readWriters, type Target } from '../system/kernel/writers.ts';

const NOTHING: Trace = { bytes: undefined, done: undefined };

/** By which others have made the snapshots among these steps their own, by number of the step: core/run/adopted.ts. Never throws. */
export async function adoptedOn(
  steps: readonly NotedStep[],
  providers: readonly Provider[],
  exec: Exec,
  log: Log,
): Promise<Adopted> {
  const adoptions = new Map<number, string>();
  const unsure = new Map<number, string>();
  for (const provider of providers) {
    const taken = steps.filter(({ step }) => step.kind === provider.kind);
    if (taken.length === 0) continue;
    try {
      const traces = (await provider.traces?.(taken)) ?? [];
      const volumes = numbersByIdentity();
      const loops = await readLoops(exec);
      const ours = new Set(steps.flatMap((noted) => numbersOf(noted, volumes, loops)));
      const writers = readWriters(ours, (entry) => isOurMount(entry, steps, loops), loops);
      const standing = mountsStand(steps, loops);
      for (const [index, noted] of taken.entries()) {
        const trace = traces[index] ?? NOTHING;
        const target = targetOf(noted, provider, trace, volumes);
        const { bytes, done } = trace;
        // To look at all processes takes long, and who has written nothing has nothing to lose.
        const mounts = writers.mounts(target, bytes !== 0);
        const openers = mounts.length > 0 || bytes === 0 ? [] : othersAmong(writers.openers(target), steps);
        const adoption = adoptionFrom(noted.step['label'] ?? '', { mounts, openers, bytes, done, standing });
        if (adoption !== undefined) adoptions.set(noted.number, adoption);
      }
    } catch (error) {
      log.error({ err: asError(error), kind: provider.kind }, 'could not find out who uses the snapshots');
      for (const { number } of taken) unsure.set(number, whyNot(error));
    }
  }
  return { seen: adoptions, unsure };
}

/** Without what shows an image for the task: it has the snapshot open. */
function othersAmong(openers: readonly string[], steps: readonly NotedStep[]): readonly string[] {
  if (openers.length === 0) return openers;
  const images = steps.filter(({ step }) => step.kind === 'image');
  const own = images.flatMap(({ step: { run = '', number = '' } }) => showersOf(run, number));
  return openers.filter((opener) => !own.some(({ pid }) => opener.includes(`(${pid})`)));
}

/** The devices that a step of ours made over a snapshot. */
function numbersOf(noted: NotedStep, volumes: ReadonlyMap<string, string>, loops: readonly LoopDevice[]) {
  if (noted.step.kind === 'loop') return loopsOf(noted, loops).map(({ number }) => number);
  return noted.step.kind === 'map' ? [volumes.get(noted.step['uuid'] ?? '') ?? ''] : [];
}

/** Where a snapshot is: a device or a file; a subvolume is neither. */
function targetOf(
  noted: NotedStep,
  { handlers }: Provider,
  { at }: Trace,
  volumes: ReadonlyMap<string, string>,
): Target {
  const known = at ?? { device: handlers.find(({ kind }) => kind === noted.step.kind)?.dependsOn(noted).is };
  return { number: volumes.get(known.device ?? ''), file: known.file };
}

/**
 * A mount of the task itself, while it is read-only. Its file system need not be: fuse2fs hands no such option on, and where
 * a hook was killed before it could say so by a remount the mount is not either.
 */
function isOurMount(entry: MountEntry, steps: readonly NotedStep[], loops: readonly LoopDevice[]): boolean {
  const readOnly = entry.options.split(',').includes('ro');
  return steps.some(
    (noted) =>
      noted.step.kind === 'mount' &&
      (readOnly || noted.facts === undefined) &&
      entry.point === noted.step['point'] &&
      isOurs(entry, noted, loops),
  );
}

/** All that the task mounted is there, in whatever mount namespace. The kernel gives the id of a mount that is gone to the next one. */
function mountsStand(steps: readonly NotedStep[], loops: readonly LoopDevice[]): boolean {
  const mounts = steps.filter(({ step }) => step.kind === 'mount');
  const standsIn = (noted: NotedStep, entries: readonly MountEntry[]): boolean =>
    entries.some(
      (entry) =>
        String(entry.id) === noted.facts?.['id'] && entry.point === noted.step['point'] && isOurs(entry, noted, loops),
    );
  const own = readMounts();
  if (mounts.every((noted) => standsIn(noted, own))) return mounts.length > 0;
  const all = [...own, ...otherViews().flatMap((view) => view.mounts)];
  return mounts.every((noted) => standsIn(noted, all));
}
