import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('a task that a second job opens before the first one is done', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
Y
      # other DIRECTORY: a job of its own: it opens the task, waits until it may go on, and closes it
      cat >/run/other <<'SH'
#!/bin/bash
"$PRE" t >"$1.pre"; echo $? >"$1.opened"
until [ -e "$1.end" ]; do sleep 0.05; done
[ "$1" != /run/a ] || "$POST" t >"$1.twice" 2>&1; "$POST" t >"$1.post" 2>"$1.err"; echo $? >"$1.closed"
SH
      chmod 755 /run/other; export PRE POST
      begin() { /run/other /run/$1 & until_true 60 test -s /run/$1.opened; }
      finish() { touch /run/$1.end; until_true 60 test -s /run/$1.closed; echo "$1 $(<"/run/$1.opened") $(<"/run/$1.closed")"; cp /run/$1.post $LAB/$1.said; }
      snapshots() { lvs --noheadings -o lv_name -S 'lv_tags=holdstill' | wc -l; }
      mark; job=$REPO/dist/bacula sesam=$REPO/dist/sesam

      # nothing tells them apart
      call blind-a $PRE t; call blind-b $PRE t; call blind-first $POST t; call blind-second $POST t; call blind-third $POST t; same blind
      # each is a script; the one that lost it ends first, and closes twice
      begin a; begin b; finish a; snapshots; finish b
      # the first was killed, as by a crash of the client
      begin dead; kill -9 $!; begin next; finish next; same scripts
      # the last hook was killed, and has left its lock: its product knows of that
      $PRE t >/dev/null; echo closes >/var/lib/holdstill/t.lock; call killed-pre $PRE t; call killed-post $POST t
      # a hook of another job was killed, long before it could clear anything: the first one's job still reads
      $PRE t >/dev/null; echo opens 12345678 >/var/lib/holdstill/t.lock; call rival-pre $PRE t; call rival-post $POST t; $POST t >/dev/null 2>&1
      # ids of their own
      for id in 7 8; do $job/run-before t --job=$id >/dev/null; done
      call id-early $job/run-after t --job=7; snapshots; call id-8 $job/run-after t --job=8; call id-late $job/run-after t --job=7; call id-8-again $job/run-after t --job=8
      # closed by hand while the job may have read
      $sesam/sbc_pre t >/dev/null; $HOLDSTILL recover t >/dev/null; call hand-sesam $sesam/sbc_post t; call hand-again $sesam/sbc_post t
      $PRE t --run=9 >/dev/null; call hand-post $HOLDSTILL post t; call hand-job $POST t --run 9
      same end; stat -c '%a %U %s' /var/lib/holdstill/t.history`,
      { world: 'vg vg0 200M\n  lv data 16M ext4', timeoutMs: 400_000 },
    );
  });

  const BAD = /verdict +BAD: /;

  test('and nothing tells their ends apart: neither is told good, and the next run is', () => {
    expect(run.call('blind-b')).toMatchObject({ status: 0, stdout: expect.stringContaining('cleared') as string });
    for (const name of ['blind-first', 'blind-second']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stdout, `of ${name}`).toMatch(BAD);
    }
    expect(run.call('blind-first').stderr).toMatch(/two jobs had the task open.*give each job its own task/);
    expect(run.call('blind-second').stderr).toMatch(/another job took the task over/);
    expect(run.call('blind-third')).toMatchObject({ status: 0, stderr: '' });
  });

  test('and each is a script that calls both hooks: the one that lost it is told, the other keeps its snapshot', () => {
    expect(run.stdout).toMatch(/^a 0 5\n1\nb 0 0\nnext 0 0\n1\n/);
    expect(run.files('a.said')).toMatch(/BAD: another job took the task over.*; nothing was touched/);
    expect(run.files('b.said')).toMatch(/verdict +good/);
  });

  test('and the first one died: the next night is not called bad', () => {
    expect(run.files('next.said')).toMatch(/verdict +good/);
    expect(run.call('killed-pre').stdout).toMatch(/cleared +what run \w+ left\n/);
    expect(run.call('killed-post').stdout).toMatch(/verdict +good/);
    expect(run.call('rival-pre').stdout).toMatch(/cleared +what run \w+ left; if its job still runs/);
    expect(run.call('rival-post').status).toBe(5);
  });

  test('and they have ids: exactly the one that lost it is told, before and after the other one is done', () => {
    for (const name of ['id-8', 'id-8-again'])
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('id-8').stdout).toMatch(/verdict +good/);
    expect(run.call('id-early').stdout).toMatch(
      /^ERROR: THIS BACKUP MAY BE BAD: the task is open for job 8 now; the snapshot that job 7 read/m,
    );
    expect(run.call('id-late').stdout).toMatch(/^ERROR: THIS BACKUP MAY BE BAD: another job took the task over/m);
    for (const name of ['id-early', 'id-late']) expect(run.call(name).status, `of ${name}`).toBe(5);
  });

  test('and that somebody closes by hand: its job is told once', () => {
    expect(run.call('hand-sesam').stdout).toMatch(
      /STATUS:ERROR \{THIS BACKUP MAY BE BAD: somebody closed run \w+ of the task by hand/,
    );
    expect(run.call('hand-again').stdout).toMatch(/\nSTATUS:OK\n$/);
    expect(run.call('hand-post')).toMatchObject({ status: 0 });
    expect(run.call('hand-job')).toMatchObject({ status: 5 });
  });

  test('leaves nothing but a small file of root', () => {
    expect(run.stderr).toMatch(/^[^\n]* Killed [^\n]*\n$/);
    expect(run.stdout).not.toContain('the machine is not as it was');
    expect(run.stdout).toMatch(/\n600 root \d{3,4}\n$/);
  });
});
