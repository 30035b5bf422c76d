import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
BOOT=/proc/sys/kernel/random/boot_id
# As after another start: nothing is mounted, LVM has activated what it activates by itself, the id of the boot is another.
restart() {
  umount /run/holdstill/$1; pkill -f '^holdstill watches'
  lvs --noheadings --options lv_name --select origin=$2 vg0 | xargs -I@ lvchange -qq -an vg0/@; lvchange -qq -an vg0/$2; vgchange -qq -aay vg0
  echo $1 >/run/boot; findmnt $BOOT >/dev/null || mount --bind /run/boot $BOOT
}
active() { lvs --noheadings --options lv_active $1 | tr -d ' '; }
`;

describeLab('a snapshot that a start finds', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  thin: {lv: vg0/thin1}
Y
      mark
      $PRE thin >/dev/null; restart thin thin1
      echo "$(active vg0/thin1) $(active vg0/$(snapshot_of thin))."; call thin-status $HOLDSTILL status thin
      call thin $HOLDSTILL recover --boot; umount $BOOT; same thin
      $PRE thin >/dev/null; umount /run/holdstill/thin; lvchange -qq -an vg0/$(snapshot_of thin); mount /dev/vg0/thin1 /mnt
      lvconvert -qq -y --merge vg0/$(snapshot_of thin); call merging $POST thin; umount /mnt
      lvchange -qq -an vg0/thin1; lvchange -qq -ay vg0/thin1; call merged $POST thin; same merged`,
      {
        world: 'vg vg0 500M\n  pool tp 64M\n    lv thin1 32M ext4',
        modules: ['loop', 'dm-snapshot', 'dm-thin-pool'],
      },
    );
  }, 600_000);

  test('is not active where it is thin, so nothing can take it for its origin, and goes as any other', () => {
    expect(run.stdout).toBe('active .\n');
    expect(run.call('thin-status').stdout).toMatch(
      /^thin {2}rebooted .*\n.*\n.*has not been active since the machine started/,
    );
    expect(run.call('thin')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('thin').stdout).toMatch(/restarted while it was open\n.*nothing is left\n$/);
  });

  test('is merged by somebody though it is not active: that is told until it is done', () => {
    expect(run.call('merging').status).toBe(5);
    expect(run.call('merging').stdout).toMatch(/left .*somebody merges a snapshot, perhaps this one, into vg0\/thin1/);
    expect(run.call('merged').stdout).toContain('nothing is left');
  });
});

const world = 'vg vg0 200M\n  lv data 32M ext4';

describeLab('a snapshot that somebody works on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      mkdir -p /srv/data
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 16M}
Y
      mark
      worked() { mount -o $2 $1 /srv/data && echo 'work of a day' >/srv/data/today && sync; }
      is_kept() { mount -o ro /dev/vg0/$2 /srv/data && grep -q work /srv/data/today || echo "$1: the work is gone"; umount /srv/data; }
      discard() { $HOLDSTILL recover $1 --discard >/dev/null; same "$1 discarded" quickly; }

      # seen by post; gone at the hourly run and for the next pre
      $PRE t >/dev/null; s=$(snapshot_of t); umount /run/holdstill/t; worked /dev/vg0/$s rw
      call t-status $HOLDSTILL status t; call t-post $POST t; call t-busy $HOLDSTILL recover t --discard; umount /srv/data
      call t-boot $HOLDSTILL recover --boot; call t-pre $PRE t; is_kept t $s; call t-discard $HOLDSTILL recover t --discard; same t quickly

      # never seen, after a start; then one that is only looked at
      $PRE t >/dev/null; s=$(snapshot_of t); restart t data; worked /dev/vg0/$s rw; umount /srv/data
      call unseen $HOLDSTILL recover --boot; umount $BOOT; is_kept unseen $s; discard t
      $PRE t >/dev/null; restart t data; mount -o ro /dev/vg0/$(snapshot_of t) /srv/data; umount /srv/data
      call read $HOLDSTILL recover --boot; umount $BOOT; same 'mounted read-only' quickly`,
      { world, timeoutMs: 280_000 },
    );
  }, 600_000);

  test('is his: never removed unasked, by none of our commands, whether he is still at it or was seen before', () => {
    const his =
      /left +snapshot vg0\/hs\.\w+\.data: somebody mounted it writable at \/srv\/data, perhaps instead of vg0\/data, and may have worked on it +\(copy what you need of it, then: holdstill recover t --discard\)/;
    for (const [name, status] of [
      ['t-post', 5],
      ['t-boot', 3],
      ['t-pre', 3],
    ] as const) {
      expect(run.call(name).stdout, `of ${name}`).toMatch(his);
      expect(run.call(name).status, `of ${name}`).toBe(status);
    }
    // the one line that a product shows says it, too
    expect(run.call('t-post').stderr).toContain('then: holdstill recover t --discard');
    expect(run.call('t-busy')).toMatchObject({ status: 4 });
    expect(run.call('t-busy').stderr).toContain('in use by a mount at /srv/data');
    for (const name of ['t-status', 't-post', 't-boot', 't-pre']) {
      expect(run.call(name).stdout + run.call(name).stderr, `of ${name}`).toContain(
        'somebody mounted it writable at /srv/data',
      );
      expect(run.call(name).stdout + run.call(name).stderr, `of ${name}`).not.toContain('lvremove');
    }
    expect(run.call('t-discard')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('t-discard').stdout).toContain('nothing is left');
  });

  test('is his though nobody saw him; of who only looks nothing is kept', () => {
    expect(run.stdout).toBe('');
    expect(run.call('unseen').status).toBe(3);
    expect(run.call('unseen').stdout).toMatch(
      /left +snapshot .*: somebody wrote to it \(\d+\.\d KiB\), and may have worked on it/,
    );
    expect(run.call('read')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('read').stdout).toContain('nothing is left');
  });
});

describeLab('a snapshot in another storage that somebody works on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      truncate -s 8M /srv/cow/a.img; mkfs.ext4 -q -F /srv/cow/a.img; btrfs -q subvolume create /srv/cow/sub; sync
      configure <<'Y'
tasks:
  disk: {lv: vg0/disk, size: 16M}
  x: {lv: vg0/x, size: 16M}
  image: {file: /srv/cow/a.img}
  sub: {subvolume: /srv/cow/sub}
Y
      mark
      # a machine runs on it while our mount stands; then it has ended; then nobody knows of it, and somebody reads it
      $PRE disk >/dev/null; s=$(snapshot_of disk); exec 9<>/dev/vg0/$s
      dd if=/dev/urandom of=/dev/vg0/$s bs=4k count=1 seek=11000 conv=notrunc,fsync status=none
      call disk $POST disk; exec 9>&-; call disk-gone $HOLDSTILL recover
      mv /var/lib/holdstill/disk.journal /run/kept; exec 9</dev/vg0/$s; call stray $HOLDSTILL status; exec 9>&-
      mv /run/kept /var/lib/holdstill/disk.journal; $HOLDSTILL recover disk --discard >/dev/null; same disk
      # xfs writes when it is unmounted, though it was mounted read-only; somebody has it open and writes nothing
      $PRE x >/dev/null; exec 9<>/dev/vg0/$(snapshot_of x); umount /run/holdstill/x; call x $POST x; exec 9>&-; call x-gone $POST x; same x
      # in a mount namespace of his own
      $PRE image >/dev/null; s=$(echo /srv/cow/.hs.*); umount /run/holdstill/image; losetup --noheadings -O NAME -j $s | xargs -r losetup -d
      unshare -m sh -c "mount -o loop $s /mnt && echo work >/mnt/today && sync && exec sleep 90" & until_true 20 pgrep -x sleep >/dev/null
      call image $POST image; pkill -x sleep; wait $!; call image-gone $HOLDSTILL recover image; ls $s >/dev/null
      $PRE sub >/dev/null; s=$(echo /srv/cow/sub/.hs.*/*); btrfs property set $s ro false; echo 'work of a day' >$s/today
      call sub $POST sub; btrfs property set $s ro true; call sub-gone $HOLDSTILL recover sub; cat $s/today`,
      {
        world: 'vg vg0 640M\n  lv disk 48M mbr\n    p1 32M ext4\n  lv x 320M xfs\n  lv cow 120M btrfs /srv/cow',
        timeoutMs: 280_000,
      },
    );
  }, 600_000);

  test.each([
    ['disk', /snapshot vg0\/hs\.\w+\.disk: somebody opened it for writing: .*bash \(\d+\)/],
    ['image', /snapshot \/srv\/cow\/\.hs\.\w+\.0\.a\.img: somebody mounted it writable at \/mnt, perhaps instead of/],
    ['sub', /snapshot \/srv\/cow\/sub\/\.hs\.\w+\/\S+: somebody made it writable/],
  ])('is his, and the data are bad: %s', (name, claim) => {
    expect(run.call(name).stdout).toMatch(claim);
    expect(run.call(name).stdout).toMatch(/BAD: .*: its snapshot may have been changed: somebody/);
    expect(run.call(name).status).toBe(5);
    expect(run.call(`${name}-gone`).stdout).toMatch(claim);
    expect(run.call(`${name}-gone`).status).toBe(3);
    expect(run.stdout).toBe('work of a day\n');
  });

  test('is only in use by who has it open and writes nothing', () => {
    expect(run.call('x').stdout).toMatch(/left +snapshot vg0\/hs\.\w+\.x: in use by .*bash/);
    expect(run.call('x-gone').stdout).toContain('nothing is left');
  });

  test('is not to be removed by hand while somebody uses it, though no journal lists it', () => {
    expect(run.call('stray').stdout).toMatch(
      /no journal lists it; it is in use by .*bash \(\d+\).*: find out who owns it/,
    );
  });
});
