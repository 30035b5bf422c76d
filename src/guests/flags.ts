import os from 'node:os';
import type { Exec } from '../system/command.ts';
import { isOlder, mountDevice, mountVersion, NOSYMFOLLOW, type MountComplaint } from '../system/mount.ts';
import type { MountEntry } from '../system/mountinfo.ts';
import type { Driver } from './filesystems.ts';

/** By which the kernel keeps what is in a mount from doing harm; mountinfo has them by the same names. */
const FLAGS: ReadonlySet<string> = new Set(['ro', 'nosuid', 'nodev', 'noexec', NOSYMFOLLOW]);

/** Those that a mount was to have, and that the kernel does not show of it. */
export function missingFlags(options: readonly string[], { options: shown }: MountEntry): readonly string[] {
  const there = new Set(shown.split(','));
  return options.filter((option) => FLAGS.has(option) && !there.has(option));
}

/** Those of the options that this system knows, as far as that is learned already. */
export function withoutUnknown(options: readonly string[]): readonly string[] {
  return (tooOld ?? oldKernel()) === undefined ? options : options.filter((option) => option !== NOSYMFOLLOW);
}

/** Mounts by a driver. Where that is refused because mount(8) does not know one of the flags, once more without it. */
export async function mountBy(
  driver: Driver,
  device: string,
  point: string,
  exec: Exec,
): Promise<MountComplaint | undefined> {
  const known = { ...driver, options: withoutUnknown(driver.options) };
  const complaint = await exec.run(mountDevice(known, device, point));
  if (!complaint || !known.options.includes(NOSYMFOLLOW)) return complaint;
  if ((await linksLead(exec, SINCE_MOUNT)) === undefined) return complaint;
  return exec.run(mountDevice({ ...driver, options: withoutUnknown(driver.options) }, device, point));
}

/** Of util-linux: to mount with nosymfollow, and to set it of a mount that is there, before which mount(8) leaves it out in silence. */
const SINCE_MOUNT = '2.36.1';
export const SINCE_REMOUNT = '2.38';

/** What was learned of this system, which does not change while we run. */
let tooOld: string | undefined;

/** Why links in a mount can't be kept from leading elsewhere on this system; undefined: they can. `since`: of util-linux. */
export async function linksLead(exec: Exec, since: string): Promise<string | undefined> {
  const known = tooOld ?? oldKernel();
  if (known !== undefined) return known;
  const version = await exec.run(mountVersion());
  if (version === undefined || !isOlder(version, since)) return undefined;
  const reason = `util-linux ${version} is too old for that`;
  if (since === SINCE_MOUNT) tooOld = reason;
  return reason;
}

/** nosymfollow is of Linux 5.10. */
function oldKernel(): string | undefined {
  const release = os.release();
  return isOlder(release, '5.10') ? `Linux ${release} is too old for that` : undefined;
}
