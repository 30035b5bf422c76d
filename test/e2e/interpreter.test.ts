import { beforeAll, describe, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/* How somebody else could get at a file that root would run; what is said of it. A fresh tree below /opt each time. */
const REFUSED = {
  'of another user': [`chown 1000 /opt/app/bin/node`, `(/opt/app/bin/node: it belongs to user 1000, not to root)`],
  'in a directory of another user': [`chown 1000 /opt/app`, `/opt/app belongs to user 1000, not to root`],
  'that everybody can write': [`chmod 757 /opt/app/bin/node`, `/opt/app/bin/node: it can be written by everybody`],
  'in a directory that a group can write': [`chgrp 1000 /opt/app/bin; chmod g+w /opt/app/bin`, `group 1000`],
  'in a directory like /tmp': [`chmod 1777 /opt/app`, `/opt/app can be written by everybody`],
  'behind a link, of another user': [
    `mkdir /srv/u; mv /opt/app/bin/node /srv/u; chown 1000 /srv/u; ln -s /srv/u/node /opt/app/bin`,
    `/srv/u belongs to user 1000`,
  ],
  'behind a link that goes through a directory of another user': [
    `mkdir -p /srv/u /srv/v; mv /opt/app/bin/node /srv/v; ln -s ../v /srv/u/w; chown 1000 /srv/u; ln -s ../../../srv/u/w/node /opt/app/bin`,
    `/srv/u belongs to user 1000`,
  ],
  'behind a directory that is a link': [
    `mkdir /srv/u; mv /opt/app /srv/u; chown -R 1000 /srv/u; ln -s /srv/u/app /opt`,
    `/srv/u belongs to user 1000`,
  ],
  'of a strange name': [`mv /opt/app "/opt/a b"; chown 1000 '/opt/a b'`, `(/opt/a b/bin/node: its name is strange)`],
  'of another user, chosen by /etc/holdstill/node': [
    `mkdir -p /etc/holdstill; mv /opt/app /srv; chown 1000 /srv/app; ln -s /srv/app/bin/node /etc/holdstill/node`,
    `/etc/holdstill/node: /srv/app belongs to user 1000`,
  ],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

/* ID, VERSION_ID and ID_LIKE of /etc/os-release, as those systems have them. */
const SYSTEMS: readonly (readonly [string, string, string, string])[] = [
  ['debian', '12', '', 'apt-get install nodejs'],
  ['debian', '', '', 'apt-get install nodejs'],
  ['debian', '11', '', 'unpack a build from https://nodejs.org/dist as root'],
  ['ubuntu', '20.04', 'debian', 'unpack a build from https://nodejs.org/dist as root'],
  ['ubuntu', '22.04', 'debian', 'unpack a build from https://nodejs.org/dist as root'],
  ['ubuntu', '24.04', 'debian', 'apt-get install nodejs'],
  ['linuxmint', '22', 'ubuntu debian', 'apt-get install nodejs'],
  ['rhel', '8.10', 'fedora', 'dnf module install nodejs:20'],
  ['rocky', '9.4', 'rhel centos fedora', 'dnf module install nodejs:20'],
  ['ol', '8.10', 'fedora', 'dnf module install nodejs:20'],
  ['ol', '7.9', 'fedora', 'glibc 2.17'],
  ['rhel', '10.0', 'fedora', 'dnf install nodejs'],
  ['xenenterprise', '8.3.0', 'centos rhel fedora', 'glibc 2.17'],
  ['sles', '12.5', 'suse', 'zypper install nodejs18'],
  ['sles', '15.6', 'suse', 'zypper install nodejs20'],
  ['opensuse-leap', '15.6', 'suse opensuse', 'zypper install nodejs20'],
  ['opensuse-tumbleweed', '20261101', 'opensuse suse', 'zypper install nodejs22'],
  ['unheard-of', '1', '', 'install it as /usr/bin/node'],
];

const names = Object.keys(REFUSED);

describeLab('the interpreter that root runs', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/interpreter.bash', {
      timeoutMs: 120_000,
      values: {
        REFUSED: Object.values(REFUSED).map(([how]) => how),
        IDS: SYSTEMS.map(([id]) => id),
        VERSIONS: SYSTEMS.map(([, version]) => version),
        LIKE: SYSTEMS.map(([, , like]) => like),
      },
    });
  });

  test('is never a file that somebody else could have written', () => {
    expect(run.stdout).toBe('');
  });

  test.each(names.map((name, index) => [name, index] as const))('%s is refused, and it is said why', (name, index) => {
    const { status, stdout } = run.call(String(index));
    expect(stdout).toMatch(/^STATUS:ERROR \{no Node\.js was found that can be used \(.*\}\n$/);
    expect(stdout).toContain(REFUSED[name as keyof typeof REFUSED][1]);
    expect(status).toBe(1);
  });

  test('is missed in the words of each product', () => {
    expect(run.call('none').stdout).toMatch(/^STATUS:ERROR \{Node\.js was not found in \/usr\/bin, .*\}\n$/);
    expect(run.call('path').stdout).toMatch(/^STATUS:ERROR \{.*\(\/home\/u\/bin\/node: \/home\/u belongs to user 1000/);
    expect(run.call('tools').stdout).toMatch(
      /\/opt\/app\/bin\/node: it belongs to user 1000.*; \/home\/u\/bin\/node: /,
    );
    expect(run.call('generic').stderr).toMatch(/^holdstill: no Node\.js was found/);
    expect(run.call('bacula').stdout).toMatch(/^ERROR: no Node\.js was found/);
    expect(run.call('old').stdout).toMatch(
      /\(\/opt\/node\/bin\/node: it is v12\.22\.12\); holdstill needs Node\.js \d+/,
    );
  });

  test.each(['opt', 'links', 'inpath', 'chosen'])("is root's own: %s", (name) => {
    expect(run.call(name).stdout).toMatch(/^STATUS:ERROR \{.*\/etc\/holdstill/);
    expect(run.call(name).stdout).not.toContain('Node.js');
  });

  describe('comes from', () => {
    test.each(SYSTEMS.map(([id, version, , hint], index) => [`${id} ${version}`, hint, index] as const))(
      '%s: %s',
      (_, hint, index) => {
        expect(run.call(`system${index}`).stdout).toContain(hint);
      },
    );
  });
});
