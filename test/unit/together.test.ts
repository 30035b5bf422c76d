import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import { mountTogether } from '../../src/mounts/together.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { fstabOf } from '../../src/system/tools/mount.ts';
import { unhurried } from '../prober.ts';

afterEach(() => vi.restoreAllMocks());

const ROOT = '1 1 8:1 / / rw - ext4 /dev/sda1 rw';
const PLAIN = { kind: 'mount', type: 'ext4', trust: 'guest', subdirectory: '' };

function stepAt(number: number, more: object = {}): NotedStep {
  const step = {
    ...PLAIN,
    label: `p${number}`,
    device: `/dev/dm-${number}`,
    point: `/m/p ${number}`,
    volume: `LVM-${number}`,
  };
  return { number, step: { ...step, ...more }, facts: undefined };
}

/** A kernel of device-mapper devices, and a mount(8) that mounts what it is given, but for what `spoil` makes of a line of mountinfo. */
function host(spoil: (line: string) => string | undefined) {
  const { readFileSync } = fs;
  const mounts = [ROOT];
  const commands: string[] = [];
  let looks = 0;
  vi.spyOn(fs, 'readFileSync').mockImplementation(((file: string, ...rest: never[]) => {
    const [, minor] = /^\/sys\/dev\/block\/253:(\d+)\/dm\/uuid$/.exec(file) ?? [];
    if (minor !== undefined) return `LVM-${minor}\n`;
    if (file !== '/proc/self/mountinfo') return readFileSync(file, ...rest);
    looks += 1;
    return `${mounts.join('\n')}\n`;
  }) as never);
  const run = ({ tool, argv, input = '', fd, parse }: Command<unknown>): Promise<unknown> => {
    commands.push([tool, ...argv].join(' '));
    let stderr = '';
    if (tool === 'mount') expect(fs.readFileSync(`/proc/self/fd/${fd}`, 'utf8')).toBe(input);
    for (const line of input.split('\n').filter(Boolean)) {
      const [device = '', point = '', type = '', options = ''] = line.split(' ');
      const number = device.replace('/dev/dm-', '');
      const made = spoil(
        `${100 + Number(number)} 1 253:${number} / ${point} ${options.replace(/,errors=.*/, '')} - ${type} ${device} ro`,
      );
      if (made === undefined) stderr += `mount: ${point.replace(String.raw`\040`, ' ')}: wrong fs type.\n`;
      else mounts.push(made);
    }
    return Promise.resolve(parse({ status: stderr === '' ? 0 : 64, stdout: '', stderr }));
  };
  return { exec: { ...unhurried, run } as Exec, commands, looks: () => looks };
}

const LISTED = 'mount --all --fstab /proc/self/fd/0';

test.each([2, 20])('%i plain mounts are one command and two looks at the mounts of the host', async (many) => {
  const steps = Array.from({ length: many }, (_, number) => stepAt(number));
  const { exec, commands, looks } = host((line) => line);
  const made = await mountTogether(steps, exec, tmpdir());
  expect([...made].map(([{ number }, { id, point }]) => [number, id, point])).toEqual(
    steps.map(({ number, step }) => [number, 100 + number, step['point']]),
  );
  expect(commands).toEqual([LISTED]);
  expect(looks()).toBe(2);
});

test('what mount refused, and what has not the flags that it was to have, is for a mount of its own', async () => {
  const { exec, commands } = host((line) =>
    line.startsWith('101 ') ? undefined : line.startsWith('102 ') ? line.replace('noexec,', '') : line,
  );
  const made = await mountTogether(
    [0, 1, 2, 3].map((number) => stepAt(number)),
    exec,
    tmpdir(),
  );
  expect([...made.keys()].map(({ number }) => number)).toEqual([0, 3]);
  expect(commands).toEqual([LISTED, 'umount -- /m/p 2']);
});

test('what is mounted though it is not what was taken is taken away', async () => {
  const { exec, commands } = host((line) => line.replace('253:1 ', '253:9 '));
  await expect(mountTogether([stepAt(0), stepAt(1)], exec, tmpdir())).rejects.toThrow(
    'p1: /dev/dm-1 is not the snapshot that holdstill took',
  );
  expect(commands).toEqual([LISTED, 'umount -- /m/p 1']);
});

test('a mount that hangs is named: the first of the list that is not there', async () => {
  const { exec } = host((line) => line);
  const { run } = exec;
  let calls = 0;
  const hanging = async (command: Command<unknown>): Promise<unknown> => {
    calls += 1;
    await run({
      ...command,
      fd: undefined,
      tool: 'half',
      input: command.input?.split('\n').slice(0, 2).join('\n'),
    } as never);
    throw new Fault('tool.timeout', 'mount did not end within 2 s', { hint: 'wait' });
  };
  const steps = [0, 1, 2, 3].map((number) => stepAt(number, { point: `/m/${number}` }));
  await expect(mountTogether(steps, { ...exec, run: hanging } as Exec, tmpdir())).rejects.toMatchObject({
    message: 'p2: mount did not end within 2 s',
    hint: 'wait',
  });
  expect(calls).toBe(1);
});

test('programs, directories and what is hostile are mounted alone', async () => {
  const { exec, commands } = host((line) => line);
  const others = [
    { type: 'ntfs' },
    { type: 'ocfs2' },
    { type: 'directory', root: '/x' },
    { subdirectory: 'srv' },
    { trust: 'hostile' },
    { point: '/' },
  ];
  await mountTogether([stepAt(0), ...others.map((more, index) => stepAt(index + 1, more))], exec, tmpdir());
  expect(commands).toEqual([]);
});

test('a name in an fstab ends where it ends', () => {
  const mount = {
    device: '/dev/vg0/a#b',
    point: String.raw`/mnt/a b\c` + '\t\n',
    type: 'vfat',
    options: ['ro', 'utf8'],
  };
  expect(fstabOf([mount])).toBe(String.raw`/dev/vg0/a\043b /mnt/a\040b\134c\011\012 vfat ro,utf8 0 0` + '\n');
});
