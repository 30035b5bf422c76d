import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** Readers of what is hostile, and what each of them may do: the bits of capabilities(7). */
const READ_ANY_FILE = 1 << 2;
const [SET_GID, SYS_ADMIN] = [1 << 6, 1 << 21];
const IPC_LOCK = 1 << 14;
const READERS = { uid: 65_533, rights: READ_ANY_FILE };
const WRITERS = { uid: 0, rights: 0 };
const SHOWERS = { uid: 0, rights: SET_GID | SYS_ADMIN };
const EXPECTED: Readonly<Record<string, { readonly uid: number; readonly rights: number }>> = {
  blkid: READERS,
  partx: READERS,
  e2fsck: WRITERS,
  'ntfs-3g.probe': WRITERS,
  ntfsfix: WRITERS,
  cryptsetup: { uid: 0, rights: IPC_LOCK },
  'fuse2fs of ext': SHOWERS,
  'mount.ntfs-3g of win': SHOWERS,
  // The kernel keeps 15 bytes of a name.
  'mount.exfat-fus of card': SHOWERS,
};

describeLab('programs that read what is hostile', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/confined.bash', {
      world:
        'vg vg0 200M\n  lv ext 16M ext4\n  lv win 16M ntfs\n  lv card 16M exfat\n  lv disk 16M raw\n  lv locked 16M raw',
      modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'],
      timeoutMs: 300_000,
    });
  }, 600_000);

  test('may do what they need, and nothing else', () => {
    expect(run.stdout).toBe('');
    for (const task of ['ext', 'win', 'card', 'disk', 'locked']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task).stdout, `of ${task}`).not.toContain('not confined');
      expect(run.call(`${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good[^]*nothing is left/);
    }
    const host = run.files('net').trim();
    const seen = new Map<string, { readonly uid: number; readonly rights: number }>();
    for (const [, name = '', text = ''] of run.files('rights').matchAll(/^([^:\n]+)\n(Name:[^]*?^net: .*$)/gm)) {
      const field = (key: string): string => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '';
      const [effective, bounding] = ['CapEff', 'CapBnd'].map((set) => Number.parseInt(field(set), 16));
      expect(bounding, `of ${name}, what it could come to have`).toBe(effective);
      expect(field('NoNewPrivs'), `of ${name}`).toBe('1');
      expect(field('net'), `of ${name}`).not.toBe(host);
      seen.set(name, { uid: Number(field('Uid')), rights: effective ?? -1 });
    }
    expect(Object.fromEntries(seen)).toMatchObject(EXPECTED);
  });

  test('where they can not be confined, that is reported', () => {
    expect(run.call('without')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('without').stdout).toMatch(
      /note +the programs that read what is hostile are not confined: there is no setpriv/,
    );
  });
});
