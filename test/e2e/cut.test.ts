import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a task that is brought to rest by programs of the admin', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/cut.bash', {
      world: 'vg vg0 160M\n  lv a 40M ext4 /srv/a\n  lv b 40M ext4 /srv/b',
      timeoutMs: 600_000,
    });
  });

  /** How far the writer was in each of the two volumes. */
  function cutsOf(task: string): readonly (readonly [number, number])[] {
    const lines = run.stdout.matchAll(new RegExp(`^${task} (\\d+) (\\d+)$`, 'gm'));
    return Array.from(lines, ([, a, b]) => [Number(a), Number(b)]);
  }

  test('has snapshots of one instant, which they are not without that', () => {
    const [resting, live] = [cutsOf('t'), cutsOf('live')];
    expect([resting.length, live.length]).toEqual([4, 3]);
    for (const [a, b] of resting) expect([0, 1], `${a} and ${b}`).toContain(a - b);
    expect(live.filter(([a, b]) => a - b !== 0 && a - b !== 1)).not.toEqual([]);
    expect(run.stdout).toMatch(/^ {2}cut +not of one instant: 2 snapshots within \d\.\d\d s$/m);
  });

  test('says how long it was at rest, and what its snapshots are worth', () => {
    expect(run.call('good').stdout).toMatch(
      /^ {2}cut +at rest \d\.\d\d s by \/usr\/local\/sbin\/app-rest {2}grade application$/m,
    );
    expect(run.call('status').stdout).toMatch(/grade application/);
    expect(run.call('plan').stdout).toMatch(
      /1 {2}\(brings everything to rest by \/usr\/local\/sbin\/app-rest\)\s+↩ +\/usr\/local\/sbin\/app-thaw\n/,
    );
    expect(run.call('weak').status).toBe(1);
    expect(run.call('weak').stderr).toMatch(/the snapshots are of grade crash, and the task requires filesystem/);
  });

  test('fails before anything is saved where it does not come to rest, and runs again', () => {
    expect(run.call('fail').stderr).toMatch(
      /app-rest did not bring it to rest: it ended with status 3 \(no, not now\)/,
    );
    expect(run.call('slow').stderr).toMatch(/app-rest did not bring it to rest: it did not end within 2 s/);
    expect(run.call('term').stderr).toMatch(/stopped by SIGTERM/);
    for (const name of ['fail', 'slow', 'term']) expect(run.call(name).status, `of ${name}`).toBe(1);
    expect(run.stdout).not.toMatch(/does not run|the machine is not as it was/);
  });

  test('is let go where the hook is killed, even if it comes to rest only after that', () => {
    expect(run.stdout).not.toMatch(/it was not brought to rest|does not run/);
    for (const one of ['kill', 'group', 'later']) {
      expect(run.call(`after-${one}`).stdout, `of ${one}`).toMatch(/BAD: pre did not finish/);
    }
  });

  test('is let go when its time is over, and its snapshots are worth less then', () => {
    expect(run.stdout).not.toContain('still at rest');
    expect(run.call('frozen').stdout).toMatch(
      /FROZEN: what \/usr\/local\/sbin\/app-rest brought to rest; it is let go in \d s at most/,
    );
    expect(run.call('late-t').stdout).toMatch(
      /^ {2}cut .* grade crash\n {2}note +what .* was let go before all snapshots were taken$/m,
    );
    expect(run.call('late-must').stderr).toMatch(/of grade crash, and the task requires application/);
  });

  test('is never brought to rest without a guard', () => {
    expect(run.call('unguarded').stderr).toMatch(/the process that would let everything go does not run/);
    expect(run.stdout).not.toContain('without a guard');
  });

  test('is let go in the end even where that fails at first, and everybody is told', () => {
    expect(run.call('stuck').stderr).toMatch(/what \/usr\/local\/sbin\/app-rest brought to rest could not be let go/);
    expect(run.call('stuck').stdout).toMatch(
      /^ {2}left .*\/usr\/local\/sbin\/app-thaw: it ended with status 4.*\(\/usr\/local\/sbin\/app-thaw\)$/m,
    );
    expect(run.stdout).not.toMatch(/let go though|gave up/);
    expect(run.call('recover').status).toBe(0);
  });

  test('is not brought to rest by programs that others can change', () => {
    expect(run.call('insecure').stderr).toMatch(/app-thaw/);
    expect(run.call('insecure').status).toBe(2);
  });
});
