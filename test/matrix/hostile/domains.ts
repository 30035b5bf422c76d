import * as fc from 'fast-check';
import { isFault } from '../../../src/core/model/fault.ts';
import { disksOf } from '../../../src/inventories/libvirt/disks.ts';
import type { Exec } from '../../../src/system/command.ts';
import { parseDomain } from '../../../src/system/tools/domain.ts';
import { must, orFault, property, type Property } from './property.ts';
import { damaged, recorded, text } from './texts.ts';

/** Definitions of virsh 9.0, of which one holds what is no part of it in its metadata. */
const definitions = recorded('virsh-9.0.described.txt')
  .split('holdstill-0123456789abcdef01234567')
  .filter((part) => part.includes('<domain'));

/** A path with anything in it, and with the end of a line written as XML has it. */
const place = text.map((value) => `/${value}`);
const values = fc.oneof(text, place, fc.constant('/srv/a&#10;b.raw'), fc.constant('volume'));

/** A definition in which some attributes hold something else, as it is. */
const otherAttributes = fc
  .tuple(fc.constantFrom(...definitions), fc.array(fc.tuple(fc.nat(40), values), { minLength: 1, maxLength: 3 }))
  .map(([definition, changes]) => {
    const others = new Map(changes);
    let number = 0;
    const begin = definition.indexOf('<devices>');
    const devices = definition.slice(begin).replaceAll(/(?<=<(?:source|target|driver|disk) [a-z]+=')[^']*/g, (old) => {
      number += 1;
      return others.get(number) ?? old;
    });
    return definition.slice(0, begin) + devices;
  });

/** A virsh that finds no volume, or one at an odd place. */
const execOf = (path: string): Exec => ({
  patienceMs: (most) => most,
  ask: () => Promise.reject(new Error('nothing is asked')),
  run: ({ parse }) => Promise.resolve(parse({ status: 0, stdout: path, stderr: '' })),
});

export const domains: readonly Property[] = [
  property(
    'the definition of a guest',
    300,
    fc.record({ xml: fc.oneof(otherAttributes, damaged(...definitions)), path: place }),
    async ({ xml, path }) => {
      const domain = await orFault(() => parseDomain(xml));
      if (domain instanceof Error) {
        must(isFault(domain) && domain.code === 'tool.failed', domain.message);
        return;
      }
      for (const disk of await disksOf(domain, undefined, execOf(path))) {
        must((disk.path === undefined) !== (disk.refused === undefined), 'either a place or a reason');
        must(disk.path === undefined || /^\/\P{Cc}*$/u.test(disk.path), `a path: ${disk.path}`);
      }
    },
  ),
];
