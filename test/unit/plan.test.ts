import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/core/run/plan.ts';
import type { PlannedMount } from '../../src/core/model/volume.ts';
import { mountCommands } from '../../src/mounts/commands.ts';
import { planText } from '../../src/report/plan.ts';
import { widthOf } from '../../src/report/wrap.ts';

const WIDTH = 80;

/** What `plan` finds for so many guests with a partition each, in the words of the parts that find it. */
function planOf(guests: number): Plan {
  const names = Array.from({ length: guests }, (_, index) => `domu-infrastructure-${index + 1}`);
  const vg = 'in.zekjur.net';
  const mounts = names.map((name, origin): PlannedMount => {
    const snapshotDevice = `/dev/${vg}/hs.xxxxxxxx.${name}`;
    const extent = { device: snapshotDevice, offset: 1048576, bytes: 10736369664 };
    const label = `${vg}/${name}/p1`;
    const point = `/run/holdstill/${vg}/${name}/p1`;
    return {
      label,
      origin,
      volume: origin,
      type: 'ext4',
      trust: 'guest',
      extent,
      within: [],
      map: undefined,
      snapshotDevice,
      subdirectory: undefined,
      point,
    };
  });
  return {
    task: vg,
    prepared: {
      mount: `/run/holdstill/${vg}`,
      rests: { rests: [], still: [] },
      guests: [],
      leftOut: [],
      planned: names.map((name) => ({
        origin: {
          provider: 'lvm',
          label: `${vg}/${name}`,
          directory: [name],
          bytes: 10 * 1024 ** 3,
          shape: 'device',
          device: `/dev/${vg}/${name}`,
          subdirectory: undefined,
          asked: undefined,
          ref: {},
        },
        steps: [{ kind: 'lvm', name: `hs.xxxxxxxx.${name}` }],
        bytes: 2 * 1024 ** 3,
        device: `/dev/${vg}/hs.xxxxxxxx.${name}`,
        note: `room for 2.0 GiB of changes (auto), 100.0 GiB free in ${vg}`,
        growth: { possible: true, note: `when it is 70 % full, by 50 % of its size, while ${vg} has room: 80.0 GiB` },
      })),
    },
    volumes: [],
    layout: { mounts, skipped: [], bases: [], missing: [] },
    commands: [
      ...names.map((name) => ({
        command: `lvcreate -qq -y -s -l 512 -n hs.xxxxxxxx.${name} --addtag holdstill --addtag holdstill.task=${vg} --monitor n ${vg}/${name}`,
        undo: `lvremove ${vg}/hs.xxxxxxxx.${name}`,
      })),
      ...mounts.flatMap((mount) => {
        const { mount: forward, unmount } = mountCommands(mount);
        const back = unmount.toReversed();
        return forward.map((command, index) => ({ command, undo: back[index] ?? '' }));
      }),
    ],
    notes: [
      `other users can look into /mnt while the task is open; to prevent that, choose a 'mount' below a directory that only root can enter`,
    ],
    problems: [],
  };
}

describe('a plan at 80 columns', () => {
  test('of one guest: every command whole, to be pasted, with its undo below it', () => {
    const text = planText(planOf(1), WIDTH);
    expect(widest(text)).toBeLessThanOrEqual(WIDTH);
    const pasted = text.replaceAll(/ \\\n */g, ' ');
    for (const { command, undo } of planOf(1).commands) {
      expect(pasted).toContain(`  ${command}\n`);
      expect(pasted).toContain(undo === '' ? '' : `↩  ${undo}\n`);
    }
    expect(text).toMatch(/^note: other users .*\n {2}.*only root can enter\nno change was made\n$/m);
  });

  test('of ten: what is alike is said once, and counted', () => {
    const text = planText(planOf(10), WIDTH);
    expect(widest(text)).toBeLessThanOrEqual(WIDTH);
    expect(text.match(/autoextend/g)).toHaveLength(1);
    expect(text).toMatch(
      /^ 2 {2}lvcreate [^]*\n {4}… 8 more like these \(lvcreate\); --json has them all\n11 {2}losetup /m,
    );
    expect(text.split('\n').length).toBeLessThan(100);
    // The tree has every guest all the same.
    expect(text.match(/p1 +ext4/g)).toHaveLength(10);
  });

  test('where there is room nothing is cut', () => {
    expect(planText(planOf(1), 1000)).not.toContain('\\\n');
  });
});

function widest(text: string): number {
  return Math.max(...text.split('\n').map(widthOf));
}
