import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  u: {lv: vg0/data, size: 8M}
  v: {lv: vg1/other, size: 8M, mount: /mnt/v}
  w: {lv: vg-0/da-ta, size: 8M}
Y
# As after another start, as far as the id of the boot tells: all that is open is from before it. Back again by umount.
BOOT=/proc/sys/kernel/random/boot_id
reboot() { echo 11111111-2222-3333-4444-555555555555 >/run/boot; mount --bind /run/boot $BOOT; }
boot() { call "$1" $HOLDSTILL recover --boot; }
`;

describeLab('recover --boot', () => {
  test('says nothing and succeeds where there is nothing to do, a task is open, or a hook is at work', async () => {
    const run = await inLab(
      `${start}
      boot never; mark
      $PRE t >/dev/null; boot open; $HOLDSTILL status t | head -n 1 | cut -d ' ' -f 1-3; $POST t >/dev/null
      : >/var/lib/holdstill/t.journal; flock -o /var/lib/holdstill/t.lock sleep 60 & sleep 0.2; boot begun
      ls /var/lib/holdstill; kill $!; wait; boot unbegun; same unbegun
      call name $HOLDSTILL recover --boot t`,
      { world: 'vg vg0 200M\n  lv data 16M ext4' },
    );
    for (const name of ['never', 'open', 'begun', 'unbegun']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stdout: '', stderr: '' });
    }
    expect(run.stdout).toBe('t  held\nt.journal\nt.lock\n');
    expect(run.call('name')).toMatchObject({ status: 2, stderr: 'holdstill: recover --boot takes no task\n' });
  });

  test('leaves a task to the hook that works on it, undoes what one left that was killed, and says so', async () => {
    const run = await inLab(
      `${start}
      $PRE u >/dev/null; $POST u >/dev/null; mark; break_tools
      # the hook waits at its third command, the taking of the snapshot, until we let it go on
      break_at 3 before STOP $PRE t & until_true 20 grep -qs '^State:.T' /proc/$(until_true 20 pgrep -f '^holdstill pre')/status; boot at-work
      pkill -CONT -f '^holdstill pre'; wait
      $HOLDSTILL status t | head -n 1 | cut -d ' ' -f 1-3; $POST t >/dev/null; same 'at work'
      break_at 5 before KILL $PRE t; $PRE u >/dev/null; boot killed
      $HOLDSTILL status u | head -n 1 | cut -d ' ' -f 1-3
      reboot; (cd /run/holdstill/u && exec sleep 60) & sleep 0.3; boot read; kill $!; wait $! 2>/dev/null
      boot again; umount $BOOT; same end`,
      { world: 'vg vg0 200M\n  lv data 16M ext4' },
    );
    expect(run.call('at-work')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run.call('killed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('killed').stdout).toMatch(
      /^holdstill \S+ post t .*\n.*never completely open\n.*nothing is left\n$/,
    );
    expect(run.call('read').status).toBe(3);
    expect(run.call('read').stderr).toMatch(/ sleep \(\d+\); left on this machine: .*; type: holdstill recover/);
    expect(run.call('again').stdout).toMatch(
      /^holdstill \S+ post u .*\n.*restarted while it was open\n.*nothing is left\n$/,
    );
    expect(run.stdout).toMatch(/t {2}held\nu {2}held\n$/);
  });

  test('does not forget a snapshot in a volume group that is not there, though another one has got its name', async () => {
    const run = await inLab(
      `${start}
      mark; $PRE v >/dev/null; umount /mnt/v; vgchange -qq -an vg1; reboot
      conf() { sed -i "$1" /etc/lvm/lvm.conf; }
      # the disk of vg1 is unplugged
      conf s/loop101/loop199/; boot gone; call pre $PRE v; ls /var/lib/holdstill
      # and another one is there, empty, then not
      truncate -s 40M /dev/shm/other; losetup /dev/loop0 /dev/shm/other
      conf 's#filter=.#&"a|loop0|",#'; vgcreate -qq vg1 /dev/loop0; boot empty
      lvcreate -qq -y -L 8M -n other vg1; boot other
      vgremove -qq -y vg1; losetup -d /dev/loop0; rm /dev/shm/other
      # it is back, but its volumes are not active yet
      conf 's#"a|loop0|",##; s/loop199/loop101/'; boot back; vgchange -qq -ay vg1; umount $BOOT; same back
      # removed for good: the journal is what the message says
      $PRE v >/dev/null; umount /mnt/v; vgremove -qq -y vg1; reboot; boot removed
      rm "$(sed -n 's/.*move the journal away: \\([^ )]*\\).*/\\1/p' $LAB/removed.out | head -n 1)"; call end $HOLDSTILL status v`,
      { world: 'vg vg0 100M\n  lv data 16M ext4\nvg vg1 100M\n  lv other 16M ext4' },
    );
    for (const name of ['gone', 'empty', 'other', 'removed']) {
      expect(run.call(name).status, `of ${name}`).toBe(3);
      expect(run.call(name).stdout).toMatch(
        /left +snapshot vg1\/hs\.\w+\.other: volume group vg1 is not there +\(bring it back.*for good, move the journal away: \/var\/lib\/holdstill\/v\.journal\)/,
      );
    }
    expect(run.call('pre').status).toBe(3);
    expect(run.call('pre').stdout).toContain('volume group vg1 is not there');
    expect(run.call('back')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('end').stdout).toMatch(/^v +idle/);
    expect(run.stdout).toBe('v.journal\n');
  });

  test('removes what a power cut leaves of a snapshot that LVM was just making or removing, and nothing that is like it', async () => {
    const run = await inLab(
      `${start}
      $PRE t >/dev/null; $POST t >/dev/null; mark; break_tools
      # LVM makes a plain LV first; the hook died before it knew its UUID
      half() {
        break_at 4 after KILL $PRE t; lv=$(snapshot_of t)
        lvconvert -qq -y --splitsnapshot vg0/$lv
      }
      away() { lvremove -qq -y vg0/$lv; $HOLDSTILL recover >/dev/null; same "$1"; }
      half; call made $HOLDSTILL recover; same made
      half; lvextend -qq -L +4M vg0/$lv; call larger $HOLDSTILL recover; away larger
      half; lvchange -qq --deltag @$(lvs --noheadings -o lv_tags vg0/$lv | grep -o 'holdstill.run=[0-9a-f]*') vg0/$lv
      call tags $HOLDSTILL recover; away tags
      # and leaves one for a moment when it removes a snapshot, which is only seen after the next start
      $PRE t >/dev/null; umount /run/holdstill/t; lvconvert -qq -y --splitsnapshot vg0/$(snapshot_of t)
      edit_journal /var/lib/holdstill/t.journal 's/"boot":"[^"]*"/"boot":"another"/'
      call removed $POST t; same removed`,
      { world: 'vg vg0 200M\n  lv data 16M ext4' },
    );
    expect(run.stdout).toBe('');
    expect(run.call('made')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['larger', 'tags']) {
      expect(run.call(name).status, `of ${name}`).toBe(3);
      expect(run.call(name).stdout).toMatch(
        /left .*an LV of this name is there, but not the snapshot.*find out who owns it/,
      );
    }
    expect(run.call('removed').status).toBe(0);
    expect(run.call('removed').stdout).toContain('nothing is left');
  });
});

describeLab('the rule for udev', () => {
  test('gives no snapshot of ours a link by the UUID of its origin, by which fstab would find it', async () => {
    const run = await inLab(
      `${start}
      # the real one; the lab's own LVM does without
      sed -i 's/udev_sync=0 udev_rules=0/udev_sync=1 udev_rules=1/' /etc/lvm/lvm.conf; unset DM_DISABLE_UDEV
      /usr/lib/systemd/systemd-udevd --daemon
      again() { lvchange -qq -an $2; lvchange -qq -ay $2; udevadm settle --timeout=30; echo "$1: $(for lv in $2 vg-0/$s; do udevadm info --query=symlink /dev/$lv; done | tr ' ' '\\n' | grep -c '^disk/by-')"; }
      # its name in device-mapper has doubled hyphens
      $PRE w >/dev/null; s=$(snapshot_of w); umount /run/holdstill/w; again without vg-0/da-ta
      install -m 644 dist/udev/09-holdstill.rules /etc/udev/rules.d/; udevadm control --reload; again with vg-0/da-ta
      udevadm info --query=symlink /dev/vg-0/$s; readlink /dev/disk/by-uuid/*
      udevadm info --query=name /dev/vg-0/da-ta; call post $POST w
      # nor a device over a partition by what is in it
      configure <<<'tasks: {x: {lv: vg-0/disk, size: 8M}}'; $PRE x >/dev/null; udevadm settle --timeout=30
      echo "map: $(udevadm info $(findmnt -no SOURCE /run/holdstill/x/p1) | grep -c -e disk/by- -e ID_FS)"; call map $POST x`,
      { world: 'vg vg-0 200M\n  lv da-ta 16M ext4\n  lv disk 24M mbr\n    p1 16M ext4' },
    );
    const [without, withRule, links, byUuid, origin, map] = run.stdout.split('\n');
    // by its id, its name and its UUID
    expect([without, withRule]).toEqual(['without: 6', 'with: 3']);
    expect(links?.split(' ').toSorted()).toEqual([
      expect.stringMatching(/^mapper\/vg--0-hs\.\w+\.da--ta$/),
      expect.stringMatching(/^vg-0\/hs\.\w+\.da-ta$/),
    ]);
    expect(byUuid).toBe(`../../${origin}`);
    expect(map).toBe('map: 0');
    for (const name of ['post', 'map']) expect(run.call(name).stdout).toContain('nothing is left');
  });
});

describeLab('the units for systemd', () => {
  test('are what systemd understands, and make no mount namespace', async () => {
    const run = await inLab(
      `install -m 755 dist/holdstill /usr/local/sbin/holdstill; install -m 644 dist/systemd/* /etc/systemd/system/
      call verify systemd-analyze verify --man=no /etc/systemd/system/holdstill-recover{-early.service,.service,.timer}
      # were it to wait for its journals' file system, it would wait for itself
      (cd /etc/systemd/system; cp holdstill-recover-early.service cycle.service; sed -i '/^After=systemd-remount/aRequiresMountsFor=/srv/far' cycle.service
      printf '[Mount]\nWhat=/dev/vda\nWhere=/srv/far\n[Unit]\nAfter=local-fs-pre.target\n' >srv-far.mount)
      call cycle systemd-analyze verify --man=no /etc/systemd/system/cycle.service
      sed -i 's/^OnCalendar=.*/OnCalendar=whenever/' /etc/systemd/system/holdstill-recover.timer
      call wrong systemd-analyze verify --man=no /etc/systemd/system/holdstill-recover.timer
      eval "$(sed -n 's/^ExecStart=/call start /p' dist/systemd/holdstill-recover.service)"
      cat dist/systemd/*.service`,
    );
    expect(run.call('verify')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(run.call('cycle').stderr).toContain('ordering cycle');
    expect(run.call('wrong').stderr).toContain('whenever');
    expect(run.call('start')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    // systemd.exec(5): each of these gives the service mounts, or a list of devices, of its own.
    expect(run.stdout).not.toMatch(
      /^(Private|Protect|ReadOnly|ReadWrite|Inaccessible|Temporary|Bind|Root|Dynamic|Device|Mount)/m,
    );
  });
});
