import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  all: {each: {lv: 'vg0/vm*'}, size: 8M}
  stale: {lv: vg0/stale, size: 8M}
  a: {lv: vg0/data, size: 8M, mount: /mnt/both/a}
  b: {lv: vg0/other, size: 8M, mount: /mnt/both/b}
  tree: {path: /srv/data, size: 8M}
Y
`;

describeLab('a command that outlives its killed hook', () => {
  test('is waited for, so that nothing it still makes is left', async () => {
    const run = await inLab(
      `${start}
      $PRE a-warm >/dev/null; mkdir /mnt/both; mark
      mkdir /usr/sbin/real; mv /usr/sbin/lvm /usr/sbin/real/lvm
      # the first lvm has its input at once and is slow to do it; what it was told is done though its caller is gone
      cat >/usr/sbin/lvm <<'LVM'
#!/bin/bash
[ $# -gt 0 ] || [ "\${0##*/}" != lvm ] || { lines=$(cat); rm /run/slow 2>/dev/null && sleep 4; exec /usr/sbin/real/lvm <<<"$lines"; }
exec -a "\${0##*/}" /usr/sbin/real/lvm "$@"
LVM
      chmod 755 /usr/sbin/lvm
      for end in "$HOLDSTILL recover" "$POST a"; do
        touch /run/slow; $PRE a >/dev/null & until_true 20 pgrep -f 'sleep 4' >/dev/null; pkill -9 -f '^holdstill pre'; wait
        call end $end; sleep 5; lvs --noheadings -o lv_name --select lv_tags=holdstill; same "$end"
      done`,
      { world: 'vg vg0 200M\n  lv data 16M ext4\n  lv other 16M ext4' },
    );
    expect(run.stdout).toBe('');
    expect(run.call('end').stdout).toContain('nothing is left');
  });
});

describeLab('no data is lost without a word', () => {
  test('when one of several alike guests has an empty partition, or a disk holds two things at once', async () => {
    const run = await inLab(
      `${start}
      mark
      # vm1's second partition is not formatted; blkid stops at it, and vm2's must be found all the same
      dd if=/dev/zero of=/dev/vg0/vm1 bs=1M seek=9 count=8 conv=notrunc status=none
      call all $PRE all; call files cat /run/holdstill/all/vm2/p2/hello.txt
      call status $HOLDSTILL status all; call post $POST all
      # a file system that was there before the partition table
      mkfs.ext4 -q -F /dev/vg0/stale; printf 'start=2048,size=16384,type=83\\n' | sfdisk -q --force --wipe never -X dos /dev/vg0/stale 2>/dev/null
      blkid -p /dev/vg0/stale; call stale $PRE stale
      same end`,
      {
        world: `vg vg0 300M
  lv vm1 24M mbr
    p1 8M ext4
    p2 8M ext4
  lv vm2 24M mbr
    p1 8M ext4
    p2 8M ext4
  lv stale 24M raw
  lv data 16M ext4 /srv/data
  lv other 16M ext4`,
      },
    );
    expect(run.call('files')).toMatchObject({ status: 0 });
    expect(run.call('all').stdout).toMatch(/skipped +vg0\/vm1\/p2: unknown, no file system was found in it/);
    expect(run.call('status').stdout).toContain('not saved: vg0/vm1/p2');
    expect(run.call('post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^\/dev\/vg0\/stale: .*TYPE="ext4".*PTTYPE="dos"\n$/);
    expect(run.call('stale').status).toBe(1);
    expect(run.call('stale').stderr).toContain('holds ext4 and a partition table (dos)');
  });

  test('when another volume is mounted below a path, two tasks share a parent, or somebody else closes a run', async () => {
    const run = await inLab(
      `${start}
      mark
      mkdir /srv/data/db; mount /dev/vg0/other /srv/data/db
      call tree $PRE tree; $POST tree >/dev/null; umount /srv/data/db; rmdir /srv/data/db
      call orphan $PRE a; mkdir /mnt/both; mark
      call a $PRE a; call b $PRE b; call a-post $POST a; call a-pre $PRE a; call a-post2 $POST a; call b-post $POST b
      same parents
      call run $HOLDSTILL run a -- $POST a; same 'closed by its own command'
      call taken $HOLDSTILL run a -- bash -c "$POST a; $PRE a"; call still $HOLDSTILL status a; call end $POST a
      same end`,
      { world: 'vg vg0 200M\n  lv data 16M ext4 /srv/data\n  lv other 16M ext4' },
    );
    expect(run.stdout).toBe('');
    expect(run.call('tree').stdout).toMatch(/skipped +\/srv\/data\/db: is a file system of its own/);
    expect(run.call('orphan').status).toBe(1);
    expect(run.call('orphan').stderr).toContain('/mnt/both does not exist; type: mkdir /mnt/both');
    for (const name of ['a', 'b', 'a-post', 'a-pre', 'a-post2', 'b-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    for (const name of ['run', 'taken']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stderr).toMatch(/somebody closed run \w+ while its command still ran/);
    }
    expect(run.call('still').stdout).toMatch(/^a +held/);
    expect(run.call('end')).toMatchObject({ status: 0 });
  });
});
