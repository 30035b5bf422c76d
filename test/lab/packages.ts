/** What the guest needs beside the host's own programs. */
export const packages: readonly string[] = [
  'user-mode-linux',
  'tcc',
  'kmod',
  'lvm2',
  'thin-provisioning-tools',
  'e2fsprogs',
  'fuse2fs',
  'xfsprogs',
  'btrfs-progs',
  'dosfstools',
  'ntfs-3g',
  'exfatprogs',
  'exfat-fuse',
  'genisoimage',
  'ocfs2-tools',
  'udftools',
  'cryptsetup-bin',
  'mdadm',
  'bcache-tools',
  'parted',
  'gdisk',
  'fdisk',
  'psmisc',
  'systemd',
  'strace',
  'shellcheck',
  'sqlite3',
  'bacula-director',
  'bacula-director-sqlite3',
  'bacula-sd',
  'bacula-fd',
  'bacula-console',
  'bacula-common-sqlite3',
];

/** What the guest has besides where a script asks for it: a layer of its own for each, since few need it. */
export const extraPackages = {
  libvirt: ['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients', 'qemu-system-x86', 'qemu-utils'],
  databases: ['mariadb-server-core', 'mariadb-client-core', 'postgresql-15'],
} as const;
export type ExtraPackages = keyof typeof extraPackages;

/** What apt would have with them, and nothing in the lab needs: a mail server, a second Perl. */
export const unwanted = /^(exim4|bsd-mailx|perl|libperl)/u;

/** Part of the key of every layer: count it up when a layer is unpacked in another way. */
export const layerFormat = 2;
