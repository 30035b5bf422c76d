import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const world = `vg vg0 200M
  lv plain 16M ext4
  lv other 16M ext4
  lv third 16M ext4`;

/* What is done to the journal $j of task t; the second column is what is said of it. */
const DAMAGES = {
  'one byte': [`sed -i '3s/LVM-/LVN-/' $j`, /t\.journal line 3 is damaged/],
  'another LV': [`sed -i '2s/hs\\.[0-9a-f]*\\.plain/other/g' $j`, /t\.journal line 2 is damaged/],
  'lines swapped': [`sed -i '3{h;d};4G' $j`, /t\.journal line 3 is damaged/],
  'a line added': [`sed -i '2{p;s/plain/other/g}' $j`, /t\.journal line 3 is damaged/],
  'a line removed': [`sed -i 3d $j`, /t\.journal line 3 is damaged/],
  'a hole': [`dd if=/dev/zero of=$j bs=1 seek=700 count=64 conv=notrunc status=none`, /t\.journal line \d is damaged/],
  'cut at its start': [`sed -i 1d $j`, /t\.journal line 1 is damaged/],
  'a newer version': [
    `edit_journal $j '1{s/"level":3/"level":99/;s/"by":"[^"]*"/"by":"9.1"/}'`,
    /has format 99 of holdstill 9\.1; this one \(\S+\) reads 2 and 3/,
  ],
  'another machine': [`edit_journal $j '1s/"machine":"[^"]*"/"machine":"another"/'`, /is of another machine/],
  'another task': [`cat /var/lib/holdstill/u.journal >$j`, /is the journal of another task/],
  'a directory': [`rm $j; mkdir $j`, /t\.journal (is not a regular file|can't be opened: it is a directory)/],
  'a link': [`rm $j; ln -s /run/whole $j`, /t\.journal is a symbolic link/],
  'a pipe': [`rm $j; mkfifo $j`, /t\.journal is not a regular file/],
  huge: [`truncate -s 1G $j`, /t\.journal is too large for a journal/],
  "somebody else's": [`chown 1000 $j`, /t\.journal belongs to user 1000, not to root/],
  'open to others': [`chmod 666 $j`, /t\.journal is writable for users other than root/],
} as const satisfies Readonly<Record<string, readonly [string, RegExp]>>;
const names = Object.keys(DAMAGES);

describeLab('a journal', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/journals.bash', {
      world,
      timeoutMs: 200_000,
      values: { DAMAGES: Object.values(DAMAGES).map(([how]) => how) },
    });
  });

  test.each(names.map((name, index) => [name, index] as const))(
    'with %s is refused with the reason, and nothing is done',
    (name, index) => {
      // pre goes the same way, so for some of them will do.
      for (const phase of index % 4 === 0 ? ['post', 'pre'] : ['post']) {
        const { status, stdout, stderr } = run.call(`${index}-${phase}`);
        expect(stderr).toMatch(DAMAGES[name as keyof typeof DAMAGES][1]);
        expect(stdout).not.toContain('left      nothing');
        expect(status).toBe(3);
      }
    },
  );

  test('beside it the journals of other tasks are followed', () => {
    expect(run.stdout).toBe('1\n2\n');
    const { status, stdout, stderr } = run.call('beside-recover');
    expect(stderr).toMatch(/t\.journal line 3 is damaged/);
    expect(stdout).toMatch(/recover? +v|post +v/);
    expect(stdout).toContain('nothing is left');
    expect(status).toBe(3);
    expect(run.call('beside-status').stdout).toMatch(/^u +held/m);
    expect(run.call('beside-post')).toMatchObject({ status: 0, stderr: '' });
  });

  test('that was forged by somebody who can seal it still leads to nothing but our own', () => {
    expect(run.call('forged').stdout).toMatch(/left +snapshot vg0\/third: somebody renamed it to vg0\/hs\.\w+\.plain/);
    expect(run.call('forged')).toMatchObject({ status: 3 });
  });

  test('that was cut at a line end does not make us forget the snapshot: it is reported until it is gone', () => {
    for (const name of ['cut', 'cut-again']) {
      expect(run.call(name).stdout).toMatch(
        /left +snapshot vg0\/hs\.\w+\.plain: is marked with this run, but its journal does not list it/,
      );
    }
    expect(run.call('cut').status).toBe(5);
    expect(run.call('cut-again').status).toBe(3);
    expect(run.call('cut-end').stdout).toContain('nothing is left');
  });
});
