import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const GUESTS = Array.from({ length: 10 }, (_, index) => `web-${index + 1}`);

describeLab('what somebody reads who has just installed it', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<'Y'
tasks:
  data: /srv/data
  web: {each: {lv: 'vg0/web-*'}, size: 8M}
  seven: {lv: vg0/web-1, partitions: [7, LABEL=none], size: 8M}
Y
      mark
      for task in data web seven; do call $task-plan $HOLDSTILL plan $task; done
      call pre $PRE web; call status $HOLDSTILL status; call post $POST web
      call find $HOLDSTILL find vg0/data; call find-none $HOLDSTILL find vg0/none; call find-file $HOLDSTILL find /srv/data/hello.txt
      call find-device $HOLDSTILL find /dev/vg0/data; call find-other $HOLDSTILL find /dev/null; cd /srv; call find-relative $HOLDSTILL find data; cd /
      touch /srv/data/plain
      call run-none $HOLDSTILL run data -- /no/such/program; call run-name $HOLDSTILL run data -- no-such-program
      call run-plain $HOLDSTILL run data -- /srv/data/plain; call run-directory $HOLDSTILL run data -- /srv
      same end`,
      {
        world: `vg vg0 600M
  lv data 64M ext4 /srv/data
${GUESTS.map((name) => `  lv ${name} 16M mbr\n    p1 8M ext2`).join('\n')}`,
        timeoutMs: 200_000,
      },
    );
  }, 300_000);

  test('x', () => {
    for (const n of [
      'data-plan',
      'web-plan',
      'seven-plan',
      'pre',
      'status',
      'post',
      'find',
      'find-none',
      'find-file',
      'find-device',
      'find-other',
      'find-relative',
      'run-none',
      'run-name',
      'run-plain',
      'run-directory',
    ]) {
      const c = run.call(n);
      process.stdout.write(`\n=== ${n} ${c.status}\n${c.stdout}--\n${c.stderr}`);
    }
    expect(run.stdout).toBe('');
  });
});
