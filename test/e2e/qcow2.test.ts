import { beforeAll, expect, test } from 'vitest';
import { kvmGuest, kvmHost } from '../kvm/bed.ts';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const HOST = { world: 'vg vg0 700M\n  lv images 500M xfs /srv/images', extra: 'libvirt', timeoutMs: 500_000 } as const;

describeLab('guests that are off, with disks in qcow2', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/qcow2.bash', HOST);
  }, 900_000);

  test('nothing is left but what is said, and all that showed an image ends', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout).toBe('plain\ntop\nmiddle\nit has no network\n');
  });

  test('plan tells how it would be shown', () => {
    const said = run.call('plan').stdout;
    expect(said).toMatch(/off\/vda {2}unknown: can be looked into only when the task is opened/);
    expect(said).toContain('"node-name":"layer0","driver":"qcow2","file":"file0","read-only":false,"backing":"layer1"');
    expect(said).toContain('↩  pkill -f type=fuse,id=hs.xxxxxxxx.1');
  });

  test('one alone and one on two others are mounted, also confined', () => {
    for (const name of ['off', 'hostile']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(name).stdout).toMatch(new RegExp(`mount +/run/holdstill/${name}/vdb {2}ext4, read-only`));
      expect(run.call(`${name}-post`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout).toMatch(/good: 2 snapshots[^]*removed +2 mounts, 2 snapshots; nothing/);
    }
    expect(run.call('status').stdout).toMatch(/2 × point, 2 × image/);
  });

  test('what the definition does not name is not read, and what can not be shown is told', () => {
    expect(run.call('strict').status).toBe(1);
    const said = run.call('strict').stderr;
    for (const why of [
      "vdb is a qcow2 image that names /srv/images/mid.qcow2 below it, and the guest's definition does not; start the guest",
      "vdc is a qcow2 image that names /run/secret below it, and the guest's definition does not",
      "vdd is a qcow2 image that names /srv/images/plain.qcow2 below it, and the guest's definition has /srv/images/base.qcow2 there",
      'vde is a qcow2 image that names json:{',
      'vdf is a qcow2 image that names nbd://127.0.0.1:10809 below it, which is no path of this host',
      'vdg is a qcow2 image whose data are in another file (data_file)',
      'vdh is a qcow2 image that QEMU has encrypted',
      'vdi is a qcow2 image that QEMU has marked as corrupt',
      'vdj is a file on tmpfs',
      'vdk is not in the format qcow2, as the definition says',
      "vdl is a whole image, though the guest's definition has /srv/images/base.qcow2 below it",
      "vdm /srv/images/gone.qcow2 can't be found",
    ]) {
      expect(said).toContain(`bad/${why}`);
    }
  });

  test('who reads what is shown keeps it, and nothing else', () => {
    expect(run.call('reader').status).toBe(3);
    expect(run.call('reader').stdout).toMatch(
      /left +qemu-storage-daemon \(\d+\), which shows .*: in use by \/dev\/loop\d+/,
    );
    expect(run.call('reader').stdout.match(/^ +left /gm)).toHaveLength(4);
    expect(run.call('reader-gone').stdout).toMatch(/nothing is left/);
  });

  test('what no journal lists is reported', () => {
    expect(run.call('stray').status).toBe(3);
    const shown = /qemu-storage-daemon \(\d+\), which shows \/run\/holdstill\/\.image\.[0-9a-f]{8}\.[01] has the mark/g;
    expect(run.call('stray').stdout.replace(/\s+/g, ' ').match(shown)).toHaveLength(2);
  });

  test('a layer below that is written to makes the backup bad', () => {
    expect(run.call('below').status).toBe(5);
    expect(run.call('below').stderr).toContain('off/vdb: /srv/images/base.qcow2, which lies below it, was written to');
  });

  test('one that has opened another file than the layers is ended, and pre fails', () => {
    expect(run.call('more').status).toBe(1);
    expect(run.call('more').stdout).toMatch(
      /off\/vda: it has other files open than the layers[^]*left +nothing of holdstill/,
    );
  });

  test('without the tool, or with one that has no FUSE, it says what would help', () => {
    expect(run.call('no-fuse').stderr).toMatch(/off\/vda .* was built without FUSE/);
    expect(run.call('without').stderr).toContain(
      'needs qemu-storage-daemon (type: apt-get install qemu-system-common)',
    );
  });
});

describeLab('a guest that runs, with disks in qcow2', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/qcow2-running.bash', HOST);
  }, 900_000);

  test('a pause brings into the file what QEMU had in its memory; the layers are those that libvirt found', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout.trim().split(/\s*\n\s*/)).toEqual([
      'nothing of it is in the file',
      'from within',
      'top',
      'running',
    ]);
    expect(run.call('running').stdout).toMatch(/cut +at rest [\d.]+ s by a pause {2}grade crash/);
  });

  test('what shows an image is killed: bad, and nothing is left', () => {
    const why = /running\/hda: qemu-storage-daemon \(\d+\), which showed what is in its snapshot, ended while the task/;
    expect(run.call('killed-status').status).toBe(5);
    expect(run.call('killed-status').stdout).toMatch(why);
    expect(run.call('killed').status).toBe(5);
    expect(run.call('killed').stdout).toMatch(why);
    expect(run.call('killed').stdout).toMatch(/removed +2 mounts, 2 snapshots; nothing is left/);
  });
});

describeLab('a guest that runs Linux, with disks in qcow2', () => {
  let run: LabRun;
  beforeAll(async () => {
    const values = { KVM: await kvmGuest() };
    const world = `${kvmHost.world.replace('300M', '900M')}\n  lv images 500M xfs /srv/images`;
    run = await scenario('test/e2e/qcow2-linux.bash', { ...kvmHost, world, values, timeoutMs: 500_000 });
  }, 900_000);

  test('what its file systems have in their journals comes into the snapshots, and these are of one instant if it rested', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    const said = run.stdout.trim().split('\n');
    expect(said).toEqual(
      ['agent', 'pause']
        .map((name): unknown => expect.stringMatching(`^${name}: .*step=[01] bad=$`))
        .concat(expect.stringMatching(/^live: a=\d+ b=\d+/)),
    );
    for (const name of ['agent', 'pause', 'live']) {
      expect(run.call(`${name}-status`).status).toBe(0);
      expect(run.call(`${name}-post`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout).toMatch(/good: 2 snapshots[^]*nothing is left/);
    }
  });
});

describeLab('kill -9 around the start of what shows an image', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/qcow2-killed.bash', HOST);
  }, 900_000);

  test('recover leaves no process, no mount and no file, also where it can not be started', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    const [moments, ...said] = run.stdout.trim().split('\n');
    expect(moments).toMatch(/^of \d+ moments: qemu-storage-daemon$/);
    expect(said.filter((line) => !/^ {2}|^holdstill: /.test(line))).toEqual([
      ...['status', 'killed', 'done-killed'].map((how) => `${how}: status 1, holdstill 0.1.0 pre  off`),
      '--scope --quiet',
    ]);
    expect(said.filter((line) => line.includes('left '))).toEqual(Array(3).fill('  left      nothing of holdstill'));
  });
});
