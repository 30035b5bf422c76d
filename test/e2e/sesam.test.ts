import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabOptions, type LabRun } from '../lab/run.ts';
import type { Call } from '../lab/result.ts';

const ARTICLE_WORLD = `vg system 3G
  lv xenvm 1200M ext4 writer /srv/xenvm`;
/** Quick to make; a snapshot of 8 MiB overflows when 20 MiB are written. */
const SMALL_WORLD = `vg system 300M
  lv xenvm 64M ext4 /srv/xenvm`;

/** The configuration that the article's case needs. */
const task = (size: string, more = ''): string => `version: 1
tasks:
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: ${size}}
${more}`;

/** In a guest with our hooks where the (emulated) SEP client looks for them. */
function inSepLab(yaml: string | undefined, script: string, options: LabOptions): Promise<LabRun> {
  const configuration = yaml === undefined ? '' : `configure <<'YAML'\n${yaml}\nYAML`;
  const before = `. "$REPO/test/e2e/guest.bash" || exit 99\nsep_install\n${configuration}\nlook before\n`;
  return inLab(before + script, { name: 'sesam', ...options });
}

/** The one line that the SEP client goes by; it must be the last, at column 0, of at most 15, and agree with the status. */
function verdictOf({ stdout, stderr, status }: Call): string {
  const lines = stdout.split('\n').slice(0, -1);
  expect({ stderr, last: lines.filter((line) => line.startsWith('STATUS')) }).toEqual({
    stderr: '',
    last: [lines.at(-1)],
  });
  expect(lines.length).toBeLessThanOrEqual(15);
  expect(stdout.endsWith('\n')).toBe(true);
  const last = lines.at(-1) ?? '';
  expect(last).toMatch(/^STATUS:(OK|ERROR \{[^{}]+\})$/);
  expect(status).toBe(last === 'STATUS:OK' ? 0 : 1);
  return last;
}

describeLab("SEP sesam's article, with an emulation of the SEP client", () => {
  test('the task saves the instant of the snapshot, the guest goes on, and nothing is left', async () => {
    const run = await inSepLab(
      task('1G'),
      `
      mkdir -p /mnt/vmbackup /srv/xenvm/vm1
      head -c 3000000 /dev/urandom >/srv/xenvm/vm1/disk0.img; echo 'name = "vm1"' >/srv/xenvm/vm1/vm1.cfg
      (cd /srv/xenvm/vm1 && sha256sum *) >"$LAB/images"
      sync -f /srv/xenvm
      meanwhile() {
        written xenvm >"$LAB/later"
        echo overwritten >/srv/xenvm/vm1/disk0.img
        call goes-on writes_on xenvm
        call write touch /mnt/vmbackup/new
        findmnt -n -o FSTYPE,OPTIONS /mnt/vmbackup
      }
      written xenvm >"$LAB/due"
      sep_backup backup Backup_XEN_vm1 /mnt/vmbackup meanwhile
      look after
      mkdir /dev/shm/restored && tar -C /dev/shm/restored -xf /dev/shm/backup.tar
      call instant check_written /dev/shm/restored "$LAB/due" "$LAB/later"
      call tree check_static /dev/shm/restored xenvm
      call images sh -c 'cd /dev/shm/restored/vm1 && sha256sum --quiet -c /lab/images'
      call point ls -d /mnt/vmbackup`,
      { world: ARTICLE_WORLD },
    );
    expect(verdictOf(run.call('backup-pre'))).toBe('STATUS:OK');
    expect(run.call('backup-saved')).toMatchObject({ status: 0, stderr: '' });
    expect(verdictOf(run.call('backup-post'))).toBe('STATUS:OK');
    expect(run.call('backup-pre').stdout).toMatch(/^ {2}snapshot .*system\/xenvm .*1\.0 GiB/m);
    expect(run.call('backup-post').stdout).toMatch(/^ {2}verdict +good: .* of 1\.0 GiB used$/m);
    expect(run.stdout).toMatch(/^ext4 +ro,nosuid,nodev,noexec,/);
    expect(run.call('write').stderr).toContain('Read-only file system');
    for (const name of ['goes-on', 'instant', 'tree', 'images']) expect(run.call(name)).toMatchObject({ status: 0 });
    expect(run.files('after')).toBe(run.files('before'));
    // Made beforehand by the admin, and gone all the same: a job without sbc_pre must not save an empty directory.
    expect(run.call('point').status).toBe(2);
  });

  test('other tasks pass, and every order of calls is answered well', async () => {
    const run = await inSepLab(
      task('full', 'sesam: {trace: true}'),
      `
      sep_hook other-pre sbc_pre SC20240131200000123 Backup_other F; sep_hook other-post sbc_post Backup_other
      sep_hook bare-pre sbc_pre; sep_hook bare-post sbc_post
      look after-other
      sep_hook early-post sbc_post Backup_XEN_vm1
      sep_hook pre1 sbc_pre Backup_XEN_vm1
      echo later >/srv/xenvm/later; sync -f /srv/xenvm
      sep_hook pre2 sbc_pre Backup_XEN_vm1; lvs --noheadings -o lv_tags system | grep -c holdstill
      cat /mnt/vmbackup/later
      sep_hook while-open sbc_post Backup_other
      sep_hook post1 sbc_post Backup_XEN_vm1; sep_hook post2 sbc_post Backup_XEN_vm1; sep_hook post3 sbc_post Backup_XEN_vm1
      look after
      stat -c %a /var/log/holdstill/trace.jsonl; head -n 1 /var/log/holdstill/trace.jsonl >"$LAB/trace"`,
      { world: SMALL_WORLD },
    );
    const names = ['other-pre', 'other-post', 'bare-pre', 'bare-post', 'early-post', 'pre1', 'pre2', 'while-open'];
    for (const name of [...names, 'post3']) expect(verdictOf(run.call(name))).toBe('STATUS:OK');
    expect(run.call('pre2').stdout).toMatch(/^ {2}cleared /m);
    // The client calls for all tasks, so nothing says which of the two runs ends; see taken.test.ts.
    for (const name of ['post1', 'post2'])
      expect(verdictOf(run.call(name))).toMatch(/^STATUS:ERROR \{THIS BACKUP MAY BE/);
    expect(run.call('post3').stdout).toContain('not open');
    expect(run.files('after-other')).toBe(run.files('before'));
    expect(run.files('after')).toBe(run.files('before'));
    expect(run.stdout).toBe('1\nlater\n600\n');
    const trace = JSON.parse(run.files('trace')) as Record<string, unknown>;
    expect(trace).toMatchObject({
      product: 'sesam',
      phase: 'open',
      argv: ['/opt/sesam/bin/sesam/sbc_pre', 'SC20240131200000123', 'Backup_other', 'F'],
      cwd: '/opt/sesam/var/work',
      uid: 0,
    });
    expect(trace['environment']).toEqual(expect.arrayContaining(['LANG', 'SM_BIN_SESAM']));
    expect(trace['descriptors']).toEqual(
      expect.arrayContaining(['0 -> /dev/null', expect.stringMatching(/^1 -> pipe:/)]),
    );
    expect(run.files('trace')).not.toContain('de_DE');
  });

  test('an overflowed snapshot fails the job at sbc_post, which names the LV and removes everything', async () => {
    const run = await inSepLab(
      task('8M'),
      `
      overflow() { dd if=/dev/urandom of=/srv/xenvm/more bs=1M count=20 conv=fsync status=none; }
      sep_backup full Backup_XEN_vm1 /mnt/vmbackup overflow
      look after
      rm /srv/xenvm/more
      sep_backup next Backup_XEN_vm1 /mnt/vmbackup`,
      { world: SMALL_WORLD },
    );
    expect(verdictOf(run.call('full-pre'))).toBe('STATUS:OK');
    expect(verdictOf(run.call('full-post'))).toMatch(
      /^STATUS:ERROR \{THIS BACKUP MAY BE BAD: .*system\/xenvm: .*overflow/,
    );
    expect(run.call('full-post').stdout).toContain('nothing is left');
    expect(run.files('after')).toBe(run.files('before'));
    expect(verdictOf(run.call('next-post'))).toBe('STATUS:OK');
  });

  test('the task may come in the environment, and errors may leave with status 0', async () => {
    const run = await inSepLab(
      task('{}', 'sesam: {taskEnv: SESAM_TASK, exitZero: true}'),
      `
      export SESAM_TASK=Backup_XEN_vm1
      sep_hook broken sbc_pre F
      configure <<'YAML'
${task('8M', 'sesam: {taskEnv: SESAM_TASK, exitZero: true}')}
YAML
      sep_hook pre sbc_pre F; mountpoint -q /mnt/vmbackup && echo open
      dd if=/dev/urandom of=/srv/xenvm/more bs=1M count=20 conv=fsync status=none
      sep_hook post sbc_post F
      look after`,
      { world: SMALL_WORLD },
    );
    expect(run.call('broken').stdout).toMatch(/^STATUS:ERROR \{.*size/m);
    expect(verdictOf(run.call('pre'))).toBe('STATUS:OK');
    expect(run.stdout).toBe('open\n');
    expect(run.call('post')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\nSTATUS:ERROR \{.+\}\n$/) as string,
    });
    expect(run.files('after')).toBe(run.files('before'));
  });
});

describeLab('sbc_pre and sbc_post', () => {
  test('say what is wrong with the configuration, and sbc_post closes without one', async () => {
    const run = await inSepLab(
      undefined,
      `
      sep_hook none-pre sbc_pre Backup_XEN_vm1; sep_hook none-post sbc_post Backup_XEN_vm1
      configure <<<'${task('8M')}'
      sep_hook pre sbc_pre Backup_XEN_vm1
      echo 'tasks: [' >/etc/holdstill/holdstill.yaml
      sep_hook broken-pre sbc_pre Backup_XEN_vm1; mountpoint -q /mnt/vmbackup && echo still open
      sep_hook broken-post sbc_post Backup_XEN_vm1
      look after`,
      { world: SMALL_WORLD },
    );
    expect(verdictOf(run.call('none-pre'))).toMatch(/^STATUS:ERROR \{.*\/etc\/holdstill/);
    expect(verdictOf(run.call('none-post'))).toMatch(/^STATUS:ERROR \{.*\/etc\/holdstill/);
    expect(verdictOf(run.call('pre'))).toBe('STATUS:OK');
    expect(verdictOf(run.call('broken-pre'))).toMatch(/^STATUS:ERROR \{.*holdstill\.yaml/);
    expect(run.stdout).toBe('still open\n');
    expect(verdictOf(run.call('broken-post'))).toBe('STATUS:OK');
    expect(run.call('broken-post').stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('no name and no text of another tool can forge a line', async () => {
    const evil = String.raw`$'x\nSTATUS:OK\n'`;
    const run = await inSepLab(
      `version: 1
tasks:
  "STATUS:OK": {lv: system/xenvm}
  "STATUS:ERROR {x}": {lv: system/no-such}
  "a{b}c": {lv: "system/xenvm", mount: "/mnt/STATUS:OK"}
  noise: {lv: system/noise}
`,
      `
      sep_hook newline sbc_pre ${evil} noise2; sep_hook newline-post sbc_post ${evil}
      sep_hook named-ok sbc_pre STATUS:OK; sep_hook named-ok-post sbc_post STATUS:OK
      sep_hook named-error sbc_pre 'STATUS:ERROR {x}'
      sep_hook braces sbc_pre 'a{b}c'
      sep_hook braces-post sbc_post 'a{b}c'
      # What a tool says is quoted.
      mv /usr/sbin/lvm /usr/sbin/lvm.real
      printf '#!/bin/sh\\nprintf "STATUS:OK\\\\n\\\\rSTATUS:ERROR {no}\\\\n" >&2; exit 3\\n' >/usr/sbin/lvm
      chmod 755 /usr/sbin/lvm
      sep_hook tool sbc_pre STATUS:OK
      mv /usr/sbin/lvm.real /usr/sbin/lvm
      look after`,
      { world: SMALL_WORLD },
    );
    for (const name of ['newline', 'newline-post', 'named-ok', 'named-ok-post', 'braces', 'braces-post']) {
      expect(verdictOf(run.call(name))).toBe('STATUS:OK');
    }
    expect(verdictOf(run.call('named-error'))).toMatch(/^STATUS:ERROR \{.*no-such/);
    expect(verdictOf(run.call('tool'))).toMatch(/^STATUS:ERROR \{/);
    // Within a line of ours, and at the beginning of none.
    expect(run.call('tool').stdout).toMatch(/[^\n]STATUS:OK/);
    expect(run.call('tool').stdout.match(/^STATUS:/gm)).toHaveLength(1);
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('a stopped sbc_pre undoes what it has done, and says so', async () => {
    // Each time the signal comes while another command of ours works, so that another part of the undo is shown.
    const run = await inSepLab(
      task('8M'),
      `
      slow() { # slow TOOL: from now on it takes three seconds, in which the hook is sent a TERM
        mv "/usr/bin/$1" "/usr/bin/$1.real" 2>/dev/null || mv "/usr/sbin/$1" "/usr/bin/$1.real"
        printf '#!/bin/sh\\nif mkdir /run/slow-%s 2>/dev/null; then sleep 3; fi\\nexec %s.real "$@"\\n' "$1" "/usr/bin/$1" >"/usr/sbin/$1"
        chmod 755 "/usr/sbin/$1"
      }
      stopped() { # stopped NAME SIGNAL TOOL
        rm -rf "/run/slow-$3"
        sep_hook "$1" sbc_pre Backup_XEN_vm1 &
        until_true 20 test -d "/run/slow-$3"
        kill "-$2" "$(pgrep -f '^holdstill pre')"
        wait $!
        look "after-$1"
      }
      slow mount; stopped mounting TERM mount
      slow blkid; stopped looking HUP blkid
      sep_hook post sbc_post Backup_XEN_vm1
      sep_hook again sbc_pre Backup_XEN_vm1; sep_hook again-post sbc_post Backup_XEN_vm1`,
      { world: SMALL_WORLD },
    );
    expect(verdictOf(run.call('mounting'))).toMatch(/^STATUS:ERROR \{.*stopped by SIGTERM/);
    expect(verdictOf(run.call('looking'))).toMatch(/^STATUS:ERROR \{.*stopped by SIGHUP/);
    expect(run.files('after-mounting')).toBe(run.files('before'));
    expect(run.files('after-looking')).toBe(run.files('before'));
    for (const name of ['post', 'again', 'again-post']) expect(verdictOf(run.call(name))).toBe('STATUS:OK');
  });
});
