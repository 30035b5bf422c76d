import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { crc32From } from '../../../src/guests/crc32.ts';
import { findGroups } from '../../../src/guests/lvm/groups.ts';
import { readSegment } from '../../../src/guests/luks.ts';
import { findArrays } from '../../../src/guests/md/arrays.ts';
import { read } from '../../prober.ts';
import { sumOf } from '../../../src/guests/md/superblock.ts';
import { parseText } from '../../../src/guests/lvm/text.ts';
import { must, property, type Property } from './property.ts';
import { scratch } from './scratch.ts';
import { damaged, text } from './texts.ts';

const INITIAL = 0xf597a6cf;
const BYTES = 60 * 1024 * 1024;
const AREA = 4096;

/** A physical volume as LVM 2.03.16 made it, and the text in it. */
const disk = gunzipSync(readFileSync(new URL('../../fixtures/pv-2.03.16.first.gz', import.meta.url)));
const at = Number(disk.readBigUInt64LE(AREA + 40));
const METADATA = disk
  .toString('utf8', AREA + at, AREA + at + Number(disk.readBigUInt64LE(AREA + 48)))
  .replace(/\0+$/, '');

const RAID = gunzipSync(readFileSync(new URL('../../fixtures/md-4.2.raid5.gz', import.meta.url)));
const LUKS = gunzipSync(readFileSync(new URL('../../fixtures/luks-2.6.1.second.gz', import.meta.url)));

/** The same physical volume with another text, and the checksums of that. */
function withText(metadata: string): Buffer {
  const copy = Buffer.from(disk);
  const bytes = Buffer.from(`${metadata}\0`);
  copy.writeBigUInt64LE(512n, AREA + 40);
  copy.writeBigUInt64LE(BigInt(bytes.length), AREA + 48);
  copy.writeUInt32LE(crc32From(INITIAL, bytes), AREA + 56);
  copy.writeUInt32LE(crc32From(INITIAL, copy.subarray(AREA + 4, AREA + 512)), AREA);
  bytes.copy(copy, AREA + 512);
  return copy;
}

const number = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 2 ** 32, 2 ** 49, 2 ** 53, -1), fc.bigInt());
const quoted = text.map((value) => JSON.stringify(value));
const value = fc.oneof(
  number.map(String),
  quoted,
  fc.constant('[]'),
  fc.constant('["pv0", 0, "pv1", 1]'),
  fc.constant('"pool"'),
);
const name = fc.oneof(fc.constantFrom('..', '.', 'a,b;c', '-x', 'x/y', 'STATUS:OK', 'pool', 'root'), text);

/** Some of its values or names are others. */
const changed = fc
  .array(fc.tuple(fc.nat(200), fc.oneof(value, name)), { minLength: 1, maxLength: 4 })
  .map((changes) => {
    const lines = METADATA.split('\n');
    const places = lines.flatMap((line, index) => (/ = |\{$|^"pv/.test(line) ? [index] : []));
    for (const [which, other] of changes) {
      const index = places[which % places.length] ?? 0;
      const line = lines[index] ?? '';
      if (line.startsWith('"')) lines[index] = `"pv0", ${other}`;
      else lines[index] = line.includes(' = ') ? line.replace(/ = .*/, () => ` = ${other}`) : `${other} {`;
    }
    return lines.join('\n');
  });

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9+_.-]{1,127}$/;

export const nested: readonly Property[] = [
  property('the metadata of a volume group of a guest', 600, fc.oneof(changed, damaged(METADATA)), async (metadata) => {
    const device = path.join(scratch(), 'pv');
    writeFileSync(device, withText(metadata));
    const extent = { device, offset: 0, bytes: BYTES };
    const { groups } = await findGroups([{ volume: 0, partition: 2, extent }], read);
    for (const group of groups) {
      for (const lv of group.lvs) {
        if (lv.refused) continue;
        must(NAME.test(group.name) && NAME.test(lv.name), `the name ${lv.name}`);
        for (const { lines } of lv.maps) {
          for (const { start, sectors, target, words } of lines) {
            must([start, sectors].every(Number.isSafeInteger) && sectors > 0, `a piece of ${sectors}`);
            must(/^[a-z-]+$/.test(target), target);
            for (const word of words) {
              if (typeof word === 'string') must(/^[a-z0-9_]+$/.test(word), word);
              else if ('volume' in word)
                must(word.sector >= 0 && word.sector * 512 < BYTES, `the sector ${word.sector}`);
            }
          }
        }
      }
    }
  }),
  property(
    'the superblock of a software RAID',
    400,
    fc.array(fc.tuple(fc.nat(270), fc.nat(255)), { maxLength: 6 }),
    async (changes) => {
      const device = path.join(scratch(), 'md');
      const block = Buffer.from(RAID);
      for (const [where, byte] of changes) block[where] = byte;
      block.writeUInt32LE(sumOf(block.subarray(0, 256 + 2 * block.readUInt32LE(220))), 216);
      writeFileSync(device, Buffer.concat([Buffer.alloc(4096), block]));
      const bytes = 8 * 1024 * 1024;
      const places = [0, 1, 2].map((volume) => ({ volume, partition: 1, extent: { device, offset: 0, bytes } }));
      const { containers, members } = await findArrays(places, read);
      must(containers.length + members.length > 0, 'the members are not reported');
      for (const { lines } of containers.flatMap(({ maps }) => maps)) {
        for (const { start, sectors, words } of lines) {
          must([start, sectors].every(Number.isSafeInteger) && sectors > 0, `a piece of ${sectors}`);
          for (const word of words) {
            if (typeof word === 'object' && 'volume' in word) {
              must(word.sector >= 0 && word.sector * 512 < bytes, `the sector ${word.sector}`);
            }
          }
        }
      }
    },
  ),
  property('the header of what is encrypted', 300, damaged(LUKS.toString('latin1')), async (header) => {
    const device = path.join(scratch(), 'luks');
    writeFileSync(device, Buffer.from(header, 'latin1'));
    const segment = await readSegment(device, read);
    if (typeof segment === 'string') return;
    must(/^[\w:()-]+$/.test(segment.cipher) && /^\d+$/.test(segment.tweak), segment.cipher);
    must(Number.isSafeInteger(segment.first) && segment.first >= 0, `it begins at ${segment.first}`);
  }),
  property('text in the format of LVM', 400, fc.oneof(text, damaged(METADATA)), (one) => void parseText(one)),
];
