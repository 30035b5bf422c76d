import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';
import path from 'node:path';
import { Fault } from '../core/model/fault.ts';
import { hasWildcards, matchesGlob } from '../core/text/glob.ts';
import type { LeftOut } from '../core/model/snapshot.ts';
import { errorCode } from '../core/files/trust.ts';
import { inodeFrom, type Inode } from './inodes.ts';
import { standingOf, type Standing } from './place.ts';
import { SNAPSHOT } from '../core/model/names.ts';
import { whyNot } from '../core/text/why.ts';

/** As the kernel writes paths in sysfs, one a line, no other character can be distinguished from the end. */
const CONTROL = /\p{Cc}/u;

/** Formats that are not the raw bytes of a disk, by how their files begin: qemu's block/, 2023. */
const FORMATS: readonly (readonly [begin: string, format: string])[] = [
  ['QFI\u{fb}', 'qcow2'],
  ['conectix', 'VHD'],
  ['vhdxfile', 'VHDX'],
  ['KDMV', 'VMDK'],
  ['# Disk DescriptorFile', 'VMDK'],
  ['<<< ', 'VDI'],
  ['QED\0', 'QED'],
];

/** An image file that a pattern means. */
export interface Image {
  /** Without links. */
  readonly file: string;
  readonly standing: Standing;
  readonly inode: Inode;
  /** Of the directory that it is in. */
  readonly directory: Inode;
  /** Relative to the part of the pattern that holds no wildcard. */
  readonly parts: readonly string[];
}

/** The images that match a pattern, in order, and what matches and is not an image. Throws `origin.unknown`, `origin.none`, `origin.unsuitable`. */
export function findImages({ file: glob }: { readonly file: string }): {
  readonly images: readonly Image[];
  readonly leftOut: readonly LeftOut[];
} {
  const segments = glob.split('/').slice(1);
  const first = segments.findIndex((segment) => hasWildcards(segment));
  if (first < 0) {
    const found = imageAt({ file: glob });
    if ('file' in found) return { images: [found], leftOut: [] };
    throw new Fault('origin.unsuitable', `cannot take a snapshot of ${glob}: it ${found.reason}`);
  }
  const top = `/${segments.slice(0, first).join('/')}`;
  const leftOut: LeftOut[] = [];
  const images = new Map<string, Image>();
  for (const parts of expand(top, [], segments.slice(first), leftOut)) {
    const label = path.join(top, ...parts);
    const found = lookAt(label);
    const twin = 'file' in found ? images.get(found.file) : undefined;
    if (!('file' in found)) leftOut.push({ label, ...found });
    else if (twin)
      leftOut.push({ label, reason: `is the same image as ${path.join(top, ...twin.parts)}`, harmless: true });
    else images.set(found.file, { ...found, parts });
  }
  if (images.size > 0) return { images: [...images.values()], leftOut };
  const why = leftOut.map(({ label, reason }) => `${label} ${reason}`).join('; ') || 'no file matches';
  throw new Fault('origin.none', `${glob}: ${why}`, { hint: `look at it: ls -l ${top}` });
}

/** The image at a path, or why there is none; `format`: where it is not to be raw. Throws `origin.unknown` where nothing is there. */
export function imageAt({
  file,
  format,
}: {
  readonly file: string;
  readonly format?: string;
}): Image | Omit<LeftOut, 'label'> {
  const found = lookAt(realFile(file), format);
  return 'file' in found ? { ...found, parts: [path.basename(file)] } : found;
}

/** The directories that images which a pattern means may be in, as far as they are there. */
export function directoriesOf({ file: glob }: { readonly file: string }): readonly string[] {
  const directory = path.dirname(glob);
  const segments = directory.split('/').slice(1);
  const first = segments.findIndex((segment) => hasWildcards(segment));
  const top = `/${segments.slice(0, first < 0 ? segments.length : first).join('/')}`;
  const found = first < 0 ? [[]] : expand(top, [], segments.slice(first), []);
  return found
    .map((parts) => path.join(top, ...parts))
    .filter((one) => fs.statSync(one, { throwIfNoEntry: false })?.isDirectory());
}

/** What matches a pattern below a directory. What a wildcard led to and can't be looked into is reported. */
function expand(
  top: string,
  above: readonly string[],
  [segment = '', ...rest]: readonly string[],
  leftOut: LeftOut[],
): readonly (readonly string[])[] {
  const directory = path.join(top, ...above);
  // As in a shell, a wildcard does not stand for a leading dot; so our own snapshots never match.
  const names = namesIn(directory, above.length > 0, leftOut);
  const matching = (names ?? []).filter(
    (name) => (segment.startsWith('.') || !name.startsWith('.')) && matchesGlob(name, segment),
  );
  if (names && matching.length === 0 && above.length > 0 && !hasWildcards(segment)) {
    leftOut.push({ label: directory, reason: `contains no ${segment}: is a file system not mounted?`, harmless: true });
  }
  // oxlint-disable-next-line unicorn/no-array-sort
  return [...matching].sort().flatMap((name) => {
    const label = path.join(directory, name);
    const owner = linkOfOthers(label);
    if (owner === undefined)
      return rest.length === 0 ? [[...above, name]] : expand(top, [...above, name], rest, leftOut);
    leftOut.push({
      label,
      reason: `is a link that belongs to user ${owner}, who could point it anywhere`,
      harmless: false,
    });
    return [];
  });
}

/** Undefined: it is not a directory that can be read. */
function namesIn(directory: string, optional: boolean, leftOut: LeftOut[]): readonly string[] | undefined {
  try {
    return fs.readdirSync(directory);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown';
    if (!optional) throw new Fault('origin.unknown', `${directory} can't be read: ${whyNot(error)}`, { cause: error });
    // What only a wildcard led to may be anything.
    if (code === 'ENOTDIR') return undefined;
    const unreadable = { label: directory, reason: `can't be read: ${whyNot(error)}`, harmless: false };
    leftOut.push(code === 'ENOENT' ? { label: directory, ...whyNothing(directory, 'is not there') } : unreadable);
    return undefined;
  }
}

/** The user who made a link; undefined: it is none, or root's. */
function linkOfOthers(file: string): number | undefined {
  try {
    const stat = fs.lstatSync(file);
    return stat.isSymbolicLink() && stat.uid !== 0 ? stat.uid : undefined;
  } catch {
    return undefined; // whoever looks at what is there reports why not
  }
}

/** The image that a name leads to, or why there is none. */
function lookAt(label: string, format?: string): Omit<Image, 'parts'> | Omit<LeftOut, 'label'> {
  try {
    const file = fs.realpathSync(label);
    const unfit = whyNoImage(file, format);
    if (unfit) return unfit;
    const inode = inodeFrom(fs.lstatSync(file, { bigint: true }));
    const directory = inodeFrom(fs.statSync(path.dirname(file), { bigint: true }));
    return { file, inode, directory, standing: standingOf({ file }) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code === 'ENOENT'
      ? whyNothing(label, 'was removed a moment ago')
      : { reason: `can't be looked at: ${whyNot(error)}`, harmless: false };
  }
}

function realFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    throw new Fault('origin.unknown', `${file} can't be found: ${whyNot(error)}`, { cause: error });
  }
}

/** Why nothing is at a name that was listed. */
function whyNothing(label: string, otherwise: string): Omit<LeftOut, 'label'> {
  const link = fs.lstatSync(label, { throwIfNoEntry: false });
  if (link?.isSymbolicLink())
    return { reason: 'is a link that leads nowhere: is a file system not mounted?', harmless: false };
  // Node.js makes U+FFFD of bytes that are not UTF-8, and a file of such a name can't be reached by it.
  const odd = label.includes('\u{fffd}');
  return odd ? { reason: 'has a name that is not UTF-8', harmless: false } : { reason: otherwise, harmless: true };
}

/** As `whyNoImage`. */
export function imageFault({ file }: { readonly file: string }): Omit<LeftOut, 'label'> | undefined {
  return whyNoImage(file);
}

/** Why a file is not a raw image, or one of the format `wanted`; harmless if it does not contain a disk at all. Undefined: it may be one. */
function whyNoImage(file: string, wanted?: string): Omit<LeftOut, 'label'> | undefined {
  const stat = fs.statSync(file);
  if (stat.isBlockDevice()) return { reason: 'is a block device; write lv: for a logical volume', harmless: false };
  if (!stat.isFile()) return { reason: stat.isDirectory() ? 'is a directory' : 'is not a file', harmless: true };
  if (SNAPSHOT.test(path.basename(file))) return { reason: 'is a snapshot of holdstill', harmless: true };
  if (stat.size < 512) return { reason: 'is too small to be an image', harmless: true };
  if (CONTROL.test(file)) return { reason: 'has a control character in its path', harmless: false };
  const format = formatOf(file);
  return format === undefined || format === wanted
    ? undefined
    : { reason: `is an image in the format ${format}; only raw ones can be looked into`, harmless: false };
}

function formatOf(file: string): string | undefined {
  const begin = Buffer.alloc(32);
  const descriptor = openUnfollowed(file, fs.constants.O_RDONLY);
  try {
    fs.readSync(descriptor, begin, 0, begin.length, 0);
  } finally {
    fs.closeSync(descriptor);
  }
  return FORMATS.find(([start]) => begin.toString('latin1').startsWith(start))?.[1];
}
