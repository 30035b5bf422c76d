import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exec } from '../system/command.ts';
import { isBusy, isOlder, mountDevice, mountVersion, NOSYMFOLLOW, type MountComplaint } from '../system/tools/mount.ts';
import type { MountEntry } from '../system/kernel/mountinfo.ts';
import type { Driver } from '../guests/filesystems.ts';
import { DEVICE_PATIENCE_MS, PAUSE_MS } from './retry.ts';

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

/**
 * Mounts by a driver, and waits where the device is busy: the kernel mounts none that is suspended, and LVM suspends all snapshots of an
 * origin while somebody takes another one (setup_bdev_super of Linux 7.2).
 */
export async function mountBy(
  driver: Driver,
  device: string,
  point: string,
  exec: Exec,
): Promise<MountComplaint | undefined> {
  const end = performance.now() + exec.patienceMs(DEVICE_PATIENCE_MS);
  for (;;) {
    const complaint = await mountOnce(driver, device, point, exec);
    if (!complaint || !isBusy(complaint) || performance.now() > end) return complaint;
    await sleep(PAUSE_MS);
  }
}

/** Where a mount is refused because mount(8) does not know one of the flags, once more without it. */
async function mountOnce(
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
const SINCE_REMOUNT = '2.38';

/** What to report of mounts in which a system can't keep links from leading elsewhere. */
function linksLeadBy(reason: string): string {
  return `links in the mounts can lead outside of the mount: ${reason}`;
}

/** What a plan can report of the flags of a mount that these drivers make: the same as an opening. */
export async function foreseeFlags(drivers: readonly Driver[], exec: Exec): Promise<string | undefined> {
  const [driver] = drivers;
  if (!driver || ![...driver.options, ...driver.flags].includes(NOSYMFOLLOW)) return undefined;
  const reason = await linksLead(exec, driver.flags.length > 0 ? SINCE_REMOUNT : SINCE_MOUNT);
  return reason && linksLeadBy(reason);
}

/** Why a mount may stay without these flags, in words for the admin; undefined: it may not. */
export async function excuseFor(missing: readonly string[], exec: Exec): Promise<string | undefined> {
  const reason = missing.every((flag) => flag === NOSYMFOLLOW) ? await linksLead(exec, SINCE_REMOUNT) : undefined;
  return reason && linksLeadBy(reason);
}

/** What was learned of this system, which does not change while we run. */
let tooOld: string | undefined;
let asked: Promise<string | undefined> | undefined;

/** Why links in a mount can't be kept from leading elsewhere on this system; undefined: they can. `since`: of util-linux. */
async function linksLead(exec: Exec, since: string): Promise<string | undefined> {
  const known = tooOld ?? oldKernel();
  if (known !== undefined) return known;
  const version = await (asked ??= exec.run(mountVersion()));
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
