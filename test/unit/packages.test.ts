import { expect, test } from 'vitest';
import { howToHaveModules, howToInstall } from '../../src/system/packages.ts';
import { CHANGING_TOOLS } from '../../src/system/kernel/processes.ts';

/** The two lines of os-release that say what it is. */
const RELEASES = {
  'Debian 12': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  'Ubuntu 20.04': 'ID=ubuntu\nID_LIKE=debian\n',
  'RHEL 9': 'ID="rhel"\nID_LIKE="fedora"\n',
  'Rocky 8': 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
  'Oracle Linux 8': 'ID="ol"\nID_LIKE="fedora"\n',
  'Fedora 40': 'ID=fedora\n',
  'SLES 15': 'ID="sles"\nID_LIKE="suse"\n',
  'Leap 15': 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n',
  'no known one': 'ID=nixos\n',
  'no file': '',
};

test.each([
  ['Debian 12', 'btrfs', 'type: apt-get install btrfs-progs'],
  ['Ubuntu 20.04', 'cryptsetup', 'type: apt-get install cryptsetup-bin'],
  ['Debian 12', 'losetup', 'type: apt-get install mount'],
  ['RHEL 9', 'cryptsetup', /^type: (dnf|yum) install cryptsetup$/],
  ['RHEL 9', 'ntfsfix', /^type: (dnf|yum) install ntfsprogs \(from EPEL\)$/],
  ['Rocky 8', 'mount.ntfs-3g', /^type: (dnf|yum) install ntfs-3g \(from EPEL\)$/],
  ['Oracle Linux 8', 'dmsetup', /^type: (dnf|yum) install device-mapper$/],
  ['Fedora 40', 'mount.ntfs-3g', /^type: (dnf|yum) install ntfs-3g$/],
  ['SLES 15', 'btrfs', 'type: zypper install btrfsprogs'],
  ['Leap 15', 'blkid', 'type: zypper install util-linux'],
  ['no known one', 'lvm', 'install lvm of the project LVM2'],
  ['no file', 'mount.ntfs-3g', 'install mount.ntfs-3g of the project ntfs-3g'],
  ['Debian 12', 'mysql', 'type: apt-get install default-mysql-client'],
] as const)('on %s, to have %s: %s', (release, tool, words) => {
  expect(howToInstall(tool, RELEASES[release])).toMatch(words instanceof RegExp ? words : new RegExp(`^${words}$`));
});

test('modules that Ubuntu keeps apart are named with the kernel that runs', () => {
  const kernel = '5.15.0-105-generic';
  expect(howToHaveModules(kernel, RELEASES['Ubuntu 20.04'])).toBe(
    `type: apt-get install linux-modules-extra-${kernel}`,
  );
  for (const other of ['Debian 12', 'RHEL 9', 'SLES 15', 'no file'] as const) {
    expect(howToHaveModules(kernel, RELEASES[other]), `on ${other}`).toBeUndefined();
  }
});

test('every tool that changes something has a package', () => {
  const without = CHANGING_TOOLS.filter((tool) => howToInstall(tool, RELEASES['no file']) === `install ${tool}`);
  expect(without).toEqual([]);
});
