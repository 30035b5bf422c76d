/* One backup from its first command to its last, on a real LVM in the lab: npm run demo. */
import { readFileSync } from 'node:fs';
import { labReason } from './lab/reason.ts';
import { inLab } from './lab/run.ts';

const guest = readFileSync(new URL('demo/demo.bash', import.meta.url), 'utf8');

const world = `
  vg system 700M
    lv vm1 192M mbr
      p1 32256B+128M ext3 writer
      p5 logical swap`;

/** Colours where there is a terminal that has them; Node itself respects NO_COLOR and TERM=dumb. */
const colour = process.stdout.isTTY && process.stdout.hasColors();
const paint = (code: string, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What a machine without the lab can still do. */
function sayOtherwise(reason: string): void {
  say(`\n${paint('1;31', 'The demo needs the lab, which is not to be had here:')} ${reason}\n`);
  say('What else shows that holdstill works:');
  say('  npm run unit       the tests that need nothing but Node.js');
  say('  a host with LVM    copy dist/holdstill there, write /etc/holdstill/holdstill.yaml with the line');
  say('                     `  nightly: {lv: VG/LV}` below `version: 1` and `tasks:`, and type as root');
  say('                     `holdstill plan nightly`: it shows every command it would run, and changes nothing');
}

async function main(): Promise<number> {
  say(`\n${paint('1', 'holdstill: one backup of a virtual machine that goes on running')}`);
  say('In the lab: a User-Mode Linux kernel with a real LVM. Nothing of this machine is touched.');
  const reason = await labReason();
  if (reason !== undefined) {
    sayOtherwise(reason);
    return 1;
  }
  const started = performance.now();
  const script = `export DEMO_COLOR=${colour ? '1' : ''}\n${guest}`;
  const run = await inLab(script, { name: 'demo', world, echo: true });
  const seconds = (ms: number | string | undefined): string => (Number(ms) / 1000).toFixed(1);
  const all = seconds(performance.now() - started);
  if (run.status !== 0) {
    say(`\n${paint('1;31', 'FAILED')}  it broke off with status ${String(run.status)} after ${all} s`);
    if (run.status >= 124) process.stderr.write(run.stderr);
    return 1;
  }
  const claims = run.files('claims').trim().split('\n');
  const failed = claims.filter((claim) => !claim.startsWith('ok '));
  const [synced, saved, later, pre, post] = run.files('numbers').trim().split(' ');
  say(`\n${paint('1;36', 'In short')}`);
  say(`   ${String(saved)} files saved, ${String(synced)} of them due; ${String(later)} more written meanwhile`);
  say(
    `   sbc_pre ${seconds(pre)} s, sbc_post ${seconds(post)} s, all of it ${all} s; a process costs ten times as much in the lab`,
  );
  for (const claim of failed) say(`   ${claim.replace('FAILED', paint('1;31', 'FAILED'))}`);
  const verdict = `${String(claims.length - failed.length)} of ${String(claims.length)} claims hold`;
  say(`   ${paint(failed.length === 0 ? '1;32' : '1;31', verdict)} (what ran: test/demo/demo.bash)`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
