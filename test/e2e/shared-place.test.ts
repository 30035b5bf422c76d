import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('image files and subvolumes in a place where others may write', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      image() { truncate -s 8M "$1"; mkfs.ext4 -q -F "$1"; mount -o loop "$1" /mnt; echo "this is $2" >/mnt/name; umount /mnt; }
      mkdir -p /srv/images/{good,empty,$'odd\xff',vault}/disks
      rmdir /srv/images/empty/disks
      image /srv/images/good/disks/a.img a; image /srv/images/vault/secret.raw secret; cp /srv/images/good/disks/a.img /srv/images/$'odd\xff'/disks/b.img
      cd /srv/images/good/disks
      ln -s a.img alias.img; ln -s loop.img loop.img; ln -s /dev/vg0/disk disk.img; ln -s ../../vault/secret.raw planted.img; chown -h 1000 planted.img; cd /
      for name in own bob; do btrfs -q subvolume create /srv/cow/$name; echo $name >/srv/cow/$name/name; done
      configure <<'Y'
tasks:
  images: {file: '/srv/images/*/disks/*.img'}
  strict: {file: '/srv/images/*/disks/*.img', skip: error}
  one: {file: /srv/images/good/disks/a.img}
  own: {subvolume: /srv/cow/own}
Y
      sync; mark
      for task in images strict; do call $task $PRE $task; (cd /run/holdstill/$task 2>/dev/null && cat */disks/*/name); $POST $task >/dev/null; same $task; done

      # before TOOL WORD COMMAND: once, when the tool is called with that word
      before() {
        path=$(realpath "$(type -P $1)"); mkdir -p /run/real; mv $path /run/real/$1
        printf '#!/bin/bash\nif [[ " $* " = *" %s "* && ! -e /run/done ]]; then : >/run/done; %s; fi\nexec /run/real/%s "$@"\n' "$2" "$3" $1 >$path; chmod 755 $path
      }
      after() { mv -f /run/real/$1 $path; rm -f /run/done; }

      # the image is not the one that was found, in the middle of the snapshot: what is shown is what was found
      before cp --reflink=always 'mv /srv/images/good/disks/a.img /srv/images/kept; ln -s /srv/images/vault/secret.raw /srv/images/good/disks/a.img'
      call one $PRE one; cat /run/holdstill/one/name; call one-post $POST one; after cp; mv /srv/images/kept /srv/images/good/disks/a.img; same one

      # a link to a subvolume of somebody else is in the place of the snapshot when it is deleted
      call own $PRE own; S=$(echo /srv/cow/own/.hs.*/*); D=$(dirname $S)
      before btrfs delete "mv $S $D/kept; ln -s /srv/cow/bob $S"
      call own-post $POST own; after btrfs; ls -d $D/kept 2>/dev/null; cat /srv/cow/bob/name; rm $S; call own-again $POST own; same own

      # changed behind our back, and as it was again
      $PRE own >/dev/null; S=$(echo /srv/cow/own/.hs.*/*); btrfs property set $S ro false; echo more >$S/more; btrfs property set $S ro true; call changed $POST own; same changed
      $PRE one >/dev/null; truncate -s 1M /srv/images/good/disks/.hs.*; call cut $POST one; same cut

      # what no journal lists
      cp /srv/images/good/disks/a.img /srv/images/good/disks/.hs.0badcafe.0.a.img; btrfs -q subvolume snapshot -r /srv/cow/bob /srv/cow/bob/.hs.0badcafe.0.bob
      call status $HOLDSTILL status
      rm /srv/images/good/disks/.hs.0badcafe.0.a.img; btrfs -q subvolume delete /srv/cow/bob/.hs.*; call quiet $HOLDSTILL status`,
      {
        world: 'vg vg0 520M\n  lv images 320M xfs /srv/images\n  lv cow 130M btrfs /srv/cow\n  lv disk 8M raw',
        timeoutMs: 200_000,
      },
    );
  }, 600_000);

  test('nobody but root can lead us elsewhere by a link; what is left out is told', () => {
    const { stdout, stderr, status } = run.call('images');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/skipped +and \d+ more/);
    const { stderr: why } = run.call('strict');
    expect(run.call('strict').status).toBe(1);
    for (const reason of [
      /planted\.img: is a link that belongs to user 1000/,
      /loop\.img: can't be looked at: too many symbolic links/,
      /disk\.img: is a block device/,
      /odd.*: has a name that is not UTF-8/,
    ]) {
      expect(why).toMatch(reason);
    }
  });

  test('an image is read from the file that was found, whatever its name leads to by then', () => {
    expect(run.call('one')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).not.toContain('this is secret');
    expect(run.call('one-post').stdout).toMatch(/nothing is left/);
  });

  test('a subvolume is deleted by its number: that of somebody else stays', () => {
    expect(run.stdout).toBe('this is a\nthis is a\nbob\n');
    expect(run.call('own-again').stdout).toContain('nothing is left');
  });

  test('a snapshot that was changed is bad, though it is read-only again', () => {
    expect(run.call('changed').stdout).toMatch(/BAD: .*was made writable, and may have been changed/);
    expect(run.call('cut').stdout).toMatch(/BAD: .*was made larger or smaller/);
  });

  test('status reports snapshots that no journal lists', () => {
    expect(run.call('status').stdout).toMatch(
      /\.hs\.0badcafe\.0\.a\.img has the mark of holdstill, but no journal lists it.*: rm /,
    );
    expect(run.call('status').stdout).toMatch(
      /bob\/\.hs\.0badcafe\.0\.bob in the btrfs at .*: btrfs subvolume delete --subvolid \d+ /,
    );
    expect(run.call('quiet').stdout).not.toContain('no journal lists');
  });
});
