import type { Call } from '../lab/result.ts';
import { inLab } from '../lab/run.ts';
import type { Row, Scale } from './row.ts';

const TASKS: Readonly<Record<Scale, number>> = { all: 50, sample: 12 };
const ORIGINS: Readonly<Record<Scale, number>> = { all: 5, sample: 4 };

/** Opens many tasks on one VG, all at once, then closes them all at once: nobody may lose, remove or wait for ever. */
export async function together(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const [tasks, origins] = [TASKS[scale], ORIGINS[scale]];
  const numbers = Array.from({ length: tasks }, (_, index) => index);
  const run = await inLab(script(tasks, origins), {
    name: 'together',
    world: ['vg vg0 600M', ...numbers.slice(0, origins).map((n) => `  lv o${n} 8M ext2`)].join('\n'),
    // A process of Node.js for each task, and another that watches its snapshot
    memory: '3G',
    timeoutMs: 60_000 + tasks * 15_000,
  });
  const failures = numbers.flatMap((n) => {
    const problems = [
      wrongWith(run.calls[`pre${n}`], /ready/),
      wrongWith(run.calls[`post${n}`], /verdict +good: 1 snapshot valid/),
    ];
    return problems.flatMap((problem, at) =>
      problem === undefined ? [] : [`task t${n}, ${at === 0 ? 'pre' : 'post'}: ${problem}`],
    );
  });
  const open = `${tasks}\n`.repeat(3);
  if (run.status !== 0 || run.stdout !== open) {
    failures.push(`of ${tasks} tasks at once: status ${run.status}: ${run.stdout}${run.stderr}`);
  }
  say(`${tasks} tasks at once, ${failures.length} failed, ${(run.ms / 1000).toFixed(0)} s`);
  return [{ what: 'tasks opened and closed all at once on one VG', tried: tasks, failures }];
}

function wrongWith(call: Call | undefined, due: RegExp): string | undefined {
  if (!call) return 'did not come to its end';
  const { status, stdout, stderr } = call;
  return status === 0 && stderr === '' && due.test(stdout) ? undefined : `status ${status}: ${stdout}${stderr}`;
}

/** Prints the numbers of snapshots, mounts and journals while all are open, then whatever is left. */
function script(tasks: number, origins: number): string {
  const all = `{0..${tasks - 1}}`;
  return `. "$REPO/test/lab/guest/break.bash"
    { echo tasks:; for n in ${all}; do echo "  t$n: {lv: vg0/o$((n % ${origins})), size: 4M}"; done; } | configure
    mark
    for n in ${all}; do call pre$n $PRE t$n & done; wait
    lvs --noheadings -o origin,lv_tags --select lv_role=snapshot | grep -c 'holdstill.task=t'
    ls /run/holdstill | wc -l; ls /var/lib/holdstill/*.journal | wc -l
    for n in ${all}; do call post$n $POST t$n & done; wait
    same 'all at once'`;
}
