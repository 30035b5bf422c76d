import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start =
  '. "$REPO/test/lab/guest/break.bash"; . "$REPO/test/lab/guest/faults.bash"\nSESAM="$REPO/dist/sesam/sbc_post x" BACULA=$REPO/dist/bacula/run-after\n';

/** What each contract answers to bad data: the exit status, and how the line that says so begins. */
const ANSWERS = {
  sesam: [1, 'STATUS:ERROR {THIS BACKUP MAY BE BAD: '],
  bacula: [5, 'ERROR: THIS BACKUP MAY BE BAD: '],
  generic: [5, 'holdstill: THIS BACKUP MAY BE BAD: '],
} as const;

function expectBad(run: LabRun, name: string, product: keyof typeof ANSWERS, reason: RegExp, cure: string): void {
  const { stdout, stderr, status } = run.call(name);
  const [exit, beginning] = ANSWERS[product];
  const told = (stdout + stderr).split('\n').find((line) => line.startsWith(beginning)) ?? stdout + stderr;
  expect(told, `of ${name}`).toMatch(reason);
  expect(told, `of ${name}`).toContain(cure);
  expect(status, `of ${name}`).toBe(exit);
}

describeLab('a disk that fails under a task', () => {
  test('makes it bad, with the reason and the cure, and never hangs the hook', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
Y
      mark; origin=vg0-data-real
      open() { $PRE t >/dev/null; snapshot=vg0-$(snapshot_of t); }

      open; dd if=/dev/urandom of=/srv/data/some bs=64k count=4 conv=fsync status=none; sync
      # A write of the live file system, which comes when it likes, would make the snapshot invalid besides.
      mount -o remount,ro /srv/data; fail_under $snapshot-cow; call kept-lost $POST t; mount -o remount,rw /srv/data; same kept-lost quickly
      open; fail_under $snapshot-cow; dd if=/dev/urandom of=/srv/data/some bs=64k count=4 conv=fsync status=none
      call all-lost $BACULA t; same all-lost quickly

      # The directory is still in memory, and the product's reads of files failed.
      open; fail_under $origin; cat /mnt/t/* >/dev/null 2>&1; echo "read $?"; call origin $SESAM t; same origin quickly
      open; fail_under $origin; echo 3 >/proc/sys/vm/drop_caches; call unreadable $BACULA t; same unreadable quickly

      open; echo 3 >/proc/sys/vm/drop_caches; dmsetup suspend --nolockfs --noflush $snapshot
      call hanging timeout -s KILL 100 $POST t; dmsetup resume $snapshot; sleep 1
      call hung $HOLDSTILL recover; same hanging`,
      { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data', timeoutMs: 200_000 },
    );
    expect(run.stdout).toBe('read 1\n');
    const dmesg = 'look at dmesg for the disk';
    expectBad(
      run,
      'kept-lost',
      'generic',
      /vg0\/data: the changes that its snapshot keeps .* cannot be read \(Input\/output error\):/,
      dmesg,
    );
    expectBad(run, 'all-lost', 'bacula', /cannot be read \(Input\/output error\), and the snapshot is lost:/, dmesg);
    expectBad(run, 'origin', 'sesam', /vg0\/data: its snapshot can't be read \(Input\/output error\)/, dmesg);
    expectBad(run, 'unreadable', 'bacula', /\/mnt\/t can't be read any more \(Input\/output error\)/, dmesg);
    expectBad(
      run,
      'hanging',
      'generic',
      /its snapshot can't be read \(no answer\).*\/mnt\/t can't be read any more/,
      dmesg,
    );
    expect(run.call('hanging').stdout).toMatch(/left +mount \/mnt\/t/);
    expect(run.call('hanging').ms).toBeLessThan(60_000);
    expect(run.call('hung').status).toBe(0);
  });

  test('is told from the sound ones where many are read in one process', async () => {
    const lvs = [1, 2, 3, 4, 5].map((n) => `lv m${n} 8M ext4`);
    const run = await inLab(
      `${start}
      configure <<'Y'
log: {level: debug}
tasks:
  many: {each: {lv: vg0/m*}, size: 4M, autoextend: false}
Y
      mark; post() { : >/var/log/holdstill/holdstill.log; call "$1" $POST many; grep -c '"argv":."dd"' /var/log/holdstill/holdstill.log; same "$1" quickly; }
      $PRE many >/dev/null; post sound
      $PRE many >/dev/null; fail_under vg0-$(snapshot_of many | grep m3)-cow; post one`,
      { world: ['vg vg0 150M', ...lvs].join('\n  '), timeoutMs: 100_000 },
    );
    expect(run.stdout).toBe('0\n1\n');
    expect(run.call('sound')).toMatchObject({ status: 0, stderr: '' });
    expectBad(
      run,
      'one',
      'generic',
      /BAD: vg0\/m3: the changes that its snapshot keeps .* cannot be read \(Input\/output error\): /,
      'dmesg',
    );
  });
});

describeLab('a thin pool that is full', () => {
  test('makes the task bad, whether it refuses or queues what is written, and for want of data or of metadata', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  refusing: {lv: vg0/thin1}
  queueing: {lv: vg0/thin2}
  listed: {lv: vg0/thin3}
Y
      lvchange -qq --errorwhenfull y vg0/refuse; mark
      overwrite() { dd if=/dev/zero of=/dev/vg0/$1 bs=1M oflag=direct status=none 2>/dev/null; }
      $PRE refusing >/dev/null; overwrite thin1; call refusing $POST refusing
      $PRE queueing >/dev/null; overwrite thin2 & until_true 20 full queue
      call queueing timeout -s KILL 100 $SESAM queueing
      $PRE listed >/dev/null; fill_metadata vg0-list-tpool; call listed $BACULA listed
      ls --hide='*.history' /run/holdstill /var/lib/holdstill; lvs --noheadings -o lv_name -S lv_tags=holdstill
      kill -9 $!`.replaceAll(
        'until_true 20 full queue',
        'until_true 20 eval "lvs --noheadings -o lv_health_status vg0/queue | grep -q out"',
      ),
      {
        world: `vg vg0 300M
  pool refuse 16M
    lv thin1 24M ext2
  pool queue 16M
    lv thin2 24M ext2
  pool list 16M
    lv thin3 16M ext2`,
      },
    );
    expect(run.stdout).toMatch(/^\/run\/holdstill:\n\n\/var\/lib\/holdstill:\n$/);
    const full = /thin pool vg0\/\w+ has a problem: out_of_data \(data 100 %, metadata [\d.]+ %\)/;
    expectBad(run, 'refusing', 'generic', full, 'lvextend -L +SIZE vg0/refuse');
    expectBad(run, 'queueing', 'sesam', full, 'lvextend -L +SIZE vg0/queue');
    expectBad(run, 'listed', 'bacula', /metadata_read_only .*metadata 100 %/, 'lvconvert --repair vg0/list');
  });
});

describeLab('what somebody did to an open task', () => {
  test('makes it bad, with the reason and the cure', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  thin: {lv: vg0/thin, mount: /mnt/thin}
Y
      mark
      open() { $PRE t >/dev/null; snapshot=vg0/$(snapshot_of t); }
      open; options=$(findmnt -n -o VFS-OPTIONS /mnt/t); umount /mnt/t /srv/data; lvchange -qq -an vg0/data
      call deactivated $SESAM t; lvchange -ay vg0/data; mount /dev/vg0/data /srv/data; same deactivated quickly
      open; umount /mnt/t; lvremove -qq -y $snapshot; call removed $BACULA t; same removed quickly
      open; mount -t tmpfs none /mnt/t; call covered $POST t; umount /mnt/t; $POST t >/dev/null; same covered quickly
      # The same snapshot, with the same options and the id of the mount that has gone, which the kernel gives again.
      open; id=$(findmnt -n -o ID /mnt/t); umount /mnt/t; mount -t ext4 -o $options /dev/$snapshot /mnt/t
      [ $id = $(findmnt -n -o ID /mnt/t) ] || echo 'another id'
      call again $SESAM t; same again quickly
      open; mount -o remount,bind,rw,nosuid /mnt/t; call options $BACULA t; same options quickly
      $PRE thin >/dev/null; umount /mnt/thin; lvchange -qq -an vg0/$(snapshot_of thin); call thin-deactivated $POST thin
      same thin quickly`,
      { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data\n  pool tp 24M\n    lv thin 24M ext4' },
    );
    expect(run.stdout).toBe('');
    const leave = 'only holdstill may';
    expectBad(run, 'deactivated', 'sesam', /its snapshot was deactivated.*its mount at \/mnt\/t went away/, leave);
    expectBad(run, 'removed', 'bacula', /its snapshot is gone/, leave);
    expectBad(run, 'covered', 'generic', /something else was mounted over \/mnt\/t \(tmpfs\)/, `a 'mount' of its own`);
    expectBad(run, 'again', 'sesam', /its mount at \/mnt\/t went away/, leave);
    expectBad(run, 'options', 'bacula', /somebody mounted \/mnt\/t again, as rw,nosuid/, leave);
    expectBad(run, 'thin-deactivated', 'generic', /vg0\/thin: its snapshot was deactivated/, leave);
  });
});

describeLab('a snapshot that could not be checked', () => {
  test('is bad for the job; the next post that can check it gives the real verdict', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, timeout: 9s}
Y
      mark; mkdir /run/away
      away() { mv /usr/sbin/lvm /run/away; }; back() { mv /run/away/lvm /usr/sbin/lvm; }
      $PRE t >/dev/null; away; call missing $POST t; call still $BACULA t; back; call found $SESAM t; same missing quickly
      $PRE t >/dev/null; away; printf '#!/bin/sh\\nexec sleep 25\\n' >/usr/sbin/lvm; chmod 755 /usr/sbin/lvm
      call hanging $BACULA t; until_true 30 not_there /proc/$(pgrep -x lvm | head -n 1)/x; back
      dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
      call overflowed $POST t; rm /srv/data/big; same overflowed quickly`.replaceAll(
        'until_true 30 not_there /proc/$(pgrep -x lvm | head -n 1)/x',
        'sleep 9',
      ),
      { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data' },
    );
    expect(run.stdout).toBe('');
    expectBad(
      run,
      'missing',
      'generic',
      /vg0\/data: its snapshot could not be checked: lvm is not installed/,
      'apt-get install lvm2',
    );
    expectBad(run, 'still', 'bacula', /its snapshot could not be checked/, 'type: holdstill recover');
    expect(run.call('found')).toMatchObject({ status: 0 });
    expect(run.call('found').stdout).toMatch(/verdict +good: 1 snapshot valid/);
    expectBad(
      run,
      'hanging',
      'bacula',
      /its snapshot could not be checked: lvm lvs did not end within [45]/,
      'type: holdstill recover',
    );
    expectBad(run, 'overflowed', 'generic', /snapshot overflowed/, `set a larger 'size', or size: full`);
  });
});
