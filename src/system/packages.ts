import fs from 'node:fs';
import { hasProgram } from './programs.ts';

/** The kinds of distribution whose packages we can name, by the words of ID and ID_LIKE: os-release(5). */
const FAMILIES = {
  debian: 'debian',
  ubuntu: 'debian',
  rhel: 'redhat',
  centos: 'redhat',
  fedora: 'redhat',
  suse: 'suse',
  sles: 'suse',
} as const;

type Family = (typeof FAMILIES)[keyof typeof FAMILIES];

/** What brings a tool: the package of each family, the same in all where only one is given, and the project that makes it. */
type Bringer = { readonly project: string } & ({ readonly all: string } | Readonly<Record<Family, string>>);

const UTIL_LINUX: Bringer = { project: 'util-linux', all: 'util-linux' };
/** Debian has it in a package of its own. */
const MOUNT: Bringer = { project: 'util-linux', debian: 'mount', redhat: 'util-linux', suse: 'util-linux' };
const NTFS_3G: Bringer = { project: 'ntfs-3g', all: 'ntfs-3g' };
const COREUTILS: Bringer = { project: 'coreutils', all: 'coreutils' };

const BRINGERS: Readonly<Record<string, Bringer>> = {
  lvm: { project: 'LVM2', all: 'lvm2' },
  dmsetup: { project: 'LVM2', debian: 'dmsetup', redhat: 'device-mapper', suse: 'device-mapper' },
  cryptsetup: { project: 'cryptsetup', debian: 'cryptsetup-bin', redhat: 'cryptsetup', suse: 'cryptsetup' },
  btrfs: { project: 'btrfs-progs', debian: 'btrfs-progs', redhat: 'btrfs-progs', suse: 'btrfsprogs' },
  xfs_repair: { project: 'xfsprogs', all: 'xfsprogs' },
  e2fsck: { project: 'e2fsprogs', all: 'e2fsprogs' },
  'fsck.fat': { project: 'dosfstools', all: 'dosfstools' },
  'mount.ntfs-3g': NTFS_3G,
  'ntfs-3g.probe': NTFS_3G,
  ntfsfix: { project: 'ntfs-3g', debian: 'ntfs-3g', redhat: 'ntfsprogs', suse: 'ntfsprogs' },
  fuse2fs: { project: 'e2fsprogs', all: 'fuse2fs' },
  'mount.fuse': { project: 'libfuse', debian: 'fuse3', redhat: 'fuse', suse: 'fuse' },
  'mount.exfat-fuse': { project: 'exfat (by relan)', debian: 'exfat-fuse', redhat: 'fuse-exfat', suse: 'fuse-exfat' },
  cp: COREUTILS,
  dd: COREUTILS,
  find: { project: 'findutils', all: 'findutils' },
  mount: MOUNT,
  umount: MOUNT,
  losetup: MOUNT,
  blkid: UTIL_LINUX,
  partx: UTIL_LINUX,
  flock: UTIL_LINUX,
  xl: { project: 'Xen', debian: 'xen-utils-common', redhat: 'xen-runtime', suse: 'xen-tools' },
  mariadb: { project: 'MariaDB', debian: 'mariadb-client', redhat: 'mariadb', suse: 'mariadb-client' },
  mysql: { project: 'MySQL', debian: 'default-mysql-client', redhat: 'mysql', suse: 'mariadb-client' },
  psql: { project: 'PostgreSQL', debian: 'postgresql-client', redhat: 'postgresql', suse: 'postgresql' },
  'qemu-storage-daemon': { project: 'QEMU', debian: 'qemu-system-common', redhat: 'qemu-img', suse: 'qemu-tools' },
  virsh: { project: 'libvirt', debian: 'libvirt-clients', redhat: 'libvirt-client', suse: 'libvirt-client' },
};

/** What those of the Red Hat family have only in a repository beside their own; Fedora has them itself. */
const BESIDE: Readonly<Record<string, string>> = {
  'ntfs-3g': 'EPEL',
  ntfsprogs: 'EPEL',
  fuse2fs: 'EPEL',
  'fuse-exfat': 'RPM Fusion',
};

const INSTALL: Readonly<Record<Family, () => string>> = {
  debian: () => 'apt-get install',
  redhat: () => (hasProgram('dnf') ? 'dnf install' : 'yum install'),
  suse: () => 'zypper install',
};

/**
 * What to do on this distribution to have a tool: `type: apt-get install btrfs-progs`, `type: dnf install ntfs-3g (from EPEL)`. Where it is
 * one that we don't know: whose tool it is. `release`: the text of os-release(5).
 */
export function howToInstall(tool: string, release: string = readRelease()): string {
  const bringer = BRINGERS[tool];
  const words = wordsOf(release);
  const family = words.map((word) => (FAMILIES as Readonly<Record<string, Family>>)[word]).find(Boolean);
  if (!bringer || !family) return `install ${tool}${bringer ? ` of the project ${bringer.project}` : ''}`;
  const name = 'all' in bringer ? bringer.all : bringer[family];
  const beside = family === 'redhat' && words[0] !== 'fedora' ? BESIDE[name] : undefined;
  return `type: ${INSTALL[family]()} ${name}${beside === undefined ? '' : ` (from ${beside})`}`;
}

/** What to do to have more modules of the kernel that runs; undefined: this distribution has no package for just that. */
export function howToHaveModules(kernel: string, release: string = readRelease()): string | undefined {
  return wordsOf(release)[0] === 'ubuntu' ? `type: apt-get install linux-modules-extra-${kernel}` : undefined;
}

/** ID, then those of ID_LIKE, which has the closest first. */
function wordsOf(release: string): readonly string[] {
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(release)?.[1] ?? '';
  return [field('ID'), ...field('ID_LIKE').split(' ')];
}

function readRelease(): string {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      // The other one, or none at all.
    }
  }
  return '';
}
