import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readable } from '../../src/foreign/bytes.ts';
import { spotsOf } from '../../src/providers/lvm/health.ts';
import { createBlockReader } from '../../src/providers/lvm/reads.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { unhurried } from '../prober.ts';

afterEach(() => vi.restoreAllMocks());

/** Snapshots in sysfs, of 1 MiB each with 64 KiB of what they keep, and a process that can't read what `bad` has. */
function host(many: number, bad: readonly string[] | 'hangs') {
  const { readdirSync, readFileSync, readlinkSync, statSync } = fs;
  const uuids = Array.from({ length: many }, (_, index) => `LVM-${index}`);
  const devices = uuids.flatMap((uuid) => [uuid, `${uuid}-cow`]);
  const told: Record<string, string> = {};
  for (const [minor, uuid] of devices.entries()) {
    told[`/sys/block/dm-${minor}/dm/uuid`] = uuid;
    told[`/sys/block/dm-${minor}/dev`] = `253:${minor}`;
    told[`/sys/dev/block/253:${minor}/size`] = uuid.endsWith('-cow') ? '128' : '2048';
  }
  vi.spyOn(fs, 'readFileSync').mockImplementation(
    ((file: string, ...rest: never[]) => told[file] ?? readFileSync(file, ...rest)) as never,
  );
  vi.spyOn(fs, 'existsSync').mockReturnValue(true);
  vi.spyOn(fs, 'readdirSync').mockImplementation(((file: string, ...rest: never[]) =>
    file === '/sys/block' ? devices.map((_, minor) => `dm-${minor}`) : readdirSync(file, ...rest)) as never);
  vi.spyOn(fs, 'readlinkSync').mockImplementation(((file: string, ...rest: never[]) => {
    const [, minor] = /^\/sys\/dev\/block\/253:(\d+)$/.exec(file) ?? [];
    return minor === undefined ? readlinkSync(file, ...rest) : `../../dm-${minor}`;
  }) as never);
  vi.spyOn(fs, 'statSync').mockImplementation(((file: string, ...rest: never[]) => {
    const [, minor] = /^\/dev\/dm-(\d+)$/.exec(file) ?? [];
    return minor === undefined
      ? statSync(file, ...rest)
      : { isBlockDevice: () => true, rdev: (253 << 8) | Number(minor) };
  }) as never);
  const asked: string[] = [];
  const exec = {
    ...unhurried,
    ask: (name: string, { spots }: Parameters<typeof readable>[0]) => {
      asked.push(`${name} ${spots.length}`);
      if (bad === 'hangs') return Promise.reject(new Error('no answer'));
      return Promise.resolve(spots.map(({ device, at }) => !bad.includes(`${device} ${at}`)));
    },
    run: ({ tool, argv: [first], parse }: Command<unknown>) => {
      asked.push(`${tool} ${first}`);
      return Promise.resolve(parse({ status: 1, stdout: '', stderr: `dd: error reading: Input/output error` }));
    },
  } as unknown as Exec;
  return { exec, asked, uuids };
}

async function problemsOf({ exec, uuids }: ReturnType<typeof host>): Promise<readonly (string | undefined)[]> {
  const spots = uuids.flatMap((uuid) => spotsOf(uuid, false));
  const read = await createBlockReader(spots, exec);
  const problems: (string | undefined)[] = [];
  for (const spot of spots) problems.push(await read(spot));
  return problems;
}

test.each([10, 200])('the blocks of %i snapshots are read in one process', async (many) => {
  const world = host(many, []);
  expect(new Set(await problemsOf(world))).toEqual(new Set([undefined]));
  expect(world.asked).toEqual([`readable ${2 * many}`]);
});

test('a process of its own says why a block can not be read', async () => {
  const world = host(10, ['/dev/dm-4 524288', '/dev/dm-7 0']);
  const problems = await problemsOf(world);
  expect(problems.flatMap((problem, index) => (problem === undefined ? [] : [[index, problem]]))).toEqual([
    [5, 'Input/output error'],
    [6, 'Input/output error'],
  ]);
  expect(world.asked).toEqual(['readable 20', 'dd if=/dev/dm-4', 'dd if=/dev/dm-7']);
});

test('where a process for all has no answer, and for few blocks, each has its own', async () => {
  const hanging = host(5, 'hangs');
  expect(new Set(await problemsOf(hanging))).toEqual(new Set(['Input/output error']));
  expect(hanging.asked).toHaveLength(1 + 10);
  const few = host(4, []);
  await problemsOf(few);
  expect(few.asked.map((one) => one.split(' ')[0])).toEqual(Array.from({ length: 8 }, () => 'dd'));
});

test('a block is read past all caches, or said not to be', () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'holdstill-reads.'));
  const file = join(directory, 'a');
  fs.writeFileSync(file, Buffer.alloc(8192));
  const opened = vi.spyOn(fs, 'openSync');
  const spots = [
    { device: file, at: 4096 },
    { device: file, at: 8192 },
    { device: join(directory, 'b'), at: 0 },
  ];
  const [inside, ...beyond] = readable({ file, spots, ms: 1000 });
  expect(beyond).toEqual([false, false]);
  for (const [, flags] of opened.mock.calls) expect(Number(flags) & fs.constants.O_DIRECT).not.toBe(0);
  // Not every file system has direct reading; what it can't do is false.
  expect(typeof inside).toBe('boolean');
  expect(readable({ file, spots, ms: 0 })).toEqual([false, false, false]);
  fs.rmSync(directory, { recursive: true });
});
