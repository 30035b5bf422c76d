import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('snapshots of subvolumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      umount /srv/cow; mount /dev/vg0/cow /srv/cow
      for name in own bob archive; do btrfs -q subvolume create /srv/cow/$name; echo "this is $name" >/srv/cow/$name/name; done
      mkdir /srv/cow/own/docs; echo secret >/srv/cow/own/docs/f; chown 1000 /srv/cow/own; chmod 755 /srv/cow/own /srv/cow/own/docs; chmod 644 /srv/cow/own/docs/f
      sync; btrfs property set /srv/cow/archive ro true; mkdir /srv/alone /srv/locked
      configure <<'Y'
tasks:
  own: {subvolume: /srv/cow/own}
  again: /srv/cow/own/docs
  archive: {subvolume: /srv/cow/archive}
  alone: {subvolume: /srv/alone}
  locked: {subvolume: /srv/locked}
Y
      mark
      as() { setpriv --reuid=$1 --clear-groups -- "${'$'}{@:2}" 2>/dev/null; }
      # before TOOL WORD COMMAND: once, when the tool is called with that word; each is a script until after.
      path=$(realpath "$(type -P btrfs)"); mkdir /run/real; mv $path /run/real/btrfs
      printf '#!/bin/bash\n. /run/before\nexec /run/real/btrfs "$@"\n' >$path; chmod 755 $path; : >/run/before
      before() { printf 'if [[ " $* " = *" %s "* ]]; then : >/run/before; %s; fi\n' "$1" "$2" >/run/before; }
      D() { echo /srv/cow/own/.hs.*; }

      # who may enter the subvolume sees nothing of the past, not even who owns it
      call own $PRE own; chmod 600 /srv/cow/own/docs/f
      for user in 1000 65534; do as $user find /srv/cow -name f -exec cat {} +; as $user ls -d /srv/cow/own/.hs.*/*; done
      ls -A /run/holdstill/own; cat /run/holdstill/own/docs/f; stat -c '%a %u' $(D)
      call again $PRE again; cat /run/holdstill/again/f; call again-post $POST again; call own-post $POST own; chmod 644 /srv/cow/own/docs/f; same 'own and again'

      # read-only ones: below a subvolume that is not, mounted alone, and where nothing else is mounted
      call archive $PRE archive; cat /run/holdstill/archive/name; ls -d /srv/cow/.hs.*/*; call archive-post $POST archive; same archive
      mount -o subvol=archive /dev/vg0/cow /srv/alone; call alone $PRE alone; cat /run/holdstill/alone/name; call alone-post $POST alone
      mount -o subvol=own /dev/vg0/cow /srv/locked; mount -o remount,bind,ro /srv/locked; call locked $PRE locked; cat /run/holdstill/locked/name; call locked-post $POST locked
      umount /srv/cow; call alone-only $PRE alone; call locked-only $PRE locked; umount /srv/alone /srv/locked; mount /dev/vg0/cow /srv/cow
      rmdir /srv/alone /srv/locked; mkdir /srv/alone /srv/locked; same 'read-only ones'

      # the owner puts a directory of his own in the place of ours; before the snapshot, and before it is deleted
      before snapshot 'mv /srv/cow/own/.hs.* /srv/cow/own/kept; d=$(basename "$(dirname "${'$'}{!#}")"); mkdir -m 777 /srv/cow/own/$d; chown 1000 /srv/cow/own/$d'
      call swapped $PRE own; ls -A $(D); rmdir $(D); rmdir /srv/cow/own/kept; call swapped-again $HOLDSTILL recover own; same swapped
      $PRE own >/dev/null; d=$(D); mv $d /srv/cow/own/kept; ln -s /srv/cow/bob $d
      call moved $POST own; cat /srv/cow/bob/name; rm $d; mv /srv/cow/own/kept $d; call moved-back $POST own; same moved
      $PRE own >/dev/null; touch $(D)/file; call full $POST own; rm $(D)/file; call full-again $POST own; same full

      # killed before the snapshot, and before it was noted; the file system is away
      before snapshot 'kill -9 $PPID; exit 1'; $PRE own 2>/dev/null; call killed $HOLDSTILL recover; same killed
      $PRE own >/dev/null; edit_journal /var/lib/holdstill/own.journal -e '/"opened"/d' -e '/"learned"/d'; call unnoted $HOLDSTILL recover; same unnoted
      $PRE own >/dev/null; umount /run/holdstill/own /srv/cow; call away $POST own; mount /dev/vg0/cow /srv/cow; call back $HOLDSTILL recover; same away

      # as version 0.1.0 noted it
      $PRE own >/dev/null; d=$(D); umount /run/holdstill/own; btrfs subvolume delete $d/0.own >/dev/null; rmdir $d; btrfs subvolume snapshot -r /srv/cow/own $d.0.own >/dev/null
      edit_journal /var/lib/holdstill/own.journal -e '/"btrfs-directory"/d' -e '/"learned":{"uuid"/d' -e 's/"within":"[^"]*","withinUuid":"[^"]*",//' -e 's,/0\.own",.0.own",'
      grep -c withinUuid /var/lib/holdstill/own.journal; call old $POST own; same old

      # an emulation of btrfs-progs 5.4, by what its options are
      printf '%s\n' 'if [[ " $* " = *" --subvolid "* || " $* " = *" --uuid "* ]]; then echo "btrfs: unrecognized option" >&2; exit 1; fi' \
        'if [[ $* = *delete\ --help ]]; then /run/real/btrfs "$@" | grep -v subvolid; exit 0; fi' >/run/before
      call old-plan $HOLDSTILL plan own; call old-tools $PRE own; call old-tools-post $POST own; same 'old tools'
      $PRE own >/dev/null; d=$(D); btrfs subvolume snapshot -r /srv/cow/bob /srv/cow/bob/0.own >/dev/null; mv $d /srv/cow/own/kept; ln -s /srv/cow/bob $d
      call old-moved $POST own; rm $d; mv /srv/cow/own/kept $d; call old-back $POST own; btrfs subvolume delete /srv/cow/bob/0.own >/dev/null; same 'old tools, moved'
      : >/run/before; mv -f /run/real/btrfs $path

      mkdir -m 700 /srv/cow/bob/.hs.0badcafe; btrfs -q subvolume snapshot -r /srv/cow/bob /srv/cow/bob/.hs.0badcafe/0.bob; call stray $HOLDSTILL status
      sed -n 's/.*no journal lists it; [^:]*: //p' "$LAB/stray.out" | bash >/dev/null; same stray`,
      { world: 'vg vg0 200M\n  lv cow 130M btrfs /srv/cow', timeoutMs: 300_000 },
    );
  }, 600_000);

  test('are seen by nobody but root, and hold what the subvolume held', () => {
    expect(
      run.stdout
        .replaceAll(/\.hs\.[0-9a-f]{8}/g, '.hs.RUN')
        .trim()
        .split('\n'),
    ).toEqual([
      'docs',
      'name',
      'secret',
      '700 0',
      'secret',
      'this is archive',
      '/srv/cow/.hs.RUN/0.archive',
      'this is archive',
      'this is own',
      'this is bob',
      '0',
    ]);
  });

  test('of a read-only one lie in another one of its file system', () => {
    for (const name of ['own', 'again', 'archive', 'alone', 'locked']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('alone-only').stderr).toMatch(
      /the subvolume \/srv\/alone is read-only, .*mount -o subvolid=5 \/dev\/.*cow DIRECTORY/,
    );
    expect(run.call('locked-only').stderr).toMatch(/\/srv\/locked is mounted read-only, /);
  });

  test('are not taken where somebody put a directory of his own, and are told where he moved ours', () => {
    expect(run.call('swapped')).toMatchObject({ status: 3 });
    expect(run.call('swapped').stderr).toMatch(
      /somebody replaced .*directory .* \(it is not the directory that was made\)/,
    );
    // What was read is good, whatever its place is called now.
    expect(run.call('moved').stdout).toMatch(/verdict +good/);
    expect(run.call('moved').stdout).toMatch(
      /left +snapshot .*: somebody renamed it: seen from \/srv\/cow\/own it is kept\/0\.own/,
    );
    expect(run.call('moved').stdout).toMatch(/left +directory .*\.hs\.\w+: still needed by snapshot/);
    expect(run.call('full').stdout).toMatch(/left +directory .*\.hs\.\w+: it is not empty/);
    for (const name of ['swapped-again', 'moved-back', 'full-again']) {
      expect(run.call(name).stdout, `of ${name}`).toContain('nothing is left');
    }
  });

  test('are removed after a crash, when their file system is back, and as version 0.1.0 noted them', () => {
    for (const name of ['killed', 'unnoted', 'back', 'old']) {
      expect(run.call(name).stdout, `of ${name}`).toContain('nothing is left');
    }
    expect(run.call('away').stdout).toMatch(
      /left +snapshot .*: subvolume \/srv\/cow\/own is not there: is it mounted\?/,
    );
  });

  test('are deleted by their paths where btrfs-progs can do no more', () => {
    expect(run.call('old-plan').stdout).toContain('btrfs-progs before 5.6');
    for (const name of ['old-tools', 'old-tools-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('old-moved').stdout).toMatch(
      /left +snapshot .*: something of this name is there, but not the snapshot/,
    );
    expect(run.call('old-back').stdout).toContain('nothing is left');
  });

  test('are reported where no journal lists them', () => {
    expect(run.call('stray').stdout).toMatch(
      /^snapshot bob\/\.hs\.0badcafe\/0\.bob in the btrfs at .*: btrfs subvolume delete --subvolid \d+ .* && rmdir \/srv\/cow\/bob\/\.hs\.0badcafe$/m,
    );
  });
});
