import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';
import { LONG, STORAGES } from './storages.ts';

for (const storage of STORAGES)
  describeLab(`storage: ${storage.name}`, () => {
    let run: LabRun;
    beforeAll(async () => {
      const { words, world, one, many, odd, tooLarge = '', fill } = storage;
      run = await scenario('test/conformance/providers.bash', {
        values: {
          STORAGE: words,
          ONE: one,
          MANY: many.source,
          MANY_NAMES: many.names,
          ODD: odd,
          TOO_LARGE: tooLarge,
          FILL: fill ? 'yes' : '',
          LONG,
        },
        world,
        timeoutMs: 200_000,
        modules: ['loop', 'dm-snapshot', 'dm-thin-pool'],
      });
    }, 600_000);

    test('leaves the machine as it was, and shows the moment of each run', () => {
      const many = storage.many.names.map((name) => `this is ${name || 'm1'}\n`).join('');
      expect(run.stdout).toBe(`this is a\nthis is a\nchanged\nchanged\n${many}`);
      for (const name of ['open', 'close', 'close-first', 'close-second']) {
        expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      }
    });

    test('removes again what is gone', () => {
      expect(run.call('close-again')).toMatchObject({ status: 0 });
      expect(run.call('gone-already').stdout).toContain('nothing is left');
    });

    test('keeps what is not its own, and says so', () => {
      // The data is as bad as what is left is foreign.
      expect(run.call('foreign').status).toBe(5);
      expect(run.call('foreign').stdout).toMatch(/left .*not the (snapshot|one).*find out who owns it/);
      expect(run.call('foreign-away').stdout).toContain('nothing is left');
    });

    test('does not forget what somebody renamed', () => {
      expect(run.call('renamed').stdout).toMatch(/left .*somebody renamed it/);
      expect(run.call('renamed-back').stdout).toContain('nothing is left');
    });

    test('reports the health of a snapshot that is gone, or full', () => {
      expect(run.call('lost').status).toBe(5);
      expect(run.call('lost').stdout).toMatch(/BAD: .*its snapshot .*is gone/);
      if (storage.fill === undefined) return;
      expect(run.call('full').status).toBe(5);
      expect(run.call('full').stdout).toMatch(/BAD: .*overflowed/);
    });

    test.each(storage.odd.map((source, index) => ({ source: source.slice(0, 60), index })))(
      'takes $source',
      ({ index }) => {
        expect(run.call(`odd${index}`)).toMatchObject({ status: 0, stderr: '' });
        expect(run.call(`odd${index}-post`)).toMatchObject({ status: 0, stderr: '' });
      },
    );

    test('takes many at once, in as few processes as it can', () => {
      expect(run.call('many')).toMatchObject({ status: 0, stderr: '' });
      const commands = run
        .files('commands')
        .split('\n')
        .filter((line) => line.includes('"argv":'));
      const words = commands.map((line) => JSON.parse(line) as { argv: string[]; input?: string });
      const takes = words.filter(
        ({ argv, input = '' }) =>
          storage.many.takes.test(argv.join(' ')) &&
          !/report|lvs/.test(argv.join(' ')) &&
          (argv[0] !== 'lvm' || input.includes('lvcreate')),
      );
      expect(takes).toHaveLength(storage.many.processes);
    });

    test.each([storage].filter(({ tooLarge }) => tooLarge !== undefined))(
      'fails with the same code where there is no room',
      () => {
        expect(run.call('large').status).toBe(1);
        expect(run.files('fault').trim()).toBe('"fault":"snapshot.no-space"');
      },
    );
  });
