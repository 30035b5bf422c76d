import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabOptions, type LabRun } from '../lab/run.ts';

function inRunLab(yaml: string, script: string, options: LabOptions): Promise<LabRun> {
  const before = `. "$REPO/test/e2e/guest.bash" || exit 99
holdstill() { "$REPO/dist/holdstill" "$@"; }
configure <<'YAML'
version: 1
tasks:
${yaml}
YAML
look before
`;
  return inLab(before + script, { name: 'run', timeoutMs: 240_000, ...options });
}

describeLab('holdstill run', () => {
  test('gives back the status of the command, and always closes the task', async () => {
    const run = await inRunLab(
      `  data: {lv: vg0/data, size: 8M}`,
      `
      call saved holdstill run data -- tar -C {mount} -cf - .
      mkdir /dev/shm/saved; tar -xf "$LAB/saved.out" -C /dev/shm/saved; call tree check_static /dev/shm/saved data
      look after-saved
      call three holdstill run data -- sh -c 'exit 3'
      call killed holdstill run data -- sh -c 'kill -9 $$'
      call none holdstill run data -- /no/such/command {mount}
      call both holdstill run data -- sh -c 'echo "[$1] [$2] [$0]"; cat; echo said >&2' {mount} 'a  b' '$HOME {mount}/x'
      look after-all
      call full holdstill run data -- sh -c 'dd if=/dev/urandom of=/srv/data/more bs=1M count=20 conv=fsync status=none'
      call full3 holdstill run data -- sh -c 'dd if=/dev/urandom of=/srv/data/more2 bs=1M count=20 conv=fsync status=none; exit 3'
      call unknown holdstill run other -- touch "$LAB/ran"
      call bare holdstill run data
      ls "$LAB/ran" 2>/dev/null
      look after`,
      { world: 'vg vg0 300M\n  lv data 100M ext4 /srv/data' },
    );
    expect(run.call('saved').status).toBe(0);
    expect(run.call('saved').stderr).toMatch(/^ {2}verdict +good/m);
    expect(run.call('tree')).toMatchObject({ status: 0 });
    const statuses = ['three', 'killed', 'none', 'both', 'full', 'full3'].map((name) => run.call(name).status);
    expect(statuses).toEqual([3, 137, 127, 0, 5, 3]);
    expect(run.call('none').stderr).toContain('/no/such/command');
    expect(run.call('both').stdout).toBe('[a  b] [$HOME /run/holdstill/data/x] [/run/holdstill/data]\n');
    expect(run.call('both').stderr).toMatch(/ready[^]*\nsaid\n[^]*verdict/);
    for (const name of ['full', 'full3']) expect(run.call(name).stderr).toContain('THIS BACKUP MAY BE BAD');
    expect(run.call('unknown')).toMatchObject({ status: 2, stdout: '' });
    expect(run.call('unknown').stderr).toContain('other');
    expect(run.call('bare').status).toBe(2);
    expect(run.stdout).toBe('');
    for (const name of ['after-saved', 'after-all', 'after']) expect(run.files(name)).toBe(run.files('before'));
  });

  test('passes signals on to the command, and closes the task when it has ended', async () => {
    const run = await inRunLab(
      `  data: {lv: vg0/data, size: 8M}`,
      `
      stopped() { # stopped NAME SIGNAL COMMAND...: send it once the command runs
        local name=$1 signal=$2; shift 2
        rm -f /run/started
        call "$name" setsid "$REPO/dist/holdstill" run data -- "$@" &
        until_true 30 test -e /run/started
        kill "-$signal" "$(pgrep -f '^holdstill run data$')"
        wait $!
        look "after-$name"
      }
      stopped term TERM sh -c 'touch /run/started; exec sleep 60'
      stopped hup HUP sh -c 'touch /run/started; exec sleep 60'
      stopped asked TERM sh -c 'trap "exit 9" TERM; touch /run/started; while :; do sleep 0.2; done'
      stopped int INT sh -c 'touch /run/started; sleep 3; exit 6'
      # A terminal's Ctrl-C reaches the whole group.
      rm -f /run/started
      call group setsid "$REPO/dist/holdstill" run data -- sh -c 'touch /run/started; exec sleep 60' &
      until_true 30 test -e /run/started; kill -INT -- "-$(pgrep -f '^holdstill run data$')"; wait $!
      look after-group`,
      { world: 'vg vg0 300M\n  lv data 64M ext4 /srv/data' },
    );
    const names = ['term', 'hup', 'asked', 'int', 'group'];
    expect(names.map((name) => run.call(name).status)).toEqual([143, 129, 9, 6, 130]);
    for (const name of names) {
      expect(run.call(name).stderr).toMatch(/^ {2}verdict +good/m);
      expect(run.files(`after-${name}`)).toBe(run.files('before'));
    }
  });
});

describeLab('a task', () => {
  test('takes thin volumes, and thin and thick ones together', async () => {
    const run = await inRunLab(
      `  thin: {lv: vg0/c}
  both: {each: {lv: "vg0/[a-d]"}, size: 32M}`,
      `
      for lv in a b c d; do written $lv >"$LAB/due.$lv"; done
      call pre holdstill pre thin; check_static /run/holdstill/thin c; check_written /run/holdstill/thin "$LAB/due.c" | sed 's/[0-9]* files/files/'
      lvs --noheadings -o lv_active -S 'lv_tags=holdstill' vg0 | tr -d ' '
      call post holdstill post thin; look after-thin
      call both-pre holdstill pre both
      for lv in a b c d; do written $lv >"$LAB/later.$lv"; done
      for lv in a b c d; do
        check_static /run/holdstill/both/$lv $lv; check_written /run/holdstill/both/$lv "$LAB/due.$lv" "$LAB/later.$lv" | grep -v whole
      done
      for lv in a b c d; do writes_on $lv || echo "$lv stands still"; done
      call both-post holdstill post both; look after`,
      {
        world: `vg vg0 900M
          lv a 64M ext4 writer
          lv b 64M xfs writer
          pool tp 300M
            lv c 64M ext4 writer
            lv d 64M xfs writer`,
      },
    );
    expect(run.call('pre').stdout).toContain('thin, in pool vg0/tp');
    for (const name of ['pre', 'post', 'both-pre', 'both-post']) expect(run.call(name).status).toBe(0);
    const whole = (name: string) => `static tree of ${name} is whole`;
    expect(run.stdout).toBe([whole('c'), 'files, all whole', 'active', ...'abcd'.split('').map(whole), ''].join('\n'));
    for (const name of ['post', 'both-post']) expect(run.call(name).stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.files('after-thin')).toBe(run.files('before'));
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('may have volumes with hyphens, dots and the longest names that LVM can take a snapshot of', async () => {
    // Device-mapper allows 127 bytes for VG-LV-real, with every hyphen of the names doubled.
    const longVg = `v${'g'.repeat(61)}`;
    const longLv = `l${'v'.repeat(58)}`;
    const hyphens = '-x'.repeat(19);
    const names = [
      ['a-b.c', 'd--e.f-g'],
      [longVg, longLv],
      ['short', `h${hyphens}`],
    ] as const;
    const run = await inRunLab(
      [...names, [longVg, `${longLv}x`]]
        .map(([vg, lv], index) => `  n${index}: {lv: ${vg}/${lv}, size: 8M}`)
        .join('\n'),
      names
        .map(
          ([, lv], index) => `
      call pre${index} holdstill pre n${index}
      check_static /run/holdstill/n${index} ${lv}
      call post${index} holdstill post n${index}; look after${index}`,
        )
        .join('\n') +
        `
      lvcreate -qq -y -L 8M -n ${longLv}x ${longVg}
      look before-long; call too-long holdstill pre n3; look after-long`,
      { world: names.map(([vg, lv]) => `vg ${vg} 100M\n  lv ${lv} 32M ext4`).join('\n') },
    );
    expect(run.stdout).toBe(names.map(([, lv]) => `static tree of ${lv} is whole\n`).join(''));
    names.forEach((_, index) => {
      expect(run.call(`post${index}`)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^ {2}verdict +good/m) as string,
      });
      expect(run.files(`after${index}`)).toBe(run.files('before'));
    });
    expect(run.call('too-long')).toMatchObject({ status: 1, stderr: expect.stringContaining('too long') as string });
    expect(run.files('after-long')).toBe(run.files('before-long'));
  });

  test('may be a path: the mount shows that directory and nothing else', async () => {
    const run = await inRunLab(
      `  whole: /srv/data
  part: {path: "/srv/data/sub dir", mount: /mnt/part}
  linked: /srv/link
  deep: /srv/data/other/deep
  elsewhere: /usr`,
      `
      mkdir -p '/srv/data/sub dir' /srv/data/other; echo inside >'/srv/data/sub dir/file'
      ln -s '/srv/data/sub dir' /srv/link; sync -f /srv/data
      call whole holdstill run whole -- sh -c 'cd "$0" && ls -d "sub dir" hello.txt' {mount}
      call part holdstill run part -- sh -c 'ls -A "$0"; cat "$0/file"; touch "$0/new" 2>&1; cd "$0/.." && pwd' {mount}
      call linked holdstill run linked -- cat {mount}/file
      call deep holdstill pre deep; call elsewhere holdstill pre elsewhere
      look after`,
      { world: 'vg vg0 300M\n  lv data 64M xfs /srv/data' },
    );
    expect(run.call('whole').stdout).toBe('hello.txt\nsub dir\n');
    expect(run.call('part').stdout).toMatch(/^file\ninside\ntouch: .*Read-only file system\n\/mnt\n$/);
    expect(run.call('linked').stdout).toBe('inside\n');
    for (const name of ['whole', 'part', 'linked']) expect(run.call(name).status).toBe(0);
    expect(run.call('deep')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no such file or directory') as string,
    });
    expect(run.call('elsewhere').stderr).toContain('not on a logical volume');
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('may hold xfs that is mounted here, vfat, ntfs and btrfs, but no btrfs that is mounted here', async () => {
    const run = await inRunLab(
      ['x', 'v', 'n', 'b', 'm'].map((lv) => `  ${lv}: {lv: vg0/${lv}}`).join('\n'),
      `
      for lv in x v n b; do
        call pre-$lv holdstill pre $lv; check_static /run/holdstill/$lv $lv
        holdstill recover $lv >/dev/null; call again-$lv holdstill pre $lv; ls /run/holdstill/$lv/Gr*
        call post-$lv holdstill post $lv
      done
      look after
      call pre-m holdstill pre m
      look after-m`,
      {
        world: `vg vg0 1500M
          lv x 64M xfs /srv/x
          lv v 20M vfat
          lv n 20M ntfs
          lv b 64M btrfs
          lv m 64M btrfs /srv/m`,
      },
    );
    const lvs = ['x', 'v', 'n', 'b'];
    expect(run.stdout).toBe(
      lvs.map((lv) => `static tree of ${lv} is whole\n/run/holdstill/${lv}/Grüße ☃.txt\n`).join(''),
    );
    for (const phase of ['pre', 'again', 'post']) {
      expect(lvs.map((lv) => run.call(`${phase}-${lv}`).status)).toEqual([0, 0, 0, 0]);
    }
    for (const lv of lvs) expect(run.call(`post-${lv}`).stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.call('pre-m').status).toBe(1);
    expect(run.call('pre-m').stderr).toContain('a btrfs with the same id is mounted on this host');
    expect(run.files('after')).toBe(run.files('before'));
    expect(run.files('after-m')).toBe(run.files('before'));
  });
});
