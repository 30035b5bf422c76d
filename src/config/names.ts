import { isLvmName, LONGEST_LVM_NAME } from '../core/text/lvmname.ts';
import { posix } from 'node:path';
import { isGlob } from '../core/text/glob.ts';

export const LV_EXPECTED = 'must be VG/LV, for example system/xenvm';
export const EACH_EXPECTED = 'must be VG/PATTERN, for example in.zekjur.net/domu-*';
export const GLOB_EXPECTED = 'must be a pattern for names of LVs, for example domu-test*';
const NAMES_ALONE = 'must be a pattern for names alone, without the VG';
export const GUEST_EXPECTED = 'must be the name of a guest, for example kvmserv';
export const PATH_EXPECTED = 'must be an absolute path, for example /srv/data';
export const FILE_EXPECTED = 'must be an absolute path, patterns allowed, for example /var/lib/libvirt/images/*.img';
export const MOUNT_EXPECTED = 'must be an absolute path, for example /mnt/vmbackup';

/** Control characters, line separators and lone surrogates: never wanted in a name or a path. */
const CONTROL = /[\p{Cc}\p{Surrogate}\u2028\u2029]/u;
const LONGEST_TASK = 128;
const LONGEST_GLOB = 1000;
/** Bytes of a path. */
export const LONGEST_PATH = 4095;

/** Directories that are not mount points themselves; what is below them may be one. */
const SYSTEM = ['/home', '/lost+found', '/media', '/mnt', '/opt', '/root', '/run', '/run/lock', '/srv'];
const SYSTEM_VAR = ['/var', '/var/cache', '/var/lib', '/var/lock', '/var/log', '/var/mail', '/var/run', '/var/spool'];
/** Directories that may hold no mount point of ours at any depth. */
const FORBIDDEN = ['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/sbin', '/sys'];
const FORBIDDEN_TOO = ['/run/holdstill', '/tmp', '/usr', '/var/lib/holdstill', '/var/tmp'];

/** A logical volume or a pattern for several, taken apart. */
export interface VgName {
  readonly vg: string;
  /** The name of an LV, or a pattern. */
  readonly name: string;
}

/** Takes `VG/NAME` or `/dev/VG/NAME` apart; undefined where it is neither. */
export function splitVg(text: string): VgName | undefined {
  const [vg, name, ...more] = text.replace(/^\/dev\//, '').split('/');
  return vg === undefined || name === undefined || more.length > 0 || vg === '' || name === ''
    ? undefined
    : { vg, name };
}

/** The same of what was found right. */
export function splitChecked(text: string): VgName {
  const named = splitVg(text);
  if (!named) throw new Error(`${text} was not checked`);
  return named;
}

/** What is wrong with the name of a task; undefined: nothing. The same rule holds for what a backup product sends. */
export function taskNameProblem(name: string): string | undefined {
  if (name === '') return 'the name of a task must not be empty';
  if (Buffer.byteLength(name) > LONGEST_TASK) return `the name of a task must not be longer than ${LONGEST_TASK} bytes`;
  if (name.includes('/')) return 'the name of a task must not contain a "/"';
  if (CONTROL.test(name)) return 'the name of a task must not contain a control character';
  if (/^[-.]/.test(name)) return 'the name of a task must not begin with "-" or "."';
  return name === name.trim() ? undefined : 'the name of a task must not begin or end with a blank';
}

/** What is wrong with `VG/LV` by LVM's rules; undefined: nothing. */
export function lvProblem(text: string): string | undefined {
  const named = vgNamed(text, LV_EXPECTED);
  if (typeof named === 'string') return named;
  return /[*?[\]]/.test(named.name)
    ? 'is a pattern; write each: {lv: VG/PATTERN} for several LVs'
    : lvmNameProblem('LV', named.name);
}

/** What is wrong with `VG/PATTERN`; undefined: nothing. */
export function eachProblem(text: string): string | undefined {
  const named = vgNamed(text, EACH_EXPECTED);
  return typeof named === 'string' ? named : globProblem(named.name);
}

/** What is wrong with a pattern for names of LVs; undefined: nothing. */
export function globProblem(glob: string): string | undefined {
  if (glob.includes('/')) return NAMES_ALONE;
  if (glob === '') return GLOB_EXPECTED;
  if (glob.length > LONGEST_GLOB) return `must not be longer than ${LONGEST_GLOB} characters`;
  const flat = glob.replace(/\[[!^]?[A-Za-z0-9+_.-]+\]/g, '?');
  if (/[[\]]/.test(flat)) return 'has a "[" or "]" without its partner, or an empty "[]"';
  if (!isGlob(glob)) return 'has a range in "[]" that runs backwards';
  return /^[A-Za-z0-9+_.*?-]+$/.test(flat) ? undefined : 'has a character that LVM does not allow in the name of an LV';
}

/** What is wrong with the name of a guest; undefined: nothing. libvirt allows all but `/` and a line's end (9.0), Xen less. */
export function guestProblem(name: string): string | undefined {
  if (name === '') return GUEST_EXPECTED;
  if (name.length > LONGEST_GLOB) return `must not be longer than ${LONGEST_GLOB} characters`;
  if (name.includes('/')) return 'must not hold a "/"';
  return CONTROL.test(name) ? 'must not hold a control character' : undefined;
}

/** What is wrong with a pattern for names of guests; undefined: nothing. */
export function guestGlobProblem(glob: string): string | undefined {
  return guestProblem(glob) ?? (isGlob(glob) ? undefined : 'has a range in "[]" that runs backwards');
}

/** What is wrong with a pattern for names of LVs or of guests; undefined: nothing that holds for both. */
export function namesGlobProblem(glob: string): string | undefined {
  return glob.includes('/') ? NAMES_ALONE : guestGlobProblem(glob);
}

/** What is wrong with a path whose volume is wanted; undefined: nothing. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return PATH_EXPECTED;
  if (CONTROL.test(path)) return 'must not contain a control character';
  if (Buffer.byteLength(path) > LONGEST_PATH) return `must not be longer than ${LONGEST_PATH} bytes`;
  return path.split('/').includes('..') ? 'must not contain ".."' : undefined;
}

/** What is wrong with a path that may hold patterns; undefined: nothing. */
export function fileProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return FILE_EXPECTED;
  if (path.length > LONGEST_GLOB) return `must not be longer than ${LONGEST_GLOB} characters`;
  const problem = pathProblem(path);
  if (problem !== undefined) return problem;
  if (path !== plainPath(path)) return `must be written without "." and "..": ${plainPath(path)}`;
  return isGlob(path) ? undefined : 'has a range in "[]" that runs backwards';
}

/** What is wrong with a mount point; undefined: nothing. */
export function mountProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return MOUNT_EXPECTED;
  const problem = pathProblem(path);
  if (problem !== undefined) return problem;
  const plain = plainPath(path);
  const above = [...FORBIDDEN, ...FORBIDDEN_TOO].find((directory) => isWithin(plain, directory));
  if (above !== undefined) {
    return `must not be ${plain === above ? '' : 'below '}${above}; take for example /mnt/vmbackup`;
  }
  if (plain === '/' || SYSTEM.includes(plain) || SYSTEM_VAR.includes(plain)) {
    return `must not be ${plain}; take a directory below it, for example ${plainPath(`${plain}/vmbackup`)}`;
  }
  return path === plain ? undefined : `must be written without "." and "..": ${plain}`;
}

/** `path` without doubled or trailing slashes and without "." */
export function plainPath(path: string): string {
  return posix.resolve('/', path);
}

/** Whether `path` is `directory` or lies below it. Both are absolute and plain. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

function vgNamed(text: string, expected: string): VgName | string {
  if (text.startsWith('/dev/mapper/')) return `must be VG/LV, not a name below /dev/mapper`;
  const named = splitVg(text);
  return named === undefined ? expected : (lvmNameProblem('VG', named.vg) ?? named);
}

function lvmNameProblem(what: 'VG' | 'LV', name: string): string | undefined {
  if (name === '.' || name === '..') return `has "${name}" as the name of the ${what}`;
  if (name.length > LONGEST_LVM_NAME) return `has a name of the ${what} longer than ${LONGEST_LVM_NAME} bytes`;
  return isLvmName(name)
    ? undefined
    : `has a name of the ${what} that LVM does not allow: letters, digits and + _ . - only, and no "-" in front`;
}
