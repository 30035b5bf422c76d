import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a barrier over two volumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/barrier.bash', {
      world: `vg vg0 500M
  lv a 40M ext4 /srv/a
  lv b 40M ext4 /srv/b
  lv c 16M ext4
  pool tp 16M
    lv thin1 8M ext4
  lv img 320M xfs /srv/img`,
      timeoutMs: 300_000,
    });
  });

  /** How far the writer was in each of the two volumes, and how many of their file systems the kernel had to recover. */
  function cutsOf(task: string): readonly (readonly [number, number])[] {
    const lines = run.stdout.matchAll(new RegExp(`^${task} (\\d+) (\\d+)$`, 'gm'));
    return Array.from(lines, ([, a, b]) => [Number(a), Number(b)]);
  }
  const recovered = (task: string): readonly string[] =>
    Array.from(run.stdout.matchAll(new RegExp(`^${task} recovered (\\d+)$`, 'gm')), ([, count = '']) => count);

  test('makes their snapshots of one instant, with all that was written, which they are not without it', () => {
    const [stopped, live] = [cutsOf('t'), cutsOf('live')];
    expect([stopped.length, live.length]).toEqual([6, 3]);
    for (const [a, b] of stopped) expect([0, 1], `${a} and ${b}`).toContain(a - b);
    expect(live.filter(([a, b]) => a - b !== 0 && a - b !== 1)).not.toEqual([]);
    expect(run.stdout).not.toMatch(/writes still wait|post failed|the machine is not as it was/);
    expect([recovered('t'), recovered('live')]).toEqual([
      ['0', '0', '0', '0', '0'],
      ['0', '0', '0'],
    ]);
  });

  test('is planned and told', () => {
    expect(run.call('plan').stdout).toMatch(
      /\(brings everything to rest by a barrier over 2 volumes\)\s+↩ +dmsetup resume vg0-a vg0-b\n/,
    );
    expect(run.call('good').stdout).toMatch(
      /^ {2}cut +at rest \d\.\d\d s by a barrier over 2 volumes {2}grade filesystem$/m,
    );
  });

  test('is taken away where the hook is killed', () => {
    expect(run.call('after-kill').stdout).toMatch(/BAD: pre did not finish/);
  });

  test('is taken away when its time is over, and then the job fails', () => {
    expect(run.files('slow')).toMatch(/writes to vg0\/a, vg0\/b \(stopped\) may have been let go before all snapshots/);
  });

  test('leaves suspended what somebody else has suspended', () => {
    expect(run.call('others').stderr).toMatch(/vg0\/b was suspended by somebody else just now/);
    expect(run.stdout).toContain('b suspended: Suspended, a: Active\n');
  });

  test('is refused where holdstill could not go on, and for what is no volume', () => {
    expect(run.call('own').stderr).toMatch(/writes to vg0\/c cannot be stopped: \/var\/lib\/holdstill is on it/);
    expect(run.call('link').stderr).toMatch(/writes to vg0\/a cannot be stopped: \/var\/cache\/holdstill is on it/);
    expect(run.call('inside').stderr).toMatch(/writes to vg0\/a cannot be stopped: \/var\/log\/holdstill is on it/);
    expect(run.call('image').stderr).toMatch(/linear or striped, and \/srv\/img\/x.img is not one/);
    expect(run.call('thin').stderr).toMatch(/linear or striped, and vg0\/thin1 is not one/);
    expect(run.stdout).not.toContain('nothing was stopped');
  });
});
