import { beforeAll, expect, test } from 'vitest';
import { kvmGuest, kvmHost } from '../kvm/bed.ts';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';
import { rest } from '../matrix/rest.ts';

const LONGEST_MS = 1_200_000;

describeLab('a guest that runs Linux', () => {
  test(
    'is cut live, frozen, paused or saved, and runs again wherever the hook is killed',
    async () => {
      const rows = await rest('sample', () => undefined);
      expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
      expect(rows.map(({ tried }) => tried > 0)).toEqual([true, true, true, true, true]);
    },
    LONGEST_MS,
  );
});

describeLab('a guest that was saved, with disks that were copied as they were', () => {
  test(
    'goes on from there, and loses nothing that it had written',
    async () => {
      const values = { KVM: await kvmGuest() };
      const run = await scenario('test/e2e/rest-back.bash', { ...kvmHost, values, timeoutMs: LONGEST_MS });
      expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
      expect(run.stdout).toBe('then it wrote: 1\na=N b=N step=N bad=\n');
      expect(run.call('vda').status).toBe(0);
      expect(run.call('vda').stderr).toMatch(/grade memory[^]*image +\S+ {2}of kvmserv\/vda[^]*verdict +good/);
      expect(run.call('look')).toMatchObject({ status: 0, stderr: '' });
      expect(run.call('stream')).toMatchObject({ status: 0, stdout: '' });
    },
    LONGEST_MS,
  );
});

describeLab('a guest whose libvirt or agent does not do as it should', () => {
  let run: LabRun;
  beforeAll(async () => {
    const values = { KVM: await kvmGuest() };
    run = await scenario('test/e2e/rest.bash', { ...kvmHost, values, timeoutMs: LONGEST_MS });
  }, LONGEST_MS);

  test('the script came to its end; the guest runs after each part, and nothing is left', () => {
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    // Stopped agent; paused by somebody else, three times; without an agent.
    expect(run.stdout).toBe('running\npaused\npaused\npaused\nrunning\n');
  });

  test('it refuses: pre fails in the words of libvirt', () => {
    expect(run.call('refuse').status).toBe(1);
    expect(run.call('refuse').stderr).toMatch(
      /^holdstill: the agent of guest kvmserv did not freeze it: .*fsfreeze hook has failed with status 1; .*\n$/,
    );
  });

  test('it freezes too late, or hangs: pre fails, and who still rests is told', () => {
    for (const name of ['slow', 'hang']) {
      expect([1, 3], `of ${name}`).toContain(run.call(name).status);
      expect(run.call(name).stderr, `of ${name}`).toMatch(
        /^holdstill: the agent of guest kvmserv did not freeze it: .*\n$/,
      );
      const { stdout } = run.call(`${name}-status`);
      const isLeft = run.call(name).status === 3;
      expect(stdout, `of ${name}`).toMatch(
        isLeft ? /FROZEN: guest kvmserv .*virsh domfsthaw --domain=/ : /agent +idle/,
      );
      expect(run.call(`${name}-recover`).status, `of ${name}`).toBe(0);
    }
  });

  test('it freezes after its hook was killed: post says that the data are bad', () => {
    expect(run.call('killed-post')).toMatchObject({ status: 5 });
    expect(run.call('killed-post').stdout).toContain('nothing is left');
  });

  test('it is stopped, or gone: pre fails before anything rests, and a pause does without it', () => {
    for (const name of ['deaf', 'gone']) {
      expect(run.call(name).status, `of ${name}`).toBe(1);
      expect(run.call(name).stderr, `of ${name}`).toMatch(
        /^holdstill: the agent of guest kvmserv does not answer: .*qemu-guest-agent runs in it.*\n$/,
      );
      expect(run.call(name).stdout, `of ${name}`).toContain('left      nothing of holdstill');
    }
    expect(run.call('without').stdout).toMatch(/cut +at rest \S+ s by a pause {2}grade crash/);
  });

  test('the guest was paused by somebody else: it stays so, and is worth less', () => {
    expect(run.call('paused-pause').stdout).toMatch(/note +kvmserv is paused already, and stays so/);
    expect(run.call('paused-agent').stdout).toMatch(
      /grade crash\n.*note +kvmserv is paused, so its agent cannot write/,
    );
    expect(run.call('paused-must').stderr).toContain('of grade crash, and the task requires filesystem');
  });

  test('the guest was undefined meanwhile: post is as ever', () => {
    expect(run.call('undefined')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('undefined').stdout).toContain('nothing is left');
  });

  test.each(['hangs-agent', 'gone-agent', 'hangs-pause', 'gone-pause'])(
    'libvirt %s: which guest rests, and what to type',
    (name) => {
      expect(run.call(name).status).toBe(3);
      expect(run.call(name).stderr).toMatch(/guest kvmserv \((frozen by its agent|paused)\) could not be let go/);
      expect(run.call(name).stderr).toMatch(/libvirt does not answer: (Failed to connect socket|virsh did not end)/);
      expect(run.call(name).stdout).toMatch(/left +guest kvmserv .*\(virsh (domfsthaw|resume) --domain=/);
      expect(run.call(`${name}-status`).stdout).toContain('FROZEN: guest kvmserv');
      expect(run.call(`${name}-recover`).status).toBe(0);
    },
  );
});
