import { expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import type { Guest, GuestQuery, Hypervisor } from '../../src/core/model/guest.ts';
import type { Inventory } from '../../src/core/ports/inventory.ts';
import type { Provider } from '../../src/core/ports/provider.ts';
import { guestParts } from '../../src/core/run/guests.ts';

/** A hypervisor with these guests, each with one disk; a fault: it does not answer; undefined: it is not here. */
function knowing(kind: Hypervisor, names: readonly string[] | Fault | undefined): Inventory {
  return {
    kind,
    list: async () => {
      if (names instanceof Fault) throw names;
      return names?.map((name) => ({ name, uuid: `${kind} ${name}` }));
    },
    describe: async (guests) =>
      guests.map(({ name }): Guest => {
        const disks = [{ target: 'xvda', path: undefined, refused: `is one of ${kind}` }];
        return { hypervisor: kind, name, uuid: '', state: 'running', disks };
      }),
  };
}

/** What is said of a guest whose disks nobody can take: by that it is known who described it. */
async function said(about: Partial<GuestQuery>, inventories: readonly Inventory[]): Promise<string> {
  const query = {
    name: 'a',
    each: false,
    exclude: [],
    hypervisor: undefined,
    uri: undefined,
    disks: [],
    excludeDisks: [],
  };
  const none: readonly Provider[] = [];
  const parts = guestParts({ ...query, ...about }, inventories, none);
  return parts.then(
    () => 'found',
    (error: Fault) => `${error.code}: ${error.message}; ${error.hint}`,
  );
}

const silent = new Fault('guest.unreachable', 'xl does not answer');

test.each([
  ['known to both', {}, ['a'], ['a'], /guest\.unknown: libvirt and xen both have a guest a; add hypervisor: libvirt/],
  ['known to both, and named', { hypervisor: 'xen' }, ['a'], ['a'], /a\/xvda is one of xen/],
  ['known to one', {}, ['b'], ['a'], /a\/xvda is one of xen/],
  ['known to one, and the other does not answer', {}, ['a'], silent, /a\/xvda is one of libvirt/],
  ['known to none that answers', {}, ['b'], silent, /xl does not answer/],
  ['in a pattern, and one does not answer', { name: 'a*', each: true }, ['a'], silent, /xl does not answer/],
  ['unknown', {}, ['ab'], ['ac', 'zzz'], /libvirt or xen has no guest a; there are ab, ac, zzz/],
  ['where there is no hypervisor', {}, undefined, undefined, /guest\.unreachable: there is no libvirt or xen/],
  ['where there is another one', { hypervisor: 'xen' }, ['a'], undefined, /there is no xen on this host/],
] as const)('a guest %s', async (_, about, libvirt, xen, words) => {
  expect(await said(about, [knowing('libvirt', libvirt), knowing('xen', xen)])).toMatch(words);
});
