import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start = `
. "$REPO/test/lab/guest/break.bash"
SBC_PRE=$REPO/dist/sesam/sbc_pre SBC_POST=$REPO/dist/sesam/sbc_post RUN_BEFORE=$REPO/dist/bacula/run-before
state=/var/lib/holdstill logs=/var/log/holdstill
configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  m: {lv: vg0/data, size: 8M, mount: /mnt/t}
sesam: {trace: true}
log: {level: debug}
Y
mark
`;
const world = 'vg vg0 100M\n  lv data 32M ext4';

/** The call of a hook, its exit status, and what it must say. */
type Case = readonly [name: string, status: number, ...said: RegExp[]];

function expectAnswers(run: LabRun, cases: readonly Case[]): void {
  for (const [name, status, ...due] of cases) {
    const call = run.call(name);
    const said = call.stdout + call.stderr;
    for (const text of due) expect(said, `of ${name}`).toMatch(text);
    expect(said, `of ${name}`).not.toContain('bug');
    expect(call.status, `${name}: ${said}`).toBe(status);
  }
}

describeLab('files and directories that others than root could change', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      chmod 777 $state
      call state-world $PRE t; call state-sesam $SBC_PRE t; call state-bacula $RUN_BEFORE t; call state-status $HOLDSTILL status
      call state-recover $HOLDSTILL recover; call state-plan $HOLDSTILL plan t
      chmod 700 $state; chown 1000 $state; call state-owner $PRE t; chown 0 $state
      chmod 775 /var/lib; call state-parent $PRE t; chmod 755 /var/lib
      mv $state /srv/state; ln -s /srv/state $state; chown -h 1000 $state; call state-link $PRE t; rm $state; mv /srv/state $state
      same 'state directory'
      # what was open before is refused as well, and closed when it is mended
      $PRE t >/dev/null; chmod 770 $state; call post-refused $POST t; chmod 700 $state; call post-mended $POST t
      same 'mended' quickly
      # journal and lock
      ln -s /srv/target $state/t.journal; call journal-link $PRE t; rm $state/t.journal
      ln -s /srv/target $state/t.lock; call lock-link $PRE t; rm $state/t.lock
      mkfifo $state/t.lock; call lock-fifo $PRE t; rm -f $state/t.lock
      # /run/holdstill
      chmod 770 /run/holdstill; call run-group $PRE t; chmod 700 /run/holdstill
      rmdir /run/holdstill; ln -s /srv /run/holdstill; call run-link $PRE t; rm /run/holdstill; chmod 755 /srv
      mkdir -m 755 /run/holdstill; call run-open $PRE t; stat -c '%a %n' /run/holdstill >>$LAB/modes; $POST t >/dev/null
      rmdir /run/holdstill; (umask 777; call umask $PRE t); stat -c '%a %n' /run/holdstill >>$LAB/modes; $POST t >/dev/null
      rmdir /run/holdstill; (umask 0; call umask-0 $PRE m); stat -c '%a %n' /run/holdstill $state/m.journal >>$LAB/modes
      umount /mnt/t; stat -c '%a %n' /mnt/t >>$LAB/modes; $POST m >/dev/null 2>&1
      same 'run directory'
      ls /srv >$LAB/srv`,
      { world, timeoutMs: 200_000 },
    );
  });

  test('are refused before anything is tried, with the path and the command that mends it', () => {
    const open = /\/var\/lib\/holdstill is writable by everybody \(mode 0777\).*chmod go-w \/var\/lib\/holdstill/s;
    expectAnswers(run, [
      ['state-world', 2, open],
      [
        'state-sesam',
        1,
        /\nSTATUS:ERROR \{\/var\/lib\/holdstill is writable by .*chmod go-w \/var\/lib\/holdstill\}\n$/,
      ],
      ['state-bacula', 2, /\nERROR: \/var\/lib\/holdstill is writable by .*chmod go-w/],
      ['state-status', 2, open],
      ['state-recover', 2, open],
      ['state-plan', 2, open],
      ['state-owner', 2, /\/var\/lib\/holdstill belongs to user 1000, not to root.*chown root \/var\/lib\/holdstill/s],
      ['state-parent', 2, /\/var\/lib is writable by its group \(mode 0775\).*chmod go-w \/var\/lib\n/s],
      ['state-link', 2, /\/var\/lib\/holdstill belongs to user 1000.*chown -h root \/var\/lib\/holdstill/s],
      ['run-group', 2, /\/run\/holdstill is writable by its group.*chmod go-w \/run\/holdstill/s],
    ]);
    expect(run).toMatchObject({ status: 0, stdout: '' });
  });

  test('do not keep a task open: when they are mended it is closed', () => {
    expectAnswers(run, [
      ['post-refused', 2, /\/var\/lib\/holdstill is writable by its group.*chmod go-w/s],
      ['post-mended', 0, /verdict +good/, /nothing is left/],
    ]);
  });

  test('are not reached through a link, and a pipe holds nobody', () => {
    expectAnswers(run, [
      ['journal-link', 3, /t\.journal is a symbolic link/],
      ['lock-link', 1, /t\.lock can't be made: too many symbolic links/],
      ['lock-fifo', 1, /t\.lock is not a regular file; look at it/],
      ['run-link', 1, /\/run\/holdstill is a symbolic link/],
    ]);
    expect(run.files('srv')).toBe('');
  });

  test('of ours are for root alone, whatever the umask of the caller and whoever made them', () => {
    expectAnswers(run, [
      ['run-open', 0],
      ['umask', 0],
      ['umask-0', 0],
    ]);
    expect(run.files('modes')).toBe(
      '700 /run/holdstill\n700 /run/holdstill\n700 /run/holdstill\n600 /var/lib/holdstill/m.journal\n700 /mnt/t\n',
    );
  });
});

describeLab('the log, the trace and the mount', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      log=$logs/holdstill.log
      both() { call $1-pre $PRE t; call $1-post $POST t; }
      chmod 777 $logs; both log-directory; [ ! -e $log ] || echo 'it was written'; chmod 700 $logs
      touch $log; chmod 666 $log; both log-file; [ ! -s $log ] || echo 'it was written'; rm $log
      ln -s /srv/target $log; both log-link; rm $log
      mkfifo $log; both log-fifo; rm $log
      both log-sound; stat -c %a $log >$LAB/mode
      ln -s /srv/target $logs/trace.jsonl; call trace-link $SBC_PRE t; $SBC_POST t >/dev/null; rm $logs/trace.jsonl
      ls /srv >$LAB/srv
      call plan-open $HOLDSTILL plan m; chmod 700 /mnt; call plan-closed $HOLDSTILL plan m; chmod 755 /mnt; call plan-own $HOLDSTILL plan t
      # nothing of the caller's environment or of the user's command goes to a tool, the log or the trace
      mkdir /run/real
      for tool in lvm losetup mount umount blkid partx flock; do
        path=$(command -v $tool); mv $path /run/real/$tool
        printf '#!/bin/sh\\n{ tr "\\\\0" "\\\\n" </proc/$$/environ; echo "$0 $@"; } >>/run/seen\\nexec /run/real/%s "$@"\\n' $tool >$path
        chmod 755 $path
      done
      export SECRET_NAME=s3cr3t
      call traced $SBC_PRE t; call traced-post $SBC_POST t
      call ran $HOLDSTILL run t -- sh -c 'echo "$SECRET_NAME $1"' sh s3cr3t-argument
      call failed $HOLDSTILL run t -- /no/such/s3cr3t-command
      call tool-failed env PATH=/s3cr3t $PRE m
      for tool in /run/real/*; do mv $tool $(command -v \${tool##*/}); done
      call closed $POST m
      grep -c HOLDSTILL_TASK=t /run/seen >$LAB/count
      grep -l s3cr3t /run/seen $logs/* $state/* 2>/dev/null
      grep -o '"SECRET_NAME"' $logs/trace.jsonl | head -n 1 >$LAB/traced
      same end`,
      { world, timeoutMs: 200_000 },
    );
  });

  test('a log that others could change is not written; the hooks work, and say so and how to mend it', () => {
    const cases = (name: string, why: RegExp): Case[] => [
      [`${name}-pre`, 0, /ready/, why],
      [`${name}-post`, 0, /verdict +good/, why],
    ];
    expectAnswers(run, [
      ...cases(
        'log-directory',
        /note +\/var\/log\/holdstill is writable by everybody .*none is written; chmod go-w \/var\/log\/holdstill\n/,
      ),
      ...cases('log-file', /note +\/var\/log\/holdstill\/holdstill\.log is writable by everybody .*chmod go-w/),
      ...cases(
        'log-link',
        /note +\/var\/log\/holdstill\/holdstill\.log is a symbolic link: none is written; find out who owns it, and move it away: ls -l /,
      ),
      ...cases('log-fifo', /note +\/var\/log\/holdstill\/holdstill\.log is not a regular file/),
      ['log-sound-pre', 0],
      ['trace-link', 0, /STATUS:OK/],
    ]);
    expect(run.call('log-sound-pre').stdout).not.toContain('note ');
    expect(run.files('mode')).toBe('600\n');
    expect(run.files('srv')).toBe('');
    expect(run).toMatchObject({ status: 0, stdout: '' });
  });

  test('plan says who else can look into a mount, and what keeps them out', () => {
    expectAnswers(run, [
      [
        'plan-open',
        0,
        /note: other users can look into \/mnt\/t while the task is open;\n  to prevent that, choose a 'mount' below a directory that only root can enter\n/,
      ],
      ['plan-closed', 0],
      ['plan-own', 0],
    ]);
    for (const name of ['plan-closed', 'plan-own']) expect(run.call(name).stdout).not.toContain('note:');
  });

  test('no value of the environment and no word of a command of the user reaches a tool, the log or the trace', () => {
    expectAnswers(run, [
      ['traced', 0, /STATUS:OK/],
      ['ran', 0, /^s3cr3t s3cr3t-argument\n/],
      ['failed', 127],
      ['tool-failed', 0],
      ['closed', 0],
    ]);
    expect(Number(run.files('count'))).toBeGreaterThan(20);
    expect(run.files('traced')).toBe('"SECRET_NAME"\n');
  });
});
