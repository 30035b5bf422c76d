import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

/** The kinds of LV that LVM takes a snapshot of, as `each` finds them in one VG; and those that it takes none of, and why. */
const taken = [
  'cached',
  'cachevol',
  'writecached',
  'raid1',
  'raid5',
  'striped',
  'mirrored',
  'readonly',
  'thin',
  'asleep',
];
const refused = {
  'thick-asleep': 'is not active on this host',
  integrity: 'is a RAID with integrity, of which LVM takes no snapshot',
  sparse: 'is a sparse volume that LVM keeps as a snapshot',
  pool: 'is a thin pool',
  still: 'is a thin pool',
} as const;

/** A plan, whatever the width it was written for. */
const flat = (plan: string): string => plan.replaceAll(/[│├└─\s]+/g, ' ');

describeLab('kinds of logical volumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      sed -i 's/ filter=[^}]*//' /etc/lvm/lvm.conf
      modprobe -a dm-cache dm-cache-smq dm-writecache dm-raid raid1 raid456 dm-mirror dm-integrity dm-zero
      for i in 1 2 3; do truncate -s 200M /dev/shm/more$i; losetup -f --show /dev/shm/more$i; done >/run/more
      vgcreate -qq vg1 $(</run/more) 2>/dev/null
      new() { local name=$1; shift; lvcreate -qq -y -n $name "$@" vg1 2>/dev/null; }
      fs() { mkfs.ext4 -q -F /dev/vg1/$1; mkdir -p /run/fs; mount /dev/vg1/$1 /run/fs; echo $1 >/run/fs/name; umount /run/fs; }
      new cached -L 16M; fs cached; new ssd --type cache-pool -L 12M; lvconvert -qq -y --type cache --cachepool vg1/ssd vg1/cached
      new cachevol -L 16M; fs cachevol; new fast -L 12M; lvconvert -qq -y --type cache --cachemode writeback --cachevol vg1/fast vg1/cachevol
      new writecached -L 16M; fs writecached; new fast2 -L 12M; lvchange -qq -an vg1/fast2; lvconvert -qq -y --type writecache --cachevol fast2 vg1/writecached
      new raid1 --type raid1 -m 1 -L 16M; new raid5 --type raid5 -i 2 -L 16M; new striped -i 2 -L 16M; new mirrored --type mirror -m 1 --mirrorlog core -L 16M
      new integrity --type raid1 -m 1 --raidintegrity y -L 8M; new sparse --type snapshot -L 8M -V 16M; new readonly -L 16M; new thick-asleep -L 16M
      for name in raid1 raid5 striped mirrored readonly; do fs $name; done; lvchange -qq -pr vg1/readonly; lvchange -qq -an vg1/thick-asleep
      lvcreate -qq -y -T -L 24M vg1/pool; lvcreate -qq -y -T -L 24M vg1/still
      lvcreate -qq -y -V 16M -T vg1/pool -n thin; lvcreate -qq -y -V 16M -T vg1/still -n asleep
      fs thin; fs asleep; lvchange -qq -an vg1/asleep; lvchange -qq -an vg1/still
      configure <<'Y'
tasks:
  each: {each: {lv: vg1/*}, size: 4M}
  strict: {each: {lv: vg1/*, exclude: [sparse, integrity]}, size: 4M, skip: error}
  one: {lv: vg1/asleep}
  mistyped: {lv: vg1/stripd}
  forced: {lv: vg0/data, size: 4M}
Y
      mark
      call plan $HOLDSTILL plan each; call pre $PRE each; for name in ${taken.join(' ')}; do cat /run/holdstill/each/$name/name; done
      call mistyped $PRE mistyped
      call post $POST each; same each; call strict $PRE strict; call one $PRE one; cat /run/holdstill/one/name; call one-post $POST one; same one
      echo 'activation { read_only_volume_list=["vg0"] }' >>/etc/lvm/lvm.conf; call forced $PRE forced; call forced-plan $HOLDSTILL plan forced
      sed -i '$d' /etc/lvm/lvm.conf; touch /srv/data/still-written && same forced`,
      { world: `vg vg0 40M\n  lv data 16M ext4 /srv/data`, timeoutMs: 240_000 },
    );
  }, 600_000);

  test('of each that LVM takes a snapshot of there is one, and all is as it was afterwards', () => {
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toBe([...taken, 'asleep', ''].join('\n'));
    expect(run.call('post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('which are thin is said of thin ones only', () => {
    expect(run.call('plan').status).toBe(0);
    for (const name of taken) {
      const how = name === 'thin' || name === 'asleep' ? 'thin, in pool' : 'room for';
      expect(flat(run.call('plan').stdout)).toContain(`snapshot hs.xxxxxxxx.${name}: ${how}`);
    }
  });

  test.each(Object.entries(refused))(
    'one that is not taken never costs the others, and is told: %s',
    (name, reason) => {
      expect(flat(run.call('plan').stdout)).toContain(`vg1/${name}: left out, it ${reason}`);
    },
  );

  test('one that may be missed in the backup is an error where that is asked for', () => {
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toMatch(/vg1\/thick-asleep: is not active on this host.*exclude/);
  });

  test('an inactive thin one is taken by its name, too', () => {
    expect(run.call('one')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('one-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('an LV of no such name: the nearest first, none of our snapshots, nothing hidden', () => {
    expect(run.call('mistyped').stderr).toMatch(/it has striped, /);
    expect(run.call('mistyped').stderr).not.toMatch(/hs\.|\[/);
  });

  test('one that lvm.conf would make read-only by our snapshot is refused before', () => {
    for (const name of ['forced', 'forced-plan']) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toMatch(
        /cannot take a snapshot of vg0\/data: it is made read-only by .*read_only_volume_list/,
      );
    }
  });
});
