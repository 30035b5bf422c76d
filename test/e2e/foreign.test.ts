import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 16M, autoextend: false, mount: /mnt/t}
  d: {lv: vg0/disk, size: 16M, autoextend: false, mount: /mnt/d}
  u: {lv: vg0/other, size: 16M, autoextend: false}
Y
journal=/var/lib/holdstill/t.journal
crashed() { $PRE t >/dev/null; edit_journal $journal '/"opened"/d'; }
mark
`;

const world = `vg vg0 500M
  lv plain 32M ext4
  lv other 32M ext4
  lv disk 48M mbr
    p1 32M ext4`;

describeLab('what is not ours', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      # task u is open all the time, and must stay so
      $PRE u >/dev/null; mark
      # a foreign LV of the recorded name: without a tag, with the tag of another run, of another origin
      n=0
      for args in '' "--addtag holdstill.run=00000000" "TAG other"; do
        n=$((n + 1)); $PRE t >/dev/null; name=$(snapshot_of t) run=$(snapshot_of t | cut -d. -f2)
        umount /mnt/t; lvremove -qq -y vg0/$name
        if [ "$args" = "TAG other" ]; then lvcreate -qq -s -L 8M -n $name --addtag holdstill.run=$run vg0/other
        else lvcreate -qq -s -L 8M -n $name $args vg0/plain; fi
        call lv$n $POST t; lvs vg0/$name >/dev/null || echo "foreign LV $n was removed"
        lvremove -qq -y vg0/$name; call lv$n-again $POST t; same "foreign LV $n" quickly
      done
      # the same, the crash being between noting and doing, so no UUID is known; and an LV that is no snapshot
      crashed; name=$(snapshot_of t); umount /mnt/t; lvremove -qq -y vg0/$name; edit_journal $journal '/"learned"/d'
      lvcreate -qq -y -L 8M -n $name --addtag holdstill.run=$(cut -d. -f2 <<<$name) vg0
      call plain-lv $HOLDSTILL recover; lvs vg0/$name >/dev/null || echo 'a plain LV was removed'
      lvremove -qq -y vg0/$name; $HOLDSTILL recover >/dev/null; same 'a plain LV' quickly
      # a snapshot of another tool on the same origin
      lvcreate -qq -s -L 8M -n backup_tool vg0/plain; $PRE t >/dev/null; call other-tool $POST t
      lvs vg0/backup_tool >/dev/null || echo 'the snapshot of another tool was removed'; lvremove -qq -y vg0/backup_tool
      same 'another tool' quickly
      # a foreign mount over our mount point, and a file in a directory of ours
      $PRE t >/dev/null; mount -t tmpfs -o size=64k none /mnt/t; call over $POST t
      findmnt -n -o FSTYPE /mnt/t | grep -c . ; umount /mnt/t; call over-again $POST t; same 'a foreign mount' quickly
      $PRE d >/dev/null; touch /mnt/d/file; call file $POST d; cat /mnt/d/file || echo 'the file was removed'
      rm /mnt/d/file; call file-again $POST d; same 'a file' quickly
      # a loop device of somebody else: elsewhere in the same snapshot, and at the very same place
      for offset in 0 1048576; do
        $PRE d >/dev/null; loop=$(losetup -f --show -o $offset --sizelimit 33554432 /dev/vg0/$(snapshot_of d))
        call loop$offset $POST d; losetup $loop >/dev/null || echo "the loop device of somebody at $offset was detached"
        losetup -d $loop; call loop$offset-again $POST d; same "a loop device at $offset"
      done
      same end; call survivor $HOLDSTILL status u; call survivor-post $POST u`,
      { world, timeoutMs: 250_000 },
    );
  });

  test('stays: LVs of the recorded name, mounts, files, loop devices; once they are gone the next post ends it', () => {
    // Of the mounts over each other at /mnt/t both are there after the first post.
    expect(run.stdout).toBe('2\n');
    for (const n of [1, 2, 3]) {
      const { status, stdout } = run.call(`lv${n}`);
      expect(stdout).toMatch(
        /left +snapshot vg0\/hs\.\w+\.plain: an LV of this name is there, but not .*\(find out who owns it\)/,
      );
      expect(stdout).toMatch(/BAD: vg0\/plain: its snapshot is gone/);
      expect(status).toBe(5);
      expect(run.call(`lv${n}-again`).stdout).toContain('nothing is left');
    }
    expect(run.call('plain-lv')).toMatchObject({ status: 3 });
    expect(run.call('other-tool')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('over')).toMatchObject({ status: 5 });
    expect(run.call('over').stderr).toMatch(/something else was mounted over \/mnt\/t/);
    expect(run.call('over-again').stdout).toContain('nothing is left');
    expect(run.call('file')).toMatchObject({ status: 3 });
    expect(run.call('file').stderr).toMatch(
      /left on this machine: directory \/mnt\/d \(it is not empty\); type: holdstill recover/,
    );
    for (const offset of [0, 1048576]) {
      expect(run.call(`loop${offset}`), `${offset}`).toMatchObject({ status: 3 });
      expect(run.call(`loop${offset}`).stdout).toMatch(/left +snapshot vg0\/hs\.\w+\.disk: /);
      expect(run.call(`loop${offset}-again`)).toMatchObject({ status: 0 });
    }
  });

  test('a task that is open over other volumes is not touched by any of it', () => {
    expect(run.call('survivor').stdout).toMatch(/^u +held /);
    expect(run.call('survivor-post')).toMatchObject({ status: 0, stderr: '' });
  });
});

describeLab('a journal', () => {
  test('of another boot, cut off, noted and not done, damaged', async () => {
    const run = await inLab(
      `${start}
      $PRE t >/dev/null; edit_journal $journal '1s/"boot":"[^"]*"/"boot":"another"/'; umount /mnt/t
      call boot-status $HOLDSTILL status t; call boot $POST t; same 'another boot' quickly; call twice $POST t
      $PRE t >/dev/null; edit_journal $journal '1s/"boot":"[^"]*"/"boot":"another"/'; umount /mnt/t; $PRE t >/dev/null; call boot-pre $POST t
      same 'pre after a boot'
      crashed; size=$(stat -c %s $journal); last=$(tail -n 1 $journal | wc -c)
      truncate -s $((size - last / 2)) $journal; call cut $HOLDSTILL recover; same 'a line cut off' quickly
      for keep in 0 20; do head -c $keep /dev/zero | tr '\\0' x >$journal; call cut-$keep $POST t; same "a journal of $keep bytes" quickly; done
      # damaged in the middle, in two ways; u is whole
      for damage in '2s/.*/{"do":/' '3s/.*/{"what":1}/'; do
        n=$((n + 1)); $PRE t >/dev/null; $PRE u >/dev/null; edit_journal /var/lib/holdstill/u.journal '/"opened"/d'
        cp $journal /run/whole
        sed -i "$damage" $journal
        call damaged$n-status $HOLDSTILL status; call damaged$n-pre $PRE t; call damaged$n-post $POST t
        [ $(ls -d /dev/mapper/vg0-hs.*plain | wc -l) = 1 ] || echo 'the snapshot of a damaged journal was removed'
        call damaged$n-recover $HOLDSTILL recover
        [ $(ls -d /dev/mapper/vg0-hs.*other 2>/dev/null | wc -l) = 0 ] || echo 'the whole journal was not recovered'
        cp /run/whole $journal; $POST t >/dev/null; same "damage $n"
      done`,
      { world, timeoutMs: 200_000 },
    );
    expect(run.stdout).toBe('');
    expect(run.call('boot-status').stdout).toMatch(/^t +rebooted/);
    expect(run.call('boot')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('boot').stdout).toMatch(/verdict +none: the machine was restarted/);
    expect(run.call('twice')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('boot-pre').stdout).toMatch(/verdict +good/);
    for (const name of ['cut', 'cut-0', 'cut-20']) expect(run.call(name), `of ${name}`).toMatchObject({ status: 0 });
    for (const n of [1, 2]) {
      const broken = /\/var\/lib\/holdstill\/t\.journal line [23] is damaged/;
      expect(run.call(`damaged${n}-status`).stdout).toMatch(broken);
      expect(run.call(`damaged${n}-status`).stdout).toMatch(/hs\.\w+\.plain has the mark of holdstill/);
      for (const call of ['pre', 'post', 'recover']) {
        const { status, stdout, stderr } = run.call(`damaged${n}-${call}`);
        expect(stderr, `of ${call}`).toMatch(broken);
        expect(stdout, `of ${call}`).not.toContain('left      nothing');
        expect(status, `of ${call}`).toBe(3);
      }
    }
  });
});
