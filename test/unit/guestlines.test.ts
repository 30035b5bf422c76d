import { expect, test } from 'vitest';
import type { Guest } from '../../src/core/model/guest.ts';
import type { Opened } from '../../src/core/run/opened.ts';
import { guestsText } from '../../src/report/guests.ts';
import { openedReply } from '../../src/report/joblog.ts';
import { originOf } from './made-up.ts';

const guestOf = (name: string, disks = 1, state: Guest['state'] = 'running'): Guest => ({
  hypervisor: 'libvirt',
  name,
  uuid: name,
  state,
  disks: Array.from({ length: disks }, (_, index) => ({
    target: `vd${index}`,
    path: `/d/${index}`,
    refused: undefined,
  })),
});

test('a guest with its state and disks; of many guests the first three', () => {
  expect(guestsText([guestOf('kvmserv', 3, 'paused')])).toBe('kvmserv, paused, 3 disks');
  const many = Array.from({ length: 10 }, (_, index) => guestOf(`web-${index}`));
  expect(guestsText(many)).toBe('web-0, running, 1 disk; web-1, running, 1 disk; web-2, running, 1 disk; and 7 more');
  expect(guestsText(many.slice(0, 4))).toMatch(/web-3, running, 1 disk$/);
});

test('with all that there may be to say, the job log has 14 lines at most, and one of its own for the product', () => {
  const many = Array.from({ length: 10 }, (_, index) => `web-${index}`);
  const reason = 'is a network disk (rbd pool/image)';
  const opened: Opened = {
    kind: 'opened',
    run: '7f3a11c2',
    paths: many.map((name) => ({ source: name, path: `/run/holdstill/web/${name}` })),
    prepared: {
      mount: '/run/holdstill/web',
      guests: many.map((name) => guestOf(name)),
      rests: { rests: [], still: [] },
      planned: many.map((name) => {
        const growth = { possible: false, note: 'off' };
        return { origin: originOf('lvm', name), steps: [], bytes: 0, device: '', note: '', growth };
      }),
      leftOut: many.map((label) => ({ label, reason, harmless: false })),
    },
    layout: { mounts: [], skipped: [], bases: [], missing: [] },
    images: undefined,
    cleared: { run: '11111111', wasOpen: true },
    findings: ['one', 'two', 'three'],
    cut: { grade: 'crash', restedMs: 20, by: 'by agent', notes: ['one', 'two', 'three'] },
    apartMs: undefined,
    unwatched: 'it could not be started',
  };
  const { lines } = openedReply('web', opened, 600);
  expect(lines.filter((line) => line.startsWith('  guest '))).toHaveLength(1);
  // There are no mounts here; beside a cut at most two are told.
  expect(lines.length + 2).toBeLessThanOrEqual(14);

  const live = openedReply('web', { ...opened, cut: undefined, apartMs: 843.2 }, 600).lines;
  expect(live).toContain('  cut       not of one instant: 10 snapshots within 0.84 s');
});
