import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const SOCKET = "libvirt does not answer: Failed to connect socket to '/var/run/libvirt/libvirt-sock-ro'";

describeLab('guests that are off', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/guests.bash', {
      world: `vg vg0 700M
  lv kvm1 36M mbr
    p1 1048576B+32M ext4
  lv kvm2 12M ext4
  pool tp 40M
    lv kvm3 12M ext4
  lv images 320M xfs /srv/images
  lv web1 12M ext4
  lv web2 12M ext4`,
      extra: 'libvirt',
      timeoutMs: 580_000,
    });
  }, 900_000);

  test('the script came to its end, and after each part the machine was as before', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout).not.toContain('the machine is not as it was');
  });

  test('libvirt does not run: what to type', () => {
    for (const name of ['stopped', 'stopped-plan']) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toContain(SOCKET);
      expect(run.call(name).stderr).toContain('type: systemctl start libvirtd');
    }
  });

  test('two LVs, a thin one and a file of one guest in one task, each shown in a directory of its target', () => {
    expect(run.call('plan').stdout).toContain('├─ guest kvmserv, off, 4 disks');
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    const said = run.call('pre').stdout;
    expect(said).toMatch(/^ {2}guest {5}kvmserv, off, 4 disks$/m);
    // The other mounts are looked into below.
    expect(said).toContain('mount     /run/holdstill/kvmserv/vda/p1  ext4, read-only');
    expect(said.split('\n').length).toBeLessThan(15);
    expect(run.stdout).toMatch(
      /^static tree of kvm1\/p1 is whole\nstatic tree of kvm2 is whole\nstatic tree of kvm3 is whole\nin a file\nvda\nvdb\nvdc\nvdd\n/,
    );
    expect(run.call('post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post').stdout).toMatch(
      /verdict +good: 4 snapshots[^]*removed +4 mounts, 4 snapshots; nothing is left/,
    );
  });

  test('chosen disks, and a connection that is named', () => {
    expect(run.call('again').stdout).toContain('ready');
    expect(run.call('again').stdout).toMatch(/skipped +kvmserv\/vda: is left out by 'disks' or 'exclude'/);
    expect(run.call('again-post').stdout).toMatch(/removed +1 mount, 1 snapshot; nothing is left/);
    expect(run.stdout).toMatch(/vdd\nvdb\n/);
  });

  test('guests that match a pattern, but for those that are excluded', () => {
    expect(run.call('web').stdout).toMatch(/guest +web-1, off, 1 disk; web-2, off, 1 disk$/m);
    expect(run.stdout).toMatch(/web1 is whole\nstatic tree of web2 is whole\nweb-1\nweb-2\n/);
    expect(run.call('web-post').stdout).toMatch(/verdict +good: 2 snapshots/);
  });

  test('disks that cannot be saved are told by target and reason; skip: error makes them an error', () => {
    expect(run.call('mixed')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('mixed').stdout).toMatch(/skipped +mixed\/vdc: is a network disk \(rbd pool\/image\)/);
    expect(run.call('mixed').stdout).toMatch(/skipped +mixed\/vdd: has a name with a control character in it/);
    expect(run.call('mixed-post').stdout).toMatch(/removed +1 mount, 1 snapshot; nothing is left/);
    expect(run.call('strict').status).toBe(1);
    for (const why of [
      "mixed/vdb /srv/images/top.qcow2 can't be found",
      'mixed/vdc is a network disk (rbd pool/image)',
      // XML makes a blank of it, and there is a file of that name.
      'mixed/vdd has a name with a control character in it',
      "mixed/vde /dev/vg0/gone can't be found",
      'mixed/vdg is a file on tmpfs',
    ]) {
      expect(run.call('strict').stderr).toContain(why);
    }
    expect(run.call('strict').stderr).not.toContain('mixed/vdf');
    expect(run.call('empty').stderr).toMatch(/no disk of empty can be saved: it has no disks/);
  });

  test('a volume of a storage pool, whose name begins with a dash', () => {
    expect(run.call('pool-off').stderr).toMatch(
      /volume\/vda is volume -v\.raw of the storage pool the pool, which libvirt does not find: pool 'the pool' is not active/,
    );
    expect(run.call('pool-on').stdout).toContain("'/srv/images/a pool/-v.raw'");
  });

  test('names that are unknown, with those that are near', () => {
    expect(run.call('near').stderr).toContain('libvirt has no guest kvmsrev; there are kvmserv,');
    expect(run.call('nothing').stderr).toContain('no guest of libvirt matches db-*');
    expect(run.call('target').stderr).toContain('guest kvmserv has no disk sda; it has vda, vdb, vdc, vdd');
    for (const name of ['near', 'nothing', 'target', 'xen']) expect(run.call(name).status).toBe(1);
  });

  test('names with blanks, quotes, an umlaut, a leading dash, and digits only', () => {
    expect(run.call('odd').stdout).toContain("guest     name with space & 'q' ü, off, 1 disk");
    expect(run.call('odd-post').stdout).toMatch(/verdict +good/);
    expect(run.call('dash').stdout).toContain('-dash/vda  ext4 → /run/holdstill/dash/vda');
    expect(run.call('digits').stdout).toContain('7/vda  ext4 → /run/holdstill/digits/vda');
  });
});

describeLab('guests that run, go away or change', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/guests-running.bash', {
      world: `vg vg0 200M
  lv kvm1 12M ext4
  lv kvm2 12M ext4
  lv web1 12M ext4
  lv web2 12M ext4`,
      extra: 'libvirt',
      timeoutMs: 580_000,
    });
  }, 900_000);

  test('the script came to its end, and after each part the machine was as before', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    expect(run.stdout).not.toContain('the machine is not as it was');
  });

  test('renamed or removed while it is open: post does not ask for it', () => {
    for (const name of ['renamed', 'removed']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(name).stdout).toMatch(/verdict +good: 2 snapshots[^]*nothing is left/);
    }
    expect(run.call('renamed-pre').stderr).toContain('libvirt has no guest kvmserv; there are other,');
  });

  test('it runs, its volumes are in use, and goes on; it has the disks that it runs with', () => {
    expect(run.call('running')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('running').stdout).toContain('guest     kvmserv, running, 2 disks');
    expect(run.stdout).toMatch(/^ kvm1 open\nvda\nvdb\nstatic tree of kvm2 is whole\nrunning\n/m);
    expect(run.call('paused').stdout).toContain('guest kvmserv, paused, 2 disks');
    expect(run.stdout).toMatch(/^paused$/m);
  });

  test('libvirt went away while it was open: post is as quiet as ever, and the next pre says what to type', () => {
    expect(run.call('down-post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('down-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
    expect(run.call('down').stderr).toContain(SOCKET);
  });

  test('a saved guest, and a disk that was added between two runs', () => {
    expect(run.call('saved').stdout).toContain('guest kvmserv, saved, 2 disks');
    expect(run.call('added').stdout).toContain('guest     kvmserv, not shut down, 3 disks');
    expect(run.stdout).toMatch(/vda\nvdb\nvde\n/);
    expect(run.call('added-post').stdout).toMatch(/verdict +good: 3 snapshots/);
  });

  test('a guest that was destroyed is worth no more than one that runs', () => {
    const said = run.call('destroyed').stdout;
    expect(said).toContain('guest     kvmserv, not shut down, 3 disks');
    expect(said).toMatch(/grade crash\n.*kvmserv is off and was not shut down, so its disks are as after a power cut/);
    expect(run.call('destroyed-post').status).toBe(0);
  });

  test('a host with a part of libvirt only', () => {
    expect(run.call('client').stderr).toMatch(/there is no libvirt( or xen)? on this host/);
    expect(run.call('client-uri').stderr).toContain('libvirt does not answer');
    expect(run.call('no-virsh').stderr).toMatch(/virsh, which asks it for its guests, is not.*libvirt-clients/);
    expect(run.call('neither').stderr).toMatch(/there is no libvirt( or xen)? on this host/);
    for (const name of ['client', 'client-uri', 'no-virsh', 'neither']) expect(run.call(name).status).toBe(1);
  });
});
