import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../../core/fault.ts';
import { matchesGlob } from '../../core/glob.ts';
import type { LeftOut } from '../../core/provider.ts';
import { SNAPSHOT } from '../beside.ts';

const MAGIC = /[*?[]/;
/** As the kernel writes paths in sysfs, one a line, no other character can be told from the end. */
const CONTROL = /\p{Cc}/u;

/** Formats that are no raw bytes of a disk, by how their files begin: qemu's block/, 2023. */
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
  /** Relative to the part of the pattern that holds no wildcard. */
  readonly parts: readonly string[];
}

/** The images that fit a pattern, in order, and what fits and is none. Throws `origin.unknown`, `origin.none`, `origin.unsuitable`. */
export function findImages(glob: string): { readonly images: readonly Image[]; readonly leftOut: readonly LeftOut[] } {
  const segments = glob.split('/').slice(1);
  const first = segments.findIndex((segment) => MAGIC.test(segment));
  if (first < 0) {
    const image = { file: realFile(glob), parts: [path.basename(glob)] };
    const why = whyNoImage(image.file);
    if (why === undefined) return { images: [image], leftOut: [] };
    throw new Fault('origin.unsuitable', `${glob} can't be an origin: it ${why.reason}`);
  }
  const top = `/${segments.slice(0, first).join('/')}`;
  const found = expand(top, segments.slice(first));
  const leftOut: LeftOut[] = [];
  const images = found.flatMap((parts): readonly Image[] => {
    const label = path.join(top, ...parts);
    // What leads to nothing statSync says without a throw.
    const file = fs.statSync(label, { throwIfNoEntry: false }) && realFile(label);
    const why = file === undefined ? whyNothing(label) : whyNoImage(file);
    if (why) leftOut.push({ label, ...why });
    return file === undefined || why ? [] : [{ file, parts }];
  });
  if (images.length > 0) return { images, leftOut };
  const why = leftOut.map(({ label, reason }) => `${label} ${reason}`).join('; ') || 'no file fits';
  throw new Fault('origin.none', `${glob}: ${why}`, { hint: `look at it: ls -l ${top}` });
}

/** Whether a pattern has wildcards at all: then each image gets a directory of its own. */
export function isPattern(glob: string): boolean {
  return MAGIC.test(glob);
}

function expand(directory: string, [segment = '', ...rest]: readonly string[]): readonly (readonly string[])[] {
  let names: readonly string[];
  try {
    names = fs.readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What only a wildcard led to may be anything.
    if (code === 'ENOTDIR' || code === 'ENOENT') return [];
    throw new Fault('origin.unknown', `${directory} can't be read: ${code}`, { cause: error });
  }
  // As in a shell, a wildcard does not stand for a leading dot; by that our own snapshots never fit.
  const fitting = names.filter(
    (name) => (segment.startsWith('.') || !name.startsWith('.')) && matchesGlob(name, segment),
  );
  // oxlint-disable-next-line unicorn/no-array-sort
  return [...fitting].sort().flatMap((name) => {
    if (rest.length === 0) return [[name]];
    return expand(path.join(directory, name), rest).map((parts) => [name, ...parts]);
  });
}

function realFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    throw new Fault('origin.unknown', `${file} can't be found: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
}

/** Why nothing is at a name that was listed. */
function whyNothing(label: string): Omit<LeftOut, 'label'> {
  const link = fs.lstatSync(label, { throwIfNoEntry: false });
  if (link) return { reason: 'is a link that leads nowhere', harmless: true };
  // Node.js makes U+FFFD of bytes that are no UTF-8, and a file of such a name can't be reached by it.
  return { reason: 'has a name that is no UTF-8, or went away just now', harmless: false };
}

/** Why a file is no raw image; harmless where it holds no disk at all. Undefined: it may be one. */
export function whyNoImage(file: string): Omit<LeftOut, 'label'> | undefined {
  const stat = fs.statSync(file);
  if (!stat.isFile()) return { reason: stat.isDirectory() ? 'is a directory' : 'is no file', harmless: true };
  if (SNAPSHOT.test(path.basename(file))) return { reason: 'is a snapshot of holdstill', harmless: true };
  if (stat.size < 512) return { reason: 'is too small to be an image', harmless: true };
  if (CONTROL.test(file)) return { reason: 'has a control character in its path', harmless: false };
  const format = formatOf(file);
  return format === undefined
    ? undefined
    : { reason: `is an image in the format ${format}; only raw ones can be looked into`, harmless: false };
}

function formatOf(file: string): string | undefined {
  const begin = Buffer.alloc(32);
  const descriptor = fs.openSync(file, 'r');
  try {
    fs.readSync(descriptor, begin, 0, begin.length, 0);
  } finally {
    fs.closeSync(descriptor);
  }
  return FORMATS.find(([start]) => begin.toString('latin1').startsWith(start))?.[1];
}
