import { ANY_STATUS, type Command, type Finished } from '../command.ts';

/** No link in the mount is followed: Linux 5.10, util-linux 2.36.1. */
export const NOSYMFOLLOW = 'nosymfollow';

/** Why mount refused, line by line. */
export type MountComplaint = readonly string[];

/**
 * Mounts a device as the type named, and no other. The result is what mount(8) complained of, undefined if all is well;
 * `internal`: without a helper program. Status 32 is a refused mount, anything else up to 127 a wrong call or a helper's (mount.ntfs-3g has its own).
 */
export function mountDevice(
  {
    type,
    options,
    internal,
  }: { readonly type: string; readonly options: readonly string[]; readonly internal: boolean },
  device: string,
  point: string,
): Command<MountComplaint | undefined> {
  return {
    tool: 'mount',
    argv: [
      ...(internal ? ['--internal-only'] : []),
      '--types',
      type,
      '--options',
      options.join(','),
      '--',
      device,
      point,
    ],
    mutates: true,
    statuses: ANY_STATUS,
    parse: complaintOf,
  };
}

/** A file system that mount(8) is to mount, with no help of another program. */
export interface Listed {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * Mounts several, each as the type named, all in one process, which goes on after a failure: status 64 if some failed, 32 if
 * all did, and each complaint begins with `mount: POINT: `. What is mounted already is passed over. `fd` has what `fstabOf`
 * makes of them (mount(8), `--all --fstab`: util-linux 2.23; 2.38.1 tried, also of an fd of a file without a name).
 */
export function mountListed(fd: number, text: string): Command<MountComplaint | undefined> {
  return {
    tool: 'mount',
    argv: ['--all', '--fstab', '/proc/self/fd/0'],
    fd,
    input: text,
    mutates: true,
    statuses: ANY_STATUS,
    parse: complaintOf,
  };
}

/** As fstab(5) has it. */
export function fstabOf(mounts: readonly Listed[]): string {
  return mounts
    .map(({ device, point, type, options }) => `${word(device)} ${word(point)} ${type} ${options.join(',')} 0 0\n`)
    .join('');
}

/** What would end a word or begin a comment is octal: getmntent(3). */
function word(text: string): string {
  return text.replaceAll(/[\0-\u0020\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Shows a directory at another place; the flags of its mount come along. */
export function mountBind(directory: string, point: string): Command<MountComplaint | undefined> {
  const none = { type: 'none', options: [], internal: false };
  return { ...mountDevice(none, directory, point), argv: ['--bind', '--', directory, point] };
}

/** Sets flags of a mount, and of no other mount of its file system. */
export function remount(point: string, flags: readonly string[]): Command<MountComplaint | undefined> {
  return {
    ...mountBind(point, point),
    argv: ['--options', ['remount', 'bind', ...flags].join(','), '--', point],
  };
}

/** Whether it could be mounted in a moment: EBUSY, `already mounted or mount point busy` in 2.38, `Device or resource busy` in 2.39. */
export function isBusy(complaint: MountComplaint): boolean {
  return complaint.some((line) => / (mount point|resource) busy/.test(line));
}

/** Its texts are others in other versions (2.39 mounts by the kernel's new calls): for people, and nothing but patience is decided by them. */
function complaintOf({ status, stderr, stdout }: Finished): MountComplaint | undefined {
  if (status === 0) return undefined;
  return (stderr || stdout || `status ${status}`).split('\n').filter((line) => line.trim() !== '');
}

/** The version of util-linux; undefined: it does not say. `mount from util-linux 2.38.1 (libmount 2.38.1: selinux, ...)` */
export function mountVersion(): Command<string | undefined> {
  return {
    tool: 'mount',
    argv: ['--version'],
    mutates: false,
    statuses: ANY_STATUS,
    parse: ({ stdout }) => / util-linux (\d{1,3}(?:\.\d{1,3}){1,2})\b/.exec(stdout)?.[1],
  };
}

/** Whether a version is an earlier one than another, by the numbers that it begins with: `4.18.0-553.el8`, `2.36.1`. */
export function isOlder(version: string, than: string): boolean {
  const [mine = [], other = []] = [version, than].map((one) => (/^[\d.]*/.exec(one)?.[0] ?? '').split('.').map(Number));
  for (const [index, wanted] of other.entries()) {
    const number = mine[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}

/**
 * Unmounts several directories in one process, in the order given. The list of the kernel shows what is still
 * mounted afterwards; the result is what umount(8) complained of.
 */
export function unmount(points: readonly string[]): Command<string> {
  return {
    tool: 'umount',
    argv: ['--', ...points],
    mutates: true,
    statuses: ANY_STATUS,
    parse: ({ stderr }) => stderr,
  };
}
