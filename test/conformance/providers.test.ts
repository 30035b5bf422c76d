import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';
import { STORAGES, type Storage } from './storages.ts';

/** What every kind of storage must do, tried on the real thing. */
function scriptOf({
  make,
  one,
  many,
  odd,
  change,
  find,
  impostor,
  stays,
  away,
  rename: [rename, back],
  lose,
  tooLarge,
  fill,
}: Storage): string {
  const names = many.names.map((name) => `/run/holdstill/many${name && `/${name}`}/name`);
  return `. "$REPO/test/lab/guest/break.bash"
  detach() { losetup --noheadings --output NAME --associated "$S" | xargs -r losetup --detach; }
  ${make}
  configure <<'Y'
log: {level: debug}
tasks:
  a: {${one}}
  b: {${one}}
  many: {${many.source}}
${odd.map((source, index) => `  odd${index}: {${source}}`).join('\n')}
${tooLarge === undefined ? '' : `  large: {${tooLarge}}`}
Y
  mark; J=/var/lib/holdstill/a.journal LOG=/var/log/holdstill/holdstill.log
  call open $PRE a; cat /run/holdstill/a/name; cp $J /run/a.journal; call close $POST a; same 'taken and removed'
  call close-again $POST a; cp /run/a.journal $J; call gone-already $POST a; same 'removed twice'

  $PRE a >/dev/null; ${change}; $PRE b >/dev/null
  cat /run/holdstill/a/name /run/holdstill/b/name; call close-first $POST a; cat /run/holdstill/b/name; call close-second $POST b
  same 'two runs at once'

  $PRE a >/dev/null; ${find}; umount /run/holdstill/a; detach; ${impostor}
  call foreign $POST a; ${stays} || echo 'what was not ours is gone'; ${away}; call foreign-away $POST a; same 'what is not ours'

  $PRE a >/dev/null; ${find}; umount /run/holdstill/a; detach; ${rename}
  call renamed $POST a; ${back}; call renamed-back $POST a; same 'what was renamed'

  $PRE a >/dev/null; ${find}; umount /run/holdstill/a; detach; ${lose}; call lost $POST a; same 'lost'
  ${fill === undefined ? '' : `$PRE a >/dev/null; ${fill}; call full $POST a; same full`}

  for task in ${odd.map((_, index) => `odd${index}`).join(' ')}; do call $task $PRE $task; call $task-post $POST $task; same $task; done

  : >$LOG; call many $PRE many; cat ${names.join(' ')}; cp $LOG "$LAB/commands"; $POST many >/dev/null; same many
  ${tooLarge === undefined ? '' : `: >$LOG; call large $PRE large; grep -o '"fault":"[^"]*"' $LOG >"$LAB/fault"; same 'no room'`}`;
}

for (const storage of STORAGES)
  describeLab(`storage: ${storage.name}`, () => {
    let run: LabRun;
    beforeAll(async () => {
      run = await inLab(scriptOf(storage), {
        world: storage.world,
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

    test('tells the health of a snapshot that is gone, or full', () => {
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
