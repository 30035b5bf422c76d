import fs from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { fileId } from '../../src/system/kernel/loops.ts';
import { parseOpenCounts } from '../../src/system/tools/dmsetup.ts';
import { removeSnapshots, type LvUsers } from '../../src/providers/lvm/remove.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import { undoLoops } from '../../src/mounts/loops.ts';
import { unhurried } from '../prober.ts';

afterEach(() => vi.restoreAllMocks());

const MANY = 20;

/** Loop devices over image files that nobody uses, in sysfs, until they are detached. */
function loopsInSysfs(attached: Set<string>): { readonly walks: () => number } {
  const { readdirSync, readFileSync } = fs;
  let walks = 0;
  vi.spyOn(fs, 'readdirSync').mockImplementation(((directory: string, ...rest: never[]) => {
    if (directory === '/proc') walks += 1;
    return directory === '/sys/block' ? [...attached] : readdirSync(directory, ...rest);
  }) as never);
  vi.spyOn(fs, 'readFileSync').mockImplementation(((file: string, ...rest: never[]) => {
    const [, name = '', attribute = ''] = /^\/sys\/block\/(loop\d+)\/(.+)$/.exec(file) ?? [];
    if (name === '') return readFileSync(file, ...rest);
    const minor = name.slice('loop'.length);
    const told = {
      dev: `7:${minor}`,
      'loop/backing_file': `/srv/${minor}.img`,
      'loop/offset': '0',
      'loop/sizelimit': '0',
    };
    if (attached.has(name) && attribute in told) return `${told[attribute as keyof typeof told]}\n`;
    throw Object.assign(new Error(file), { code: 'ENOENT' });
  }) as never);
  return { walks: () => walks };
}

test(`the users of ${MANY} loop devices are looked for once, and what is gone is not listed again`, async () => {
  const ours = Array.from({ length: MANY }, (_, index) => `loop${200 + index}`);
  const attached = new Set([...ours, 'loop7']);
  const asked: string[] = [];
  const { walks } = loopsInSysfs(attached);
  const run = ({ tool, argv: [first = '', ...names] }: Command<unknown>): Promise<unknown> => {
    asked.push(`${tool} ${first}`);
    if (first === '--detach') for (const name of names) attached.delete(name.replace('/dev/', ''));
    return Promise.resolve(
      new Map([...attached].map((name) => [`/dev/${name}`, fileId({ dev: 5, ino: name.slice(4) as never })])),
    );
  };
  const steps = ours.map((name, number): NotedStep => {
    const file = `0:5 ${name.slice(4)}`;
    return {
      number,
      step: { kind: 'loop', backing: `/srv/${name.slice(4)}.img`, offset: '0', bytes: '0', volume: `file:${file}` },
      facts: { device: `/dev/${name}`, file },
    };
  });
  const outcomes = await undoLoops({ ...unhurried, run } as Exec).undo(steps);
  expect(outcomes).toEqual(steps.map(() => ({ kind: 'undone' })));
  expect(asked).toEqual(['losetup --list', 'losetup --detach']);
  expect(walks()).toBe(1);
});

test('the kernel shows whether a snapshot is let go, and all processes are looked at before and after', async () => {
  const uuid = 'LVM-x';
  const step = { kind: 'lvm', vg: 'vg0', name: 's', originUuid: 'LVM-o', pool: '' };
  const counts = [true, true, false];
  const names = [[['tail (7)']], [[]]];
  const asked: string[] = [];
  const users: Partial<LvUsers> = {
    open: () => (asked.push('open'), Promise.resolve([counts.shift() ?? false])),
    of: () => (asked.push('of'), Promise.resolve(names.shift() ?? [[]])),
  };
  const run = (): Promise<never> => Promise.reject(new Error('removing begins'));
  const exec: Exec = { ...unhurried, run };
  const removal = removeSnapshots([{ number: 1, step, facts: { uuid } }], users as LvUsers, exec);
  await expect(removal).rejects.toThrow('removing begins');
  expect(asked).toEqual(['of', 'open', 'open', 'open', 'of']);
});

// dmsetup of lvm2 2.03.16 in the lab; what it says where there is no device at all.
test('how often device-mapper devices are open', () => {
  expect([...parseOpenCounts('1 LVM-a0\n0 LVM-b1-cow\n12 CRYPT-LUKS2-5-x\n0 \n')]).toEqual([
    ['LVM-a0', 1],
    ['LVM-b1-cow', 0],
    ['CRYPT-LUKS2-5-x', 12],
  ]);
  expect([...parseOpenCounts('No devices found\n')]).toEqual([]);
});
