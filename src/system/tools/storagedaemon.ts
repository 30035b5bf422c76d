import type { BaseLayer } from '../../core/model/image.ts';
import type { Command } from '../command.ts';

/** QEMU's own reader of images. With FUSE since 6.0, if it was built with it. */
export const STORAGE_DAEMON = 'qemu-storage-daemon';

/** Milliseconds. It reads a few clusters of each layer. */
const START_MS = 30_000;

/** How the process is called that shows an image of a run, in its arguments: by nothing else can it be found when its start was cut off. */
export function exportName(run: string, number: string): string {
  return `type=fuse,id=hs.${run}.${number}`;
}

/** The run and the file in an argument that `exportName` began. */
export const EXPORT = /^type=fuse,id=hs\.([0-9a-f]{8})\.\d+,.*mountpoint=(.*),writable=on$/;

/** Whether this one shows images by FUSE: qemu-storage-daemon(1), 7.2 names only what it was built with. */
export function showsByFuse(): Command<boolean> {
  return {
    tool: STORAGE_DAEMON,
    argv: ['--help'],
    mutates: false,
    mostMs: START_MS,
    statuses: [0],
    parse: ({ stdout }) => /type=\]?fuse\b/.test(stdout),
  };
}

/**
 * Shows an image as a file, in the place of one that is there, and goes on in a session of its own. Ends when that is shown
 * (qemu-storage-daemon(1), 7.2: `--daemonize`). It can be written to, since a file system that is mounted first brings in its journal: that
 * goes to the top, a copy of ours. Each layer is given by its file and format, and the lowest has none below it, so what the images themselves name is not
 * looked for. `aside`: by systemd, out of the control group of the caller, which ends with the caller's unit.
 */
export function showImage(layers: readonly BaseLayer[], name: string, point: string, aside: boolean): Command<void> {
  const nodes = layers.flatMap(({ file, format }, index) => {
    const fixed = { 'read-only': index > 0 };
    const own = { 'node-name': `file${index}`, driver: 'file', filename: file, ...fixed };
    const below = format === 'qcow2' ? { backing: layers[index + 1] ? `layer${index + 1}` : null } : {};
    const layer = { 'node-name': `layer${index}`, driver: format, file: `file${index}`, ...fixed, ...below };
    return [[own, layer]];
  });
  const blocks = nodes.toReversed().flatMap((pair) => pair.flatMap((node) => ['--blockdev', JSON.stringify(node)]));
  return {
    tool: STORAGE_DAEMON,
    argv: [...blocks, '--export', `${name},node-name=layer0,mountpoint=${point},writable=on`, '--daemonize'],
    // A scope is what systemd calls processes that it did not start: systemd-run(1), since 206; `--collect` since 236.
    ...(aside ? { within: ['systemd-run', '--scope', '--quiet', '--collect', '--'] } : {}),
    mutates: true,
    mostMs: START_MS,
    statuses: [0],
    parse: () => undefined,
  };
}
