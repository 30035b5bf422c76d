import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('what is left aside, and what may not be', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      mkfs.btrfs -q -f --mixed /dev/vg0/pair1 /dev/vg0/pair2 >/dev/null
      (umask 077; echo -n right >/run/right; echo -n wrong >/run/wrong)
      sfdisk -q --no-reread --no-tell-kernel /dev/vg0/sealed <<<$'label: dos\nstart=2048, size=8192\nstart=10240, size=40960'
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/sealed 4M
      loop=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/sealed)
      cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /run/right $loop; losetup -d $loop
      truncate -s 8M /srv/images/plain.raw; mkfs.ext4 -q -F /srv/images/plain.raw; cp /srv/images/plain.raw /srv/images/$'name\xff.raw'
      btrfs -q subvolume create /srv/cow/top; btrfs -q subvolume create /srv/cow/top/below; btrfs -q subvolume create /srv/cow/own; echo own >/srv/cow/own/name
      touch /srv/cow/busy.img; chattr +C /srv/cow/busy.img; dd if=/dev/urandom of=/srv/cow/busy.img bs=1M count=32 status=none
      sync
      configure <<'Y'
tasks:
  pair: {lv: vg0/pair1, size: 8M}
  sealed: {lv: vg0/sealed, size: 8M, keys: [/run/wrong]}
  asked: {lv: vg0/sealed, size: 8M, keys: [/run/wrong], partitions: [1, 2]}
  odd: {file: '/srv/images/*.raw'}
  plain: {file: /srv/images/plain.raw}
  strict: {file: '/srv/images/*.raw', skip: error}
  top: {subvolume: /srv/cow/top}
  own1: {subvolume: /srv/cow/own, skip: error}
  own2: {subvolume: /srv/cow/own, skip: error}
  busy: {file: /srv/cow/busy.img, copy: true}
Y
      mark
      for path in /srv/cow/own /srv/images/plain.raw /srv/images /proc /dev/vg0/sealed; do call "find$(tr / - <<<$path)" $HOLDSTILL find $path; done
      for task in pair sealed asked odd strict top; do call $task $PRE $task; $POST $task >/dev/null; same $task quickly; done
      call own1 $PRE own1; call own2 $PRE own2; cat /run/holdstill/own{1,2}/name; for task in own1 own2; do call $task-post $POST $task; done; same own quickly
      perl -MIO::Handle -e 'open my $f, "+<", shift or die $!; for (;;) { seek $f, 0, 0; print $f rand; $f->flush; select undef, undef, undef, 0.002 }' /srv/cow/busy.img & writer=$!
      call busy $PRE busy; kill $writer; wait $writer 2>/dev/null; same busy quickly
      # Between two commands somebody puts a link to a live volume, or to another directory, in the place of a snapshot.
      mkdir /run/real
      for tool in losetup mount; do
        path=$(realpath "$(type -P $tool)"); mv $path /run/real/$tool
        printf '#!/bin/bash\n[ ! -s /run/swap ] || for word; do case $word in */.hs.*) [ -L "$word" ] || { mv "$word" "${'$'}{word%%/*}/kept"; ln -s "$(</run/swap)" "$word"; };; esac; done\nexec /run/real/%s "$@"\n' $tool >$path
        chmod 755 $path
      done
      swapped() { # NAME LINK
        echo $2 >/run/swap; call swapped-$1 $PRE $1; : >/run/swap; losetup --noheadings -O BACK-FILE | grep sealed; findmnt -n /run/holdstill/$1
        kept=$(echo /srv/*/kept /srv/*/*/.hs.*/kept | tr ' ' '\n' | grep -v '[*]'); link=$(find ${'$'}{kept%/*} -maxdepth 1 -type l -name '*.own' -o -type l -name '.hs.*'); rm $link; mv $kept $link
        call cleared-$1 $HOLDSTILL recover $1; same swapped $1
      }
      swapped plain /dev/vg0/sealed; swapped own1 /srv/cow/top
      lvm=$(realpath "$(type -P lvm)"); mv $lvm /run/lvm; call plain $PRE plain; call plain-status $HOLDSTILL status; call plain-post $POST plain; call find-without $HOLDSTILL find /srv/images; mv /run/lvm $lvm; same plain quickly`,
      {
        world: `vg vg0 700M
  lv images 320M xfs /srv/images
  lv cow 160M btrfs /srv/cow
  lv pair1 32M raw
  lv pair2 32M raw
  lv sealed 28M raw`,
        modules: ['loop', 'dm-snapshot', 'dm-crypt'],
        timeoutMs: 200_000,
      },
    );
  }, 600_000);

  test('a btrfs of two disks, whose other one the kernel would take where it finds it', () => {
    expect(run.call('pair').status).toBe(1);
    expect(run.call('pair').stderr).toMatch(/vg0\/pair1: is one of 2 disks of a btrfs/);
  });

  test('what no key opens; an error where it is asked for by name', () => {
    expect(run.call('sealed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('sealed').stdout).toMatch(/skipped +vg0\/sealed\/p2: .*no key of the task opens it/);
    expect(run.call('asked').status).toBe(1);
    expect(run.call('asked').stderr).toMatch(
      /names something that cannot be saved.*vg0\/sealed\/p2: .*no key of the task opens it/,
    );
  });

  test('an image whose name is not UTF-8', () => {
    expect(run.call('odd')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('odd').stdout).toMatch(/skipped +\/srv\/images\/name.*: has a name that is not UTF-8/);
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toContain('has a name that is not UTF-8');
  });

  test('subvolumes below one; the snapshot of another task is nothing that anybody would miss', () => {
    expect(run.call('top').stdout).toMatch(/skipped +\/srv\/cow\/top\/below: is a subvolume of its own/);
    expect(run.stdout).toBe('own\nown\n');
    for (const name of ['own1', 'own2']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
    }
    expect(run.call('own2').stdout).toMatch(/skipped +\/srv\/cow\/own\/\.hs\..*: is a snapshot of holdstill/);
  });

  test('an image that is written to while it is copied', () => {
    expect(run.call('busy').status).toBe(1);
    expect(run.call('busy').stderr).toContain('/srv/cow/busy.img was written to while it was copied');
  });

  test('a host without LVM saves images', () => {
    expect(run.call('plain')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('plain-post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('plain-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
    expect(run.call('plain-status')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('find-without').stdout).toMatch(/lvm +no +lvm is not installed/);
  });

  test('what somebody puts in the place of a snapshot is not mounted, nor kept open', () => {
    for (const name of ['plain', 'own1']) {
      expect(run.call(`swapped-${name}`).status).not.toBe(0);
      expect(run.call(`swapped-${name}`).stderr).toContain('somebody replaced it');
      expect(run.call(`cleared-${name}`)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('find says which storage takes a path, and why the others do not', () => {
    expect(run.call('find-srv-cow-own').stdout).toMatch(/btrfs +yes +in the btrfs subvolume \/srv\/cow\/own/);
    expect(run.call('find-srv-images-plain.raw').stdout).toMatch(
      /file +yes +an image file on .*\(xfs, mounted at \/srv\/images\)/,
    );
    expect(run.call('find-srv-images').stdout).toMatch(/lvm +yes +on the logical volume vg0\/images/);
    expect(run.call('find-dev-vg0-sealed').stdout).toMatch(
      /lvm +yes +the logical volume vg0\/sealed; write lv: vg0\/sealed/,
    );
    for (const name of ['cow-own', 'images-plain.raw', 'images']) expect(run.call(`find-srv-${name}`).status).toBe(0);
    expect(run.call('find-proc').status).toBe(1);
    expect(run.call('find-proc').stdout).toMatch(
      /btrfs +no +[^]*lvm +no [^]*no storage here can take a snapshot of it/,
    );
  });
});
