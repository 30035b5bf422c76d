import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../../dist');

const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;
const skipped = !namespaces || existsSync('/etc/holdstill');
if (skipped && process.env['CI']) throw new Error('CI is set, and these tests would be skipped');

/** What the scripts below find: a machine of its own for a moment, and words. */
const words = join(import.meta.dirname, 'codecache.words.sh');

describe.skipIf(skipped)("V8's code of the large parts", () => {
  test('is kept by a run that went well, for root alone, and taken by the next', () => {
    const [first = '', second] = inNamespace('recover; kept; echo ==; recover; kept').split('==\n');
    expect(first).toMatch(/^nothing is open, nothing to recover\nstatus 0\n-rw------- \d+ app\n-rw------- \d+ cli\n$/);
    // What could not be taken would have been replaced.
    expect(second).toBe(first);
  });

  test('is not kept by a run that failed, nor by one that only looks', () => {
    const looking = '"$0/holdstill" config show >/dev/null; echo "status $?"';
    expect(inNamespace(`failing; ${looking}; ls /var/cache`)).toBe('status 1\nstatus 0\n');
  });

  test.each([
    ['flipped', 'for f in *; do printf x | dd of=$f bs=1 seek=300000 conv=notrunc status=none; done'],
    ['cut', 'for f in *; do truncate -s 50000 $f; done'],
    ['empty', 'for f in *; do : >$f; done'],
    ['open to others', 'chmod 666 *'],
    ['linked', 'mkdir /run/there; for f in *; do mv $f /run/there; ln -s /run/there/$f $f; done'],
  ])('is made again where it is %s, and no run fails by that', (_, spoil) => {
    const script = `recover; kept; echo ==; cd /var/cache/holdstill; ${spoil}; cd /; recover; kept`;
    const [before = '', after = ''] = inNamespace(script).split('==\n');
    expect(withoutInodes(after)).toBe(withoutInodes(before));
    expect(inodesIn(after).filter((inode) => inodesIn(before).includes(inode))).toEqual([]);
  });

  test.each([
    ['is read-only', 'mount -o remount,ro /var/cache'],
    ['is nearly full', 'mount -o remount,size=1m /var/cache'],
    ['is missing', 'mount -t tmpfs -o mode=755 none /var; mkdir -p /var/lib /var/log'],
    ['can be written by others', 'mkdir -m 777 /var/cache/holdstill'],
    ['is a file', ': >/var/cache/holdstill'],
  ])('is missed by nobody where its directory %s', (_, place) => {
    expect(inNamespace(`${place}; recover; kept 2>/dev/null`)).toMatch(
      /^nothing is open, nothing to recover\nstatus 0\n(-rw-r--r-- \d+ holdstill\n)?$/,
    );
  });
});

describe.skipIf(skipped)('the version of Node.js', () => {
  test('is asked for until a run went well, and where it or its libraries have changed', () => {
    const script = `count_calls; asked new failing; asked new failing; asked new recover; asked known recover; asked known failing
      stat -c '%A %n' /var/cache/holdstill/node
      TZ=Asia/Tokyo asked elsewhere recover
      echo '# other' >>/run/node; asked changed failing; asked changed recover; asked known recover
      : >/etc/ld.so.cache; asked libraries recover; asked known recover; echo >/etc/ld.so.cache; asked libraries recover
      chown 1:1 /var/cache/holdstill 2>/dev/null || mount -t tmpfs none /var/cache; asked untrusted failing`;
    expect(inNamespace(script).trim().split('\n')).toEqual([
      'new: status 1, asked 1',
      'new: status 1, asked 1',
      'new: status 0, asked 1',
      'known: status 0, asked 0',
      'known: status 1, asked 0',
      '-rw------- /var/cache/holdstill/node',
      'elsewhere: status 0, asked 0',
      'changed: status 1, asked 1',
      'changed: status 0, asked 1',
      'known: status 0, asked 0',
      'libraries: status 0, asked 1',
      'known: status 0, asked 0',
      'libraries: status 0, asked 1',
      'untrusted: status 1, asked 1',
    ]);
  });

  test.each([
    ['a pipe', 'rm node; mkfifo node'],
    ['a directory', 'rm node; mkdir node'],
    ['of another', 'sed -i s/node/nodf/ node'],
    ['empty', ': >node'],
  ])('that was kept may be %s, and the hooks go on', (_, spoil) => {
    const script = `count_calls; recover; cd /var/cache/holdstill; ${spoil}; cd /; failing; recover`;
    expect(inNamespace(script)).toMatch(/status 0\nstatus 1\n.*\nstatus 0\n$/);
  });
});

function inodesIn(text: string): readonly string[] {
  return [...text.matchAll(/^-rw------- (\d+)/gm)].map(([, inode]) => `${inode}`);
}

function withoutInodes(text: string): string {
  return text.replaceAll(/^(\S{10}) \d+/gm, '$1');
}

function inNamespace(script: string): string {
  const call = ['-rm', '/bin/sh', '-c', `. "$1"; ${script}`, dist, words];
  const { stdout, stderr } = spawnSync('unshare', call, {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  expect(stderr).toBe('');
  return stdout;
}
