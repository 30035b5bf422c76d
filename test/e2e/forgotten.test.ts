import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
BOOT=/proc/sys/kernel/random/boot_id
# As after another start: nothing is mounted, LVM has activated what it activates by itself, the id of the boot is another.
restart() {
  umount /run/holdstill/$1; pkill -f '^holdstill watches' ; vgchange -qq -an vg0; vgchange -qq -aay vg0
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
      $PRE thin >/dev/null; restart thin
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
  }, 200_000);

  test('is not active where it is thin, so nothing can take it for its origin, and goes as any other', () => {
    expect(run.stdout).toBe('active .\n');
    expect(run.call('thin-status').stdout).toMatch(
      /^thin {2}rebooted .*\n.*\n.*is not active since the machine was started/,
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
