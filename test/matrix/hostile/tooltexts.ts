import * as fc from 'fast-check';
import { damaged, recorded, text } from './texts.ts';

const FIELDS = [
  'VG_NAME',
  'VG_UUID',
  'LV_NAME',
  'LV_UUID',
  'LV_ATTR',
  'LV_SIZE',
  'LV_TAGS',
  'ORIGIN_UUID',
  'POOL_LV',
  'VG_FREE',
  'VG_EXTENT_SIZE',
  'DATA_PERCENT',
];

/** A report in which some fields hold something else. */
const otherFields = fc
  .array(
    fc.tuple(
      fc.nat(7),
      fc.constantFrom(...FIELDS),
      text.map((value) => value.replaceAll("'", '')),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) => {
    const lines = recorded('lvs-2.03.16.report.txt')
      .replaceAll(/(?<=VG_FREE=')\d+/g, '9999999999')
      .split('\n');
    for (const [line, field, value] of changes) {
      lines[line] = (lines[line] ?? '').replace(new RegExp(`(?<=${field}=')[^']*`), () => value);
    }
    return lines.join('\n');
  });
export const lvs = fc.oneof(
  otherFields,
  damaged(recorded('lvs-2.03.16.report.txt'), recorded('lvs-2.03.16.overflowed.txt')),
);
const probe = fc
  .record({
    device: fc.constantFrom('xenvm', 'disk', 'gpt'),
    type: fc.option(fc.oneof(text, fc.constantFrom('ext4', 'btrfs', 'swap'))),
    table: fc.option(fc.oneof(text, fc.constantFrom('dos', 'gpt'))),
    uuid: text,
  })
  .map(
    ({ device, type, table, uuid }) =>
      `DEVNAME=/dev/system/${device}\nUUID=${uuid}\n${type === null ? '' : `TYPE=${type}\n`}${table === null ? '' : `PTTYPE=${table}\n`}`,
  );
export const blkid = fc.oneof(
  fc.array(probe, { minLength: 1, maxLength: 4 }).map((blocks) => blocks.join('\n')),
  damaged(recorded('blkid-2.38.1.export.txt'), 'DEVNAME=/dev/system/xenvm\nTYPE=ext4\n'),
);
const amount = fc
  .oneof(fc.nat(9), fc.maxSafeNat(), fc.constantFrom(2 ** 63, -1, '', 'x', '1e3', '0x10'), text)
  .map(String);
const entry = fc
  .record({ nr: amount, start: amount, size: amount, type: fc.constantFrom('0x83', '0x5') })
  .map(({ nr, start, size, type }) => `NR="${nr}" START="${start}" SIZE="${size}" TYPE="${type}"`);
export const partx = fc.oneof(
  fc.array(entry, { maxLength: 4 }).map((lines) => lines.join('\n')),
  damaged(recorded('partx-2.38.1.mbr.txt'), recorded('partx-2.38.1.gpt.txt')),
);
export const mountinfo = damaged(recorded('mountinfo-6.1.txt'));

/** What a tool says, a text after the other, and the statuses with which it ends. */
export const outputs = (output: fc.Arbitrary<string>) =>
  fc.record({
    texts: fc.array(output, { minLength: 1, maxLength: 3 }),
    statuses: fc.array(fc.nat(200), { minLength: 1, maxLength: 3 }),
  });
