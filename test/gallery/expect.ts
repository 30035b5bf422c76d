import type { Content, Disk } from './disk.ts';

/** A file system that must be mounted: below the disk's directory, and whose id its content says. */
export interface Shown {
  readonly place: string;
  readonly type: string;
}

/** What must be reported and is not mounted. */
export interface Told {
  readonly place: string;
  readonly reason: string;
}

/** The words of the reason. */
const REASONS: Readonly<Record<string, string>> = {
  swap: 'swapped-out memory',
  empty: 'no file system was found',
  random: 'no file system was found',
  luks: 'is encrypted (LUKS)',
  // A mirror of which nothing says that its other disk is there: it is opened, and empty.
  md: 'no file system was found',
  member: 'shown in the place of another part',
  zfs: 'ZFS pool',
  bitlocker: 'is encrypted (BitLocker)',
  bcache: 'bcache',
  jbd: 'journal of a file system',
  ldm: 'dynamic disk of Windows',
  bios: 'is a BIOS boot partition',
  msr: 'is a Microsoft reserved (MSR) partition',
  prep: 'is a PowerPC PReP boot partition',
  wiped: 'is a Linux swap partition',
  xfslog: 'has its log on another device',
};

/** What holdstill must make of a disk. */
export function expectedOf({ content }: Pick<Disk, 'content'>): {
  readonly shown: readonly Shown[];
  readonly told: readonly Told[];
} {
  const leaves = leavesOf(content, '');
  return {
    shown: leaves.flatMap(({ place, type }) => (type in REASONS ? [] : [{ place, type }])),
    told: leaves.flatMap(({ place, type }) => {
      const reason = REASONS[type];
      return reason === undefined ? [] : [{ place, reason }];
    }),
  };
}

function leavesOf(content: Content, place: string): readonly { readonly place: string; readonly type: string }[] {
  switch (content.kind) {
    case 'leaf':
      return [{ place, type: content.type }];
    case 'table':
      return content.parts.flatMap(({ number, content: inner }) => leavesOf(inner, `${place}/p${number}`));
    case 'luks':
    case 'raid':
      return leavesOf(content.inner, place);
    case 'member':
      return [{ place, type: 'member' }];
    case 'lvm':
      return content.lvs.flatMap(({ name, content: inner }) => leavesOf(inner, `${place}/${content.name}/${name}`));
  }
}
