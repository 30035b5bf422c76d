import { Fault, isFault } from '../core/model/fault.ts';
import type { NotedStep, Step } from '../core/model/step.ts';
import { DIRECTORY, driversOf, guardsOf } from '../guests/filesystems.ts';
import type { Exec } from '../system/command.ts';
import { mountAt, readMounts, type MountEntry } from '../system/kernel/mountinfo.ts';
import { letGo, nameless } from '../system/nameless.ts';
import { RUN_DIRECTORY } from '../system/paths.ts';
import { fstabOf, mountListed, unmount, type Listed } from '../system/tools/mount.ts';
import { missingFlags, withoutUnknown } from './flags.ts';
import { isOurs, loopsUnder, trustOf } from './proof.ts';

/**
 * Mounts in one process what the kernel's own drivers read as a whole. The result has those that are there, ours, and have
 * the flags that they were to have, as the kernel lists them. Of each other nothing is left there and nothing is said: it is
 * for whoever mounts it alone, and learns exactly why that fails. Throws `mount.failed` where something else was mounted than
 * what was taken.
 */
export async function mountTogether(
  steps: readonly NotedStep[],
  exec: Exec,
  directory: string = RUN_DIRECTORY,
): Promise<ReadonlyMap<NotedStep, MountEntry>> {
  const before = readMounts();
  const listed = steps.flatMap((noted) => {
    const mount = mountAt(noted.step['point'] ?? '', before) ? undefined : listedAs(noted);
    return mount ? [{ noted, mount }] : [];
  });
  if (listed.length < 2) return new Map();
  const text = fstabOf(listed.map(({ mount }) => mount));
  const fd = nameless(text, directory);
  if (fd === undefined) return new Map();
  const complaint = await exec
    .run(mountListed(fd, text))
    .catch((error: unknown) => {
      throw naming(
        listed.map(({ noted: { step } }) => step),
        error,
      );
    })
    .finally(() => letGo(fd));
  const mounts = readMounts();
  const loops = await loopsUnder(
    listed.map(({ noted: { step } }) => step),
    exec,
  );
  const made = new Map<NotedStep, MountEntry>();
  const poor: string[] = [];
  for (const { noted, mount } of listed) {
    const { device, point } = mount;
    const entry = mountAt(point, mounts);
    if (!entry) continue;
    if (!isOurs(entry, noted, loops)) {
      await exec.run(unmount([point]));
      const what = `${noted.step['label']}: ${device} is not the snapshot that holdstill took: somebody replaced it`;
      throw new Fault('mount.failed', what);
    }
    const complained = complaint?.some((line) => line.startsWith(`mount: ${point}: `)) ?? false;
    const sound = !complained && missingFlags(guardsOf(trustOf(noted.step)), entry).length === 0;
    if (sound) made.set(noted, entry);
    else poor.push(point);
  }
  if (poor.length > 0) await exec.run(unmount(poor));
  return made;
}

/** One process that hangs does so at the first of the list that is not there: mount(8) mounts one after the other. */
function naming(steps: readonly Step[], error: unknown): unknown {
  if (!isFault(error) || error.code !== 'tool.timeout') return error;
  const mounts = readMounts();
  const first = steps.find(({ point = '' }) => !mountAt(point, mounts));
  const { message, hint = '' } = error;
  return first ? new Fault('tool.timeout', `${first['label']}: ${message}`, { hint, cause: error }) : error;
}

/** As which a step is mounted without another program's help, by its first driver; undefined: it is not. */
function listedAs({ step }: NotedStep): Listed | undefined {
  const { type = '', device = '', point = '', subdirectory = '' } = step;
  const trust = trustOf(step);
  if (type === DIRECTORY || subdirectory !== '' || trust === 'hostile') return undefined;
  const [driver] = driversOf(type, trust, device);
  if (!driver || driver.internal || driver.flags.length > 0 || driver.programs.length > 0) return undefined;
  return { device, point, type: driver.type, options: withoutUnknown(driver.options) };
}
