import fs from 'node:fs';

/** Linux, fcntl.h: names an inode and opens nothing (open(2)). */
const O_PATH = 0o10000000;

/** What a path leads to, as the kernel says it of an opened descriptor. */
export interface Standing {
  /** Without links. */
  readonly real: string;
  readonly kind: 'directory' | 'file' | 'other';
  /** The id of the mount that holds it: `mnt_id` of /proc/self/fdinfo (proc(5)). */
  readonly mount: number;
  /** For `other`: the number of the device that it is, as stat(2) has it; 0: none. */
  readonly rdev: number;
  /** Inode number, for whoever looks for the top of a subvolume. */
  readonly inode: string;
}

/** Throws the errors of realpath(3) and open(2). */
export function standingOf({ file }: { readonly file: string }): Standing {
  const real = fs.realpathSync(file);
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  // Only a directory that is opened is mounted by autofs.
  const flags = fs.lstatSync(real).isDirectory() ? O_RDONLY | O_DIRECTORY | O_NONBLOCK : O_PATH;
  const descriptor = fs.openSync(real, flags | O_NOFOLLOW);
  try {
    const stat = fs.fstatSync(descriptor, { bigint: true });
    const about = fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    return {
      real,
      kind: stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other',
      mount: Number(/^mnt_id:\s*(\d+)$/m.exec(about)?.[1] ?? -1),
      rdev: Number(stat.rdev),
      inode: String(stat.ino),
    };
  } finally {
    fs.closeSync(descriptor);
  }
}

/** The nearest directory at or above one, and not above `least`, whose inode number this is; undefined: none has it. */
export function aboveWithInode({
  file,
  least,
  inode,
}: {
  readonly file: string;
  readonly least: string;
  readonly inode: string;
}): string | undefined {
  for (let at = file; ; at = at.slice(0, Math.max(1, at.lastIndexOf('/')))) {
    if (String(fs.statSync(at, { bigint: true }).ino) === inode) return at;
    if (at === least || at === '/') return undefined;
  }
}
