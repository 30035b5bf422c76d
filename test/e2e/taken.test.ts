import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a task that a second job opens before the first one is done', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/taken.bash', { world: 'vg vg0 200M\n  lv data 16M ext4', timeoutMs: 400_000 });
  });

  const BAD = /verdict +BAD: /;

  test('and nothing distinguishes their ends: neither is called good, and the next run is', () => {
    expect(run.call('blind-b')).toMatchObject({ status: 0, stdout: expect.stringContaining('cleared') as string });
    for (const name of ['blind-first', 'blind-second']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stdout, `of ${name}`).toMatch(BAD);
    }
    expect(run.call('blind-first').stderr).toMatch(/two jobs had the task open.*give each job its own task/);
    expect(run.call('blind-second').stderr).toMatch(/another job took the task over/);
    expect(run.call('blind-third')).toMatchObject({ status: 0, stderr: '' });
  });

  test('and each is a script that calls both hooks: the one that lost it hears it, the other keeps its snapshot', () => {
    expect(run.stdout).toMatch(/^a 0 5\n1\nb 0 0\nnext 0 0\n1\n/);
    expect(run.files('a.said')).toMatch(/BAD: another job took the task over.*; nothing was touched/);
    expect(run.files('b.said')).toMatch(/verdict +good/);
  });

  test('and the first one died: the next night is not called bad', () => {
    expect(run.files('next.said')).toMatch(/verdict +good/);
    expect(run.call('killed-pre').stdout).toMatch(/cleared +what run \w+ left\n/);
    expect(run.call('killed-post').stdout).toMatch(/verdict +good/);
    expect(run.call('rival-pre').stdout).toMatch(/cleared +what run \w+ left; if its job still runs/);
    expect(run.call('rival-post').status).toBe(5);
  });

  test('and they have ids: exactly the one that lost it hears it, before and after the other one is done', () => {
    for (const name of ['id-8', 'id-8-again'])
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('id-8').stdout).toMatch(/verdict +good/);
    expect(run.call('id-early').stdout).toMatch(
      /^ERROR: THIS BACKUP MAY BE BAD: the task is open for job 8 now; the snapshot that job 7 read/m,
    );
    expect(run.call('id-late').stdout).toMatch(/^ERROR: THIS BACKUP MAY BE BAD: another job took the task over/m);
    for (const name of ['id-early', 'id-late']) expect(run.call(name).status, `of ${name}`).toBe(5);
  });

  test('and that somebody closes by hand: its job hears it once', () => {
    expect(run.call('hand-sesam').stdout).toMatch(
      /STATUS:ERROR \{THIS BACKUP MAY BE BAD: somebody closed run \w+ of the task by hand/,
    );
    expect(run.call('hand-again').stdout).toMatch(/\nSTATUS:OK\n$/);
    expect(run.call('hand-post')).toMatchObject({ status: 0 });
    expect(run.call('hand-job')).toMatchObject({ status: 5 });
  });

  test('leaves nothing but a small file of root', () => {
    expect(run.stderr).toMatch(/^[^\n]* Killed [^\n]*\n$/);
    expect(run.stdout).not.toContain('the machine is not as it was');
    expect(run.stdout).toMatch(/\n600 root \d{3,4}\n$/);
  });
});
