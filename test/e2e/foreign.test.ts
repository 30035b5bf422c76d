import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = `vg vg0 500M
  lv plain 32M ext4
  lv other 32M ext4
  lv disk 48M mbr
    p1 32M ext4`;

describeLab('what is not ours', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/foreign-things.bash', { world, timeoutMs: 250_000 });
  });

  test('stays: LVs of the recorded name, mounts, files, loop devices; once they are gone the next post ends it', () => {
    // Of the mounts over each other at /mnt/t both are there after the first post.
    expect(run.stdout).toBe('2\n');
    for (const n of [1, 2, 3]) {
      const { status, stdout } = run.call(`lv${n}`);
      expect(stdout).toMatch(
        /left +snapshot vg0\/hs\.\w+\.plain: an LV of this name is there, but not .*\(find out who owns it\)/,
      );
      expect(stdout).toMatch(/BAD: vg0\/plain: its snapshot is gone/);
      expect(status).toBe(5);
      expect(run.call(`lv${n}-again`).stdout).toContain('nothing is left');
    }
    expect(run.call('plain-lv')).toMatchObject({ status: 3 });
    expect(run.call('other-tool')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('over')).toMatchObject({ status: 5 });
    expect(run.call('over').stderr).toMatch(/something else was mounted over \/mnt\/t/);
    expect(run.call('over-again').stdout).toContain('nothing is left');
    expect(run.call('file')).toMatchObject({ status: 3 });
    expect(run.call('file').stderr).toMatch(
      /left on this machine: directory \/mnt\/d \(it is not empty\); type: holdstill recover/,
    );
    for (const offset of [0, 1048576]) {
      expect(run.call(`loop${offset}`), `${offset}`).toMatchObject({ status: 3 });
      expect(run.call(`loop${offset}`).stdout).toMatch(/left +snapshot vg0\/hs\.\w+\.disk: /);
      expect(run.call(`loop${offset}-again`)).toMatchObject({ status: 0 });
    }
  });

  test('a task that is open over other volumes is not touched by any of it', () => {
    expect(run.call('survivor').stdout).toMatch(/^u +held /);
    expect(run.call('survivor-post')).toMatchObject({ status: 0, stderr: '' });
  });
});

describeLab('a journal', () => {
  test('of another boot, cut off, noted and not done, damaged', async () => {
    const run = await scenario('test/e2e/foreign-journals.bash', { world, timeoutMs: 200_000 });
    expect(run.stdout).toBe('');
    expect(run.call('boot-status').stdout).toMatch(/^t +rebooted/);
    expect(run.call('boot')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('boot').stdout).toMatch(/verdict +none: the machine was restarted/);
    expect(run.call('twice')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('boot-pre').stdout).toMatch(/verdict +good/);
    for (const name of ['cut', 'cut-0', 'cut-20']) expect(run.call(name), `of ${name}`).toMatchObject({ status: 0 });
    for (const n of [1, 2]) {
      const broken = /\/var\/lib\/holdstill\/t\.journal line [23] is damaged/;
      expect(run.call(`damaged${n}-status`).stdout).toMatch(broken);
      expect(run.call(`damaged${n}-status`).stdout).toMatch(/hs\.\w+\.plain has the mark of holdstill/);
      for (const call of ['pre', 'post', 'recover']) {
        const { status, stdout, stderr } = run.call(`damaged${n}-${call}`);
        expect(stderr, `of ${call}`).toMatch(broken);
        expect(stdout, `of ${call}`).not.toContain('left      nothing');
        expect(status, `of ${call}`).toBe(3);
      }
    }
  });
});
