import fs from 'node:fs';

/** A line of mountinfo: proc(5). */
export interface MountEntry {
  readonly id: number;
  /** `major:minor` of the file system; no block device for btrfs and FUSE. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or a subdirectory for a bind mount. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly source: string;
}

/** All mounts that a process sees, in the order they were made. `process`: `self` or a pid. */
export function readMounts(process: string = 'self'): readonly MountEntry[] {
  return parseMountinfo(fs.readFileSync(`/proc/${process}/mountinfo`, 'utf8'));
}

export function parseMountinfo(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [id, , device, root, point] = fields;
    const [type, source] = fields.slice(dash + 1);
    if (dash < 0 || !id || !device || !root || !point || !type) return [];
    return [
      { id: Number(id), device, root: unescape(root), point: unescape(point), type, source: unescape(source ?? '') },
    ];
  });
}

/** The mount that is on top at a directory; undefined: none is. */
export function mountAt(point: string, mounts: readonly MountEntry[]): MountEntry | undefined {
  return mounts.findLast((entry) => entry.point === point);
}

/** Space, tab, newline and backslash are octal in mountinfo. Bytes that are no UTF-8 stay lost. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
