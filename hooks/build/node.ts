/**
 * Where Node.js comes from on each distribution, for hooks/build/prologue.sh and docs/install.md. The first row that matches is the
 * one; a pattern of sh is compared with `ID VERSION_ID` of /etc/os-release, and then with each word of ID_LIKE in the
 * place of ID. Versions: Debian 12 has 18.20, 13 has 20.19, Ubuntu 24.04 has 18.19, SLES 15 SP5 nodejs20, RHEL 8 and 9 a
 * module, RHEL 10 a package; the official builds need glibc 2.28.
 */
export const NODE_SOURCES: readonly {
  readonly systems: string;
  readonly patterns: readonly string[];
  /** What is typed. */
  readonly install: string;
}[] = [
  {
    systems: 'RHEL 7 and its kin, XCP-ng, XenServer, SLES 15 up to SP3',
    patterns: ['xenenterprise *', 'rhel 7*', 'centos 7*', 'ol 7*', 'amzn 2', 'sle* 15', 'sle* 15.[1-3]'],
    install: 'unpack a build for glibc 2.17 from https://unofficial-builds.nodejs.org as root in /opt/node',
  },
  {
    systems: 'Debian 10 and 11, Ubuntu 20.04 and 22.04',
    patterns: ['debian 9*', 'debian 1[01]*', 'ubuntu 1[0-9].*', 'ubuntu 2[0-3].*'],
    install: 'unpack a build from https://nodejs.org/dist as root in /opt/node, since the package is too old',
  },
  {
    systems: 'Debian 12 and 13, Ubuntu 24.04',
    patterns: ['debian *', 'ubuntu *'],
    install: 'type: apt-get install nodejs',
  },
  {
    systems: 'RHEL 8 and 9, Rocky, Alma, Oracle',
    patterns: ['rhel [89]*', 'centos [89]*', 'rocky [89]*', 'almalinux [89]*', 'ol [89]*'],
    install: 'type: dnf module install nodejs:20',
  },
  { systems: 'Amazon Linux 2023', patterns: ['amzn *'], install: 'type: dnf install nodejs20' },
  {
    systems: 'RHEL 10, Fedora',
    patterns: ['rhel *', 'centos *', 'rocky *', 'almalinux *', 'ol *', 'fedora *'],
    install: 'type: dnf install nodejs',
  },
  {
    systems: 'SLES 12 SP5, 15 SP4 (module Web and Scripting)',
    patterns: ['sle* 12*', 'sle* 15.4', 'opensuse-leap 15.4'],
    install: 'type: zypper install nodejs18',
  },
  {
    systems: 'SLES 15 SP5 to SP7 (module Web and Scripting), Leap 15',
    patterns: ['sle* 15*', 'opensuse-leap 15*', 'suse 15*'],
    install: 'type: zypper install nodejs20',
  },
  {
    systems: 'SLES 16, Leap 16, Tumbleweed',
    patterns: ['sle* *', 'opensuse* *', 'suse *'],
    install: 'type: zypper install nodejs22',
  },
  { systems: 'Alpine', patterns: ['alpine *'], install: 'type: apk add nodejs' },
  { systems: 'Arch', patterns: ['arch *'], install: 'type: pacman -S nodejs' },
];
