import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a snapshot that fills up', () => {
  test('is extended in time while the task is open, and nobody is left who watches it', async () => {
    const run = await scenario('test/e2e/autoextend-tasks.bash', {
      world: 'vg vg0 150M\n  lv data 64M ext4 /srv/data\n  lv other 16M ext2',
      timeoutMs: 500_000,
    });
    expect(run.stdout.split('\n').map((line) => line.trim())).toEqual([
      // Of a job that is over at once.
      '0',
      '/',
      'not monitored',
      // One for two tasks and for one; nobody where it is off; one of a task that was opened twice.
      '1',
      '1',
      '1',
      'ready',
      'verdict   good:',
      '',
    ]);
    expect(Number(/\d+/.exec(run.files('memory'))?.[0]) / 1024).toBeLessThan(45);
    expect(run.call('plan').stdout.replaceAll(/[\s│]+/g, ' ')).toMatch(
      /autoextend: when it is 70 % full, by 50 % .* while vg0 has room: 68\.0 MiB/,
    );
    expect(run.call('status').stdout).toMatch(/% of 20\.0 MiB, extended from 8\.0 MiB/);
    expect(run.call('good').stdout).toMatch(/verdict +good: .* % of 20\.0 MiB used, extended from 8\.0 MiB/);
    expect(run.call('alone').stdout).toMatch(
      /no process has watched it for 10 min, so it is not extended; type: holdstill recover/,
    );
    expect(run.call('boot')).toMatchObject({ status: 0, stdout: '' });
    expect(run.call('killed').stdout).toMatch(/verdict +good: .* MiB used/);
    expect(run.call('killed').stdout).toMatch(
      /note +for (29|3\d) min no process watched the snapshots, so none was extended/,
    );
    expect(run.call('good').stdout).not.toContain('nobody');
    expect(run.call('off').status).toBe(5);
    expect(run.call('unwatched').stdout).toMatch(/note +snapshots will not be extended: \S+node\S* can't be started/);
    expect(run.call('unwatched').status).toBe(0);
  });

  test('goes on where systemd ends all that the hook of a job has started', async () => {
    const run = await scenario('test/e2e/autoextend-systemd.bash', {
      world: 'vg vg0 150M\n  lv data 64M ext4 /srv/data',
      timeoutMs: 300_000,
    });
    // In a group of its own; it lives on; in that of the hook where systemd fails.
    expect(run.stdout.split('\n')).toEqual(['system.slice/holdstill-watch-ID.service', '1', 'job', '']);
    expect(run.files('systemd-run')).toMatch(
      /^--quiet --collect --unit=holdstill-watch-\w+ --description=.* --setenv=HOLDSTILL_ORDER=watch -- \/bin\/sh -c [^]* \/\S*node --no-opt --expose-gc -e /,
    );
  });
});
