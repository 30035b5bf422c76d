import { expect, test } from 'vitest';
import { probeDevice } from '../../src/system/tools/blkid.ts';
import type { Command, Exec } from '../../src/system/command.ts';
import { confine } from '../../src/system/confine.ts';
import { readDirectories } from '../../src/system/tools/find.ts';
import { unhurried } from '../prober.ts';

/** Keeps what it is asked to run, and answers to the first of it with this complaint. */
function recording(complaint: string): { readonly exec: Exec; readonly asked: Command<unknown>[] } {
  const asked: Command<unknown>[] = [];
  return {
    asked,
    exec: {
      ...unhurried,
      async run(command) {
        asked.push(command);
        const stderr = asked.length === 1 ? complaint : '';
        return command.parse({
          status: stderr !== '' ? 1 : command.tool === 'true' || command.tool === 'find' ? 0 : 2,
          stdout: '',
          stderr,
        });
      },
    },
  };
}

const probe = probeDevice('/dev/vg0/a');

test('a tool that reads what is hostile is run by setpriv and unshare, after these were tried once', async () => {
  const { exec, asked } = recording('');
  const confined = confine(exec);
  await confined.run(probe);
  await confined.run(probe);
  expect(asked.map(({ tool }) => tool)).toEqual(['true', 'blkid', 'blkid']);
  expect(asked[1]?.within).toEqual(asked[0]?.within);
  expect(asked[1]?.within).toEqual(expect.arrayContaining(['unshare', '--net', 'setpriv', '--no-new-privs']));
  expect(asked[1]?.argv).toEqual(probe.argv);
  expect(confined.notes).toEqual([]);
});

test('where they can not, it is run without them, and that is reported once', async () => {
  const { exec, asked } = recording("setpriv: unrecognized option '--ambient-caps'\nTry 'setpriv --help'\n");
  const confined = confine(exec);
  await confined.run(probe);
  await confined.run(probe);
  expect(asked.slice(1).map(({ within }) => within)).toEqual([undefined, undefined]);
  expect(confined.notes).toEqual([
    "the programs that read what is hostile are not confined: setpriv: unrecognized option '--ambient-caps'",
  ]);
});

test('what reads nothing of a guest, and what is not there, is run as ever', async () => {
  const { exec, asked } = recording('');
  const confined = confine(exec);
  await confined.run(readDirectories(['/mnt'], 1000));
  await confined.run({ ...probe, tool: 'no-such-tool' });
  expect(asked.map(({ tool, within }) => [tool, within])).toEqual([
    ['find', undefined],
    ['no-such-tool', undefined],
  ]);
});
