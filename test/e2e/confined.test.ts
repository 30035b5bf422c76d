import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

/** Readers of what is hostile, and what each of them may do: the bits of capabilities(7). */
const READ_ANY_FILE = 1 << 2;
const [SET_GID, SYS_ADMIN] = [1 << 6, 1 << 21];
const IPC_LOCK = 1 << 14;
const READERS = { uid: 65_533, rights: READ_ANY_FILE };
const WRITERS = { uid: 0, rights: 0 };
const SHOWERS = { uid: 0, rights: SET_GID | SYS_ADMIN };
const EXPECTED: Readonly<Record<string, { readonly uid: number; readonly rights: number }>> = {
  blkid: READERS,
  partx: READERS,
  e2fsck: WRITERS,
  'ntfs-3g.probe': WRITERS,
  ntfsfix: WRITERS,
  cryptsetup: { uid: 0, rights: IPC_LOCK },
  'fuse2fs of ext': SHOWERS,
  'mount.ntfs-3g of win': SHOWERS,
  // The kernel keeps 15 bytes of a name.
  'mount.exfat-fus of card': SHOWERS,
};

describeLab('programs that read what is hostile', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      # What FreeBSD has in it is for partx to tell.
      printf 'label: dos\nstart=2048, size=16384\nsize=2048, type=a5\n' | sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/disk 8M
      (umask 077; printf secret >/etc/holdstill.key)
      cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 /dev/vg0/locked /etc/holdstill.key
      cryptsetup open --key-file /etc/holdstill.key /dev/vg0/locked locked; mkfs.ext4 -q /dev/mapper/locked; dmsetup remove --retry locked
      configure <<'Y'
tasks:
  ext: {lv: vg0/ext, size: 8M, trust: hostile, check: true}
  win: {lv: vg0/win, size: 8M, trust: hostile, check: true}
  card: {lv: vg0/card, size: 8M, trust: hostile}
  disk: {lv: vg0/disk, size: 8M, trust: hostile}
  locked: {lv: vg0/locked, size: 8M, trust: hostile, keys: [/etc/holdstill.key]}
Y
      mark
      : >/run/rights; chmod 666 /run/rights
      rights() { { echo "$1"; cat /proc/$2/status; echo "net: $(readlink /proc/$2/ns/net)"; } >>/run/rights; }
      mkdir -p /run/real
      for tool in blkid partx e2fsck ntfs-3g.probe ntfsfix cryptsetup; do
        path=$(command -v $tool); mv $path /run/real/$tool
        cat >$path <<S
#!/bin/bash
case \$(tr '\0' ' ' </proc/\$PPID/cmdline) in *dist/* | holdstill*) { echo $tool; cat /proc/self/status; echo "net: \$(readlink /proc/self/ns/net)"; } >>/run/rights ;; esac
exec /run/real/$tool "\$@"
S
        chmod 755 $path
      done
      for task in ext win card disk locked; do
        call $task $PRE $task; ls /run/holdstill/$task* >/dev/null || echo "$task: can't be read"
        for pid in $(pgrep -f "fuse2fs|ntfs-3g|exfat-fuse"); do rights "$(ps -o comm= $pid) of $task" $pid; done
        call $task-post $POST $task; same $task
      done
      readlink /proc/self/ns/net >"$LAB/net"; cp /run/rights "$LAB/rights"
      mv /usr/bin/setpriv /run/real/; call without $PRE ext; call without-post $POST ext; same 'without setpriv'`,
      {
        world:
          'vg vg0 200M\n  lv ext 16M ext4\n  lv win 16M ntfs\n  lv card 16M exfat\n  lv disk 16M raw\n  lv locked 16M raw',
        modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'],
        timeoutMs: 300_000,
      },
    );
  }, 600_000);

  test('may do what they need, and nothing else', () => {
    expect(run.stdout).toBe('');
    for (const task of ['ext', 'win', 'card', 'disk', 'locked']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task).stdout, `of ${task}`).not.toContain('not confined');
      expect(run.call(`${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good[^]*nothing is left/);
    }
    const host = run.files('net').trim();
    const seen = new Map<string, { readonly uid: number; readonly rights: number }>();
    for (const [, name = '', text = ''] of run.files('rights').matchAll(/^([^:\n]+)\n(Name:[^]*?^net: .*$)/gm)) {
      const field = (key: string): string => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '';
      const [effective, bounding] = ['CapEff', 'CapBnd'].map((set) => Number.parseInt(field(set), 16));
      expect(bounding, `of ${name}, what it could come to have`).toBe(effective);
      expect(field('NoNewPrivs'), `of ${name}`).toBe('1');
      expect(field('net'), `of ${name}`).not.toBe(host);
      seen.set(name, { uid: Number(field('Uid')), rights: effective ?? -1 });
    }
    expect(Object.fromEntries(seen)).toMatchObject(EXPECTED);
  });

  test('where they can not be confined, that is told', () => {
    expect(run.call('without')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('without').stdout).toMatch(
      /note +the programs that read what is hostile are not confined: there is no setpriv/,
    );
  });
});
