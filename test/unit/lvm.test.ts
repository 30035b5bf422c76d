import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Exec, Finished } from '../../src/system/command.ts';
import { whyLost } from '../../src/providers/lvm/health.ts';
import { parseLosses } from '../../src/system/kernel/kmsg.ts';
import { fallsUnder, readOnlyVolumes } from '../../src/system/tools/lvmconf.ts';
import { parseLocks } from '../../src/system/kernel/locks.ts';
import { lvsOf, parseReport, readLvs, vgs } from '../../src/system/tools/lvs.ts';
import { complaintsOf, refusalOf } from '../../src/system/tools/lvmrefusal.ts';
import { unhurried } from '../prober.ts';

/** An emulation of `lvm`: says what the lab's one (2.03.16) said, by the name of the command. */
function lvmThatSays(answers: Readonly<Record<string, Partial<Finished>>>): Exec {
  return {
    ...unhurried,
    run: ({ argv: [name = ''], parse }) =>
      Promise.resolve().then(() => parse({ status: 0, stdout: '', stderr: '', ...answers[name] })),
  };
}

const report = fs.readFileSync(path.join(import.meta.dirname, '../fixtures/lvs-2.03.16.report.txt'), 'utf8');

describe('a report', () => {
  test('of nothing at all lists no LVs', async () => {
    expect(await readLvs(lvmThatSays({}))).toEqual([]);
  });

  test.each([
    ['json', '  {\n      "report": [\n          {"lv": [ {"vg_name":"vg0"} ]}\n      ]\n  }\n'],
    ['a prefix', report.replace(/^ +/gm, 'lvm: ')],
    ['columns as rows', "  LVM2_VG_NAME='vg0' LVM2_VG_NAME='vg0'\n  LVM2_LV_NAME='a' LVM2_LV_NAME='b'\n"],
  ])('in another form is never no LVs: %s', async (_, stdout) => {
    await expect(readLvs(lvmThatSays({ lvs: { stdout } }))).rejects.toThrow(/LVM's report can't be read/);
  });

  test('of nothing, with a complaint, is never no LVs', async () => {
    const stderr = '  /proc/lock: mkdir failed: No such file or directory\n  File locking initialisation failed.\n';
    const exec = lvmThatSays({ lvs: { status: 5, stderr }, vgs: { status: 5, stderr } });
    await expect(readLvs(exec)).rejects.toThrow(/can't be read: \/proc\/lock: mkdir failed.*global\/locking_dir/);
    await expect(exec.run(vgs())).rejects.toThrow(/can't be read/);
  });

  test('beside which another VG is complained of is read', async () => {
    const stderr = '  Cannot access VG vg9 with system ID other with unknown local system ID.\n';
    expect(await readLvs(lvmThatSays({ lvs: { status: 5, stdout: report, stderr } }))).toHaveLength(8);
  });

  test('of one VG that is refused says why', async () => {
    const exec = lvmThatSays({ lvs: { status: 5, stderr: '  Volume group vg0 is exported\n' } });
    await expect(exec.run(lvsOf('vg0'))).rejects.toThrow(/vg0 can't be read: Volume group vg0 is exported; .*vgimport/);
  });

  // Texts of lvm2 2.02.98 by its source, as Oracle VM 3 has it; never run here.
  test('that an older LVM can not give: said by its version', async () => {
    const lvs = { status: 3, stderr: '  Unrecognised field: lv_layout\n' };
    const version = (of: string) => ({ stdout: `  LVM version:     ${of}\n  Library version: 1.02.77 (2012-10-15)\n` });
    const old = lvmThatSays({ lvs, version: version('2.02.98(2) (2012-10-15)') });
    await expect(readLvs(old)).rejects.toThrow('LVM 2.02.98 is too old: holdstill needs 2.02.171 or later');
    for (const known of ['2.02.171(2)-RHEL7', '2.02.187(2)', '2.03.16(2)']) {
      await expect(readLvs(lvmThatSays({ lvs, version: version(known) }))).rejects.toThrow(/Unrecognised field/);
    }
  });
});

describe('why LVM refused', () => {
  // What lvm2 2.03.16 printed in the lab for an lvcreate of ours.
  test.each([
    [
      'volume_list',
      '  Volume vg0/hs.k is not active locally (volume_list activation filter?).\n  Aborting. Failed to wipe snapshot exception store.\n',
      /volume_list/,
      /@holdstill/,
    ],
    [
      'a missing disk',
      "  WARNING: Couldn't find device with uuid Jnnwfg-MOGF-dcgF-eDwa-ekmt-FgjH-JJr1fW.\n" +
        '  WARNING: VG vg0 is missing PV Jnnwfg-MOGF-dcgF-eDwa-ekmt-FgjH-JJr1fW (last written to /dev/loop1).\n' +
        '  Cannot change VG vg0 while PVs are missing.\n  See vgreduce --removemissing and vgextend --restoremissing.\n' +
        '  Cannot process volume group vg0\n',
      /^Cannot change VG vg0 while PVs are missing$/,
      /vgextend --restoremissing vg0/,
    ],
    [
      'a disk twice',
      '  WARNING: Not using device /dev/loop2 for PV Jnnwfg.\n  Cannot update volume group vg0 with duplicate PV devices.\n',
      /duplicate/,
      /pvs --all/,
    ],
    [
      'no module',
      'modprobe: FATAL: Module dm-snapshot not found in directory /lib/modules/6.1\n    /sbin/modprobe failed: 1\n' +
        "  snapshot: Required device-mapper target(s) not detected in your kernel.\n  Run `lvcreate --help' for more information.\n",
      /^snapshot: Required/,
      /modprobe dm-snapshot/,
    ],
    [
      'test mode',
      '  TEST MODE: Metadata will NOT be updated and volumes will not be (de)activated.\n',
      /TEST MODE/,
      /global\/test/,
    ],
    [
      'nothing known',
      '  WARNING: odd\n  Snapshots of snapshots are not supported.\n  Aborting. Bye.\n',
      /^Snapshots of/,
      /^$/,
    ],
    ['a warning only', '  WARNING: odd\n', /^WARNING: odd$/, /^$/],
  ])('%s', (_, stderr, why, hint) => {
    const refusal = refusalOf(complaintsOf({ stdout: '', stderr }));
    expect(refusal?.why).toMatch(why);
    expect(refusal?.hint).toMatch(hint);
    expect(refusal?.hint).not.toMatch(/removemissing|remove|force/);
  });

  test.each([
    ['log/prefix', { stdout: '', stderr: 'lvm: Snapshots of snapshots are not supported.\n' }],
    ['log/command_names', { stdout: '', stderr: 'lvcreate  Snapshots of snapshots are not supported.\n' }],
    [
      'log/verbose',
      { stdout: '', stderr: `${'  Setting x to y\n'.repeat(200)}  Snapshots of snapshots are not supported.\n` },
    ],
    [
      'log/report_command_log',
      {
        stdout: '    1 error   processing vg      vg0   Snapshots of snapshots are not supported.   -1  0\n',
        stderr: '',
      },
    ],
    [
      'the same as JSON',
      {
        stdout:
          '{"log_seq_num":"1", "log_type":"error", "log_message":"Snapshots of \\"a\\" are not supported.", "log_errno":"-1"},\n',
        stderr: '',
      },
    ],
  ])('is found under %s', (_, finished) => {
    const { why = '' } = refusalOf(complaintsOf(finished)) ?? {};
    expect(why).toMatch(/Snapshots of .* are not supported/);
  });

  test('nothing was said', () => expect(refusalOf([])).toBeUndefined());
});

// What Linux 6.1 wrote to its log in the lab when a snapshot had no room, and what dm-snap.c writes after an I/O error.
const FULL = '3,412,35800000,-;device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception.\n';
const BROKEN = '3,413,35900000,-;device-mapper: snapshots: Invalidating snapshot: Error reading/writing.\n';
const MIB = 1024 * 1024;

describe('why a snapshot is lost', () => {
  test.each([
    ['no room', FULL, false, /^snapshot overflowed \(20.0 MiB were not enough\): set a larger 'size', or size: full$/],
    ['a disk', BROKEN, false, /^snapshot lost \(20.0 MiB\) by an error of the disk/],
    [
      'one of both, of several snapshots',
      FULL + BROKEN,
      false,
      /^snapshot overflowed .*; or it was an error of the disk/,
    ],
    ['a log that says nothing', '', false, /^snapshot overflowed .*; or it was an error of the disk/],
  ])('%s', (_, log, full, text) => expect(whyLost(20 * MIB, full, parseLosses(log))).toMatch(text));

  test('one with room for all is never called full, and no message says to make it larger', () => {
    for (const log of [FULL, BROKEN, FULL + BROKEN, '']) {
      expect(whyLost(20 * MIB, true, parseLosses(log))).not.toMatch(/overflowed|size|full/);
    }
  });
});

test('who waits for whose lock is read from /proc/locks and fdinfo', () => {
  const locks =
    '1: FLOCK  ADVISORY  READ 243 00:18:36 0 EOF\n2: FLOCK  ADVISORY  WRITE 240 00:18:34 0 EOF\n2: -> FLOCK  ADVISORY  READ 243 00:18:34 0 EOF\n';
  expect(parseLocks(locks)).toEqual([
    { pid: '243', inode: '00:18:36', waits: false },
    { pid: '240', inode: '00:18:34', waits: false },
    { pid: '243', inode: '00:18:34', waits: true },
  ]);
  const fdinfo = 'pos:\t0\nflags:\t02100000\nmnt_id:\t25\nlock:\t1: FLOCK  ADVISORY  WRITE 240 00:18:34 0 EOF\n';
  expect(parseLocks(fdinfo)).toEqual([{ pid: '240', inode: '00:18:34', waits: false }]);
  expect(parseLocks('')).toEqual([]);
});

describe('what lvm.conf makes read-only', () => {
  const [row] = parseReport({ stdout: report });
  const read = (stdout: string) => readOnlyVolumes().parse({ status: 0, stdout, stderr: '' });

  test.each([
    ['read_only_volume_list="system"', true],
    ['read_only_volume_list=["other","system/disk"]', true],
    ['read_only_volume_list=["system/diskette","syste","@tag"]', false],
    ['', false],
  ])('%s', (said, falls) => expect(row && fallsUnder(read(`${said}\n`), row)).toBe(falls));

  test('by a tag of the LV or of its VG', () => {
    const tagged = row && { ...row, vgTags: ['shared'] };
    expect(tagged && [['@shared'], ['@*'], ['@other']].map((list) => fallsUnder(list, tagged))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
