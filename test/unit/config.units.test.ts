import { expect, test } from 'vitest';
import { parseDuration, parseSize } from '../../src/config/units.ts';

test.each([
  ['auto', { kind: 'auto' }],
  ['full', { kind: 'full' }],
  ['1%', { kind: 'percent', percent: 1 }],
  ['100%', { kind: 'percent', percent: 100 }],
  [1048576, { kind: 'bytes', bytes: 1024 ** 2 }],
  ['1073741824', { kind: 'bytes', bytes: 1024 ** 3 }],
  ['4K', { kind: 'bytes', bytes: 4096 }],
  ['1K', { kind: 'bytes', bytes: 1024 }],
  ['500M', { kind: 'bytes', bytes: 500 * 1024 ** 2 }],
  ['1g', { kind: 'bytes', bytes: 1024 ** 3 }],
  ['1.5GiB', { kind: 'bytes', bytes: 1.5 * 1024 ** 3 }],
  ['2 TiB', { kind: 'bytes', bytes: 2 * 1024 ** 4 }],
  ['0.3K', { kind: 'bytes', bytes: 308 }],
])('size %j', (text, size) => {
  expect(parseSize(text)).toEqual(size);
});

const sizeMeant = 'must be auto, full, a percentage or a number of bytes, for example 1G, 500M or 20%';

test.each([
  [10, 'is a number of bytes; write 10M or 10G'],
  ['1048575', 'is a number of bytes; write 1048575M or 1048575G'],
  [0, 'must be more than 0'],
  ['0G', 'must be more than 0'],
  [-1, sizeMeant],
  ['1.5', sizeMeant],
  ['0700', sizeMeant],
  ['1e3', sizeMeant],
  ['', sizeMeant],
  ['G', sizeMeant],
  ['1GB', 'is ambiguous; write 1G (powers of 1024)'],
  ['0%', 'must be between 1% and 100%'],
  ['101%', 'must be between 1% and 100%'],
  ['12.5%', sizeMeant],
  ['9999999T', 'is more than a snapshot can have'],
])('not a size: %j', (text, problem) => {
  expect(parseSize(text)).toEqual({ kind: 'problem', problem });
});

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
  [90, 90_000],
  ['90', 90_000],
])('time %j', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

const timeMeant = 'must be a time in seconds (s), minutes (m) or hours (h), for example 30s, 5m or 1h';

test.each([
  [0, 'must be more than 0'],
  ['25h', 'must be at most 24h'],
  ['2d', timeMeant],
  ['1:30', timeMeant],
  ['-5', timeMeant],
  ['1.5h', timeMeant],
])('not a time: %j', (text, problem) => {
  expect(parseDuration(text)).toEqual({ problem });
});
