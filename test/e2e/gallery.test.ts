import { expect, test } from 'vitest';
import { parseDisks } from '../gallery/disk.ts';
import { DISKS } from '../gallery/disks.ts';
import { expectedOf } from '../gallery/expect.ts';
import { scriptOf } from '../gallery/script.ts';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

const disks = parseDisks(DISKS);
const expected = disks.map((disk) => ({ disk, ...expectedOf(disk) }));

/** The kernel of the lab has no exfat. */
const OUTSIDE = new Set(['ntfs', 'exfat']);

describeLab('the gallery of guest disks', () => {
  test('every file system in it is found, mounted and read to the bit; all else is reported by name and reason', async () => {
    const run = await scenario('test/e2e/gallery.bash', {
      values: {
        MAKE: disks.map((disk) => scriptOf(disk, `/dev/gallery/${disk.name}`)).join('\n'),
        PLACES: expected.flatMap(({ disk, shown }) => shown.map(({ place }) => `${disk.name}${place}`)),
        DEVICES: disks.map(({ name }) => `/dev/gallery/${name}`),
      },
      world: ['vg gallery 1900M', ...disks.map(({ name, content }) => `  lv ${name} ${content.size}M raw`)].join('\n'),
      modules: [
        'loop',
        'dm-snapshot',
        'dm-thin-pool',
        'dm-crypt',
        'dm-raid',
        'raid0',
        'linear',
        'raid1',
        'raid10',
        'raid456',
        'bcache',
        'fuse',
      ],
      // Linux has no linear RAID since 6.8.
      kernel: 'own',
      memory: '2G',
      timeoutMs: 500_000,
    });
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toBe('');
    const mounts = run.files('mounts').trim().split('\n').toSorted();
    const due = expected.flatMap(({ disk, shown }) =>
      shown.map(({ place, type }) => `/run/holdstill/all/${disk.name}${place} ${OUTSIDE.has(type) ? 'fuseblk' : type}`),
    );
    expect(mounts.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(due.toSorted());
    for (const line of mounts) expect(line).toMatch(/ ro,nosuid,nodev,noexec/);
    // Plan says what is known without an opening: every part that is shown or not saved stands in its tree.
    const { stdout: plan } = run.call('plan');
    // All of it can be opened here, so plan lacks nothing.
    expect(plan).not.toMatch(/the kernel module|\(type: /);
    for (const { disk, shown, told } of expected) {
      if (/luks|raid|\bmd\b|~/.test(disk.line)) continue;
      for (const { place } of shown) expect(plan).toMatch(new RegExp(`gallery/${disk.name}${place}  \\S[^├└]*→ /run/`));
      for (const { place } of told)
        expect(plan).toMatch(new RegExp(`gallery/${disk.name}${place}  \\S[^├└]*skipped,\\s`));
    }
    const status = run.files('status').split('\n');
    for (const { disk, told } of expected) {
      for (const { place, reason } of told) {
        const line = status.find((one) => one.includes(`not saved: gallery/${disk.name}${place}: `));
        expect(line, `${disk.name}${place}`).toContain(reason);
      }
    }
    expect(run.call('post').stdout).toMatch(/verdict +good[^]*nothing is left/);
    const tables = run.files('tables').trim().split('\n');
    expect(tables.filter((line) => !/ (?:same|left to partx)$/.test(line))).toEqual([]);
    // Of what is sound nobody asks partx.
    for (const kind of ['dos', 'gpt'])
      expect(tables.filter((line) => line.endsWith(` ${kind} same`)).length).toBeGreaterThan(5);
  }, 600_000);
});
