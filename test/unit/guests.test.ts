import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import type { Guest, GuestDisk, GuestQuery, Hypervisor } from '../../src/core/model/guest.ts';
import type { Inventory } from '../../src/core/ports/inventory.ts';
import type { Provider } from '../../src/core/ports/provider.ts';
import { guestParts } from '../../src/core/run/guests.ts';
import { createWorld, madeUp, originOf } from './made-up.ts';

const ONE: GuestQuery = {
  name: 'kvmserv',
  each: false,
  exclude: [],
  hypervisor: undefined,
  uri: undefined,
  disks: [],
  excludeDisks: [],
};

/** A disk at a path, or one that is refused for a reason. */
const disk = (target: string, path: string | undefined, refused?: string): GuestDisk => ({ target, path, refused });

function guest(name: string, ...disks: readonly GuestDisk[]): Guest {
  return { hypervisor: 'libvirt', name, uuid: `uuid of ${name}`, state: 'off', disks };
}

/** A hypervisor with these guests; undefined: it is not on this host; a fault: it does not answer. */
function inventory(kind: Hypervisor, guests: readonly Guest[] | undefined | Fault): Inventory {
  return {
    kind,
    list: () => (guests instanceof Fault ? Promise.reject(guests) : Promise.resolve(guests)),
    describe: (listed) => {
      const found = Array.isArray(guests) ? (guests as readonly Guest[]) : [];
      return Promise.resolve(
        listed
          .flatMap(({ uuid }) => found.filter((one) => one.uuid === uuid))
          .map((one) => ({ ...one, hypervisor: kind })),
      );
    },
  };
}

/** A storage that holds the disks below `/<kind>/`, but for those below `/<kind>/full/`. */
function storage(kind: string): Provider {
  return {
    ...madeUp(kind, createWorld()),
    resolve(source) {
      if (source.kind !== 'disks') return Promise.resolve(undefined);
      const own = source.paths.filter((path) => path.startsWith(`/${kind}/`));
      const full = own.filter((path) => path.startsWith(`/${kind}/full/`));
      return Promise.resolve({
        // In another order than they were asked for: who asks has to know which is which.
        origins: own
          .filter((path) => !full.includes(path))
          .toReversed()
          .map((path) => ({ ...originOf(kind, path), asked: path })),
        leftOut: full.map((path) => ({ label: path, reason: 'is full', harmless: false })),
      });
    },
    find: (path) =>
      path === '/hangs'
        ? Promise.reject(new Fault('tool.timeout', 'nobody answers for /hangs'))
        : Promise.resolve({ claims: false, why: `it is no ${kind}`, lines: [] } as never),
  };
}

const STORAGES = [storage('lvm'), storage('file')];
const SILENT = new Fault('guest.unreachable', 'libvirt does not answer');

async function partsOf(query: Partial<GuestQuery>, ...inventories: readonly Inventory[]) {
  return guestParts({ ...ONE, ...query }, inventories, STORAGES);
}

/** What is thrown, with its hint. */
async function faultOf(query: Partial<GuestQuery>, ...inventories: readonly Inventory[]): Promise<string> {
  try {
    await partsOf(query, ...inventories);
  } catch (error) {
    if (error instanceof Fault) return [error.code, error.message, error.hint].filter(Boolean).join(' | ');
    throw error;
  }
  return 'nothing';
}

const kvmserv = guest('kvmserv', disk('vda', '/lvm/a'), disk('vdb', '/file/b'));
const web = ['web-1', 'web-2', 'web-test', 'db'].map((name) => guest(name, disk('vda', `/lvm/${name}`)));

describe('which guests', () => {
  test('whichever hypervisor knows it, though the other one does not answer or is not there', async () => {
    for (const other of [SILENT, undefined, [guest('other')]]) {
      const { guests } = await partsOf({}, inventory('libvirt', other), inventory('xen', [kvmserv]));
      expect(guests).toMatchObject([{ hypervisor: 'xen', name: 'kvmserv' }]);
    }
  });

  test('a name that both know is an error, unless one is named', async () => {
    const both = [inventory('libvirt', [kvmserv]), inventory('xen', [{ ...kvmserv, uuid: 'another' }])] as const;
    expect(await faultOf({}, ...both)).toBe(
      'guest.unknown | libvirt and xen both have a guest kvmserv | add hypervisor: libvirt',
    );
    const { guests } = await partsOf({ hypervisor: 'xen' }, ...both);
    expect(guests).toMatchObject([{ hypervisor: 'xen' }]);
  });

  test('a guest of Xen that libvirt manages is one guest', async () => {
    const both = [inventory('libvirt', web), inventory('xen', [...web, kvmserv])] as const;
    const { guests } = await partsOf({ name: 'web-1' }, ...both);
    expect(guests).toMatchObject([{ hypervisor: 'libvirt', name: 'web-1' }]);
    const each = await partsOf({ each: true, name: '*' }, ...both);
    expect(each.guests.map(({ hypervisor, name }) => `${hypervisor} ${name}`)).toEqual([
      'libvirt web-1',
      'libvirt web-2',
      'libvirt web-test',
      'libvirt db',
      'xen kvmserv',
    ]);
  });

  test('a pattern means the guests of all hypervisors, but for those that are excluded', async () => {
    const both = [inventory('libvirt', web.slice(1)), inventory('xen', web.slice(0, 1))] as const;
    const { guests } = await partsOf({ each: true, name: 'web-*', exclude: ['*-test'] }, ...both);
    expect(guests.map(({ name }) => name)).toEqual(['web-2', 'web-1']);
  });

  test('a pattern fails where one hypervisor does not answer, since it may know one more', async () => {
    const both = [inventory('libvirt', SILENT), inventory('xen', web)] as const;
    expect(await faultOf({ each: true, name: 'web-*' }, ...both)).toBe('guest.unreachable | libvirt does not answer');
    const { guests } = await partsOf({ each: true, name: 'web-*', hypervisor: 'xen' }, ...both);
    expect(guests).toHaveLength(3);
  });

  test('a name is no pattern', async () => {
    expect(await faultOf({ name: 'web-*' }, inventory('libvirt', web))).toMatch(
      /^guest.unknown | libvirt has no guest web-\*/,
    );
  });

  test('an unknown one is told with those whose names are near', async () => {
    expect(await faultOf({ name: 'web1' }, inventory('libvirt', web))).toBe(
      'guest.unknown | libvirt has no guest web1 | there are web-1, web-2, db, web-test',
    );
    expect(await faultOf({ each: true, name: 'mail-*' }, inventory('libvirt', web))).toMatch(
      /no guest of libvirt matches mail-\*, or all that match are excluded \| there are /,
    );
    expect(await faultOf({}, inventory('libvirt', []))).toBe(
      'guest.unknown | libvirt has no guest kvmserv | there is no guest at all',
    );
  });

  test('a host without hypervisors, and one that does not answer', async () => {
    const none = [inventory('libvirt', undefined), inventory('xen', undefined)] as const;
    expect(await faultOf({}, ...none)).toMatch(/^guest.unreachable \| there is no libvirt or xen on this host/);
    expect(await faultOf({}, inventory('libvirt', SILENT), inventory('xen', []))).toBe(
      'guest.unreachable | libvirt does not answer',
    );
  });
});

describe('which disks', () => {
  const labels = (parts: Awaited<ReturnType<typeof guestParts>>): readonly string[] =>
    parts.origins.map(
      ({ provider, label, directory, asked }) => `${provider} ${label} ${directory.join('/')} ${asked}`,
    );

  test('of several storages in the order of the guest, each in a directory of its target', async () => {
    const many = guest('kvmserv', disk('vda', '/lvm/a'), disk('vdb', '/file/b'), disk('vd/c', '/lvm/c'));
    expect(labels(await partsOf({}, inventory('libvirt', [many])))).toEqual([
      'lvm kvmserv/vda vda undefined',
      'file kvmserv/vdb vdb undefined',
      'lvm kvmserv/vd/c vd=2Fc undefined',
    ]);
  });

  test('of several guests in a directory for each guest', async () => {
    const parts = await partsOf({ each: true, name: 'web-[12]' }, inventory('libvirt', web));
    expect(labels(parts)).toEqual(['lvm web-1/vda web-1/vda undefined', 'lvm web-2/vda web-2/vda undefined']);
  });

  test('those that are named, and not those that are excluded', async () => {
    const parts = await partsOf({ disks: ['vda', 'vdb'], excludeDisks: ['vdb'] }, inventory('libvirt', [kvmserv]));
    expect(labels(parts)).toEqual(['lvm kvmserv/vda vda undefined']);
    expect(parts.leftOut).toEqual([
      { label: 'kvmserv/vdb', reason: "is left out by 'disks' or 'exclude'", harmless: true },
    ]);
    expect(await faultOf({ excludeDisks: ['sda'] }, inventory('libvirt', [kvmserv]))).toBe(
      'guest.unknown | guest kvmserv has no disk sda | it has vda, vdb',
    );
  });

  test('the same disk twice is saved once', async () => {
    const twice = guest('kvmserv', disk('vda', '/lvm/a'), disk('vdb', '/lvm/a'));
    const parts = await partsOf({}, inventory('libvirt', [twice]));
    expect(labels(parts)).toHaveLength(1);
    expect(parts.leftOut).toEqual([
      { label: 'kvmserv/vdb', reason: 'is the same disk as kvmserv/vda', harmless: true },
    ]);
  });

  test('what is refused, what its storage refuses, and what no storage knows, is told by its target', async () => {
    const odd = guest(
      'kvmserv',
      disk('vda', '/lvm/a'),
      disk('vdb', undefined, 'is a network disk (rbd pool/image)'),
      disk('vdc', '/lvm/full/c'),
      disk('vdd', '/nowhere/d'),
      disk('vde', '/hangs'),
    );
    const parts = await partsOf({}, inventory('libvirt', [odd]));
    expect(labels(parts)).toEqual(['lvm kvmserv/vda vda undefined']);
    expect(parts.leftOut.map(({ label, reason }) => `${label} ${reason}`)).toEqual([
      'kvmserv/vdb is a network disk (rbd pool/image)',
      'kvmserv/vdc is full',
      'kvmserv/vdd is /nowhere/d: it is no lvm; it is no file',
      'kvmserv/vde nobody answers for /hangs',
    ]);
    expect(parts.leftOut.every(({ harmless }) => !harmless)).toBe(true);
  });

  test('a guest of which nothing can be saved', async () => {
    const empty = guest('kvmserv', disk('vda', undefined, 'is a network disk (rbd pool/image)'));
    expect(await faultOf({}, inventory('libvirt', [empty]))).toBe(
      'origin.none | no disk of kvmserv can be saved: kvmserv/vda is a network disk (rbd pool/image)',
    );
    expect(await faultOf({}, inventory('libvirt', [guest('kvmserv')]))).toMatch(/it has no disks/);
  });
});
