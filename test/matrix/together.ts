import type { Call } from '../lab/result.ts';
import { scenario } from '../lab/scenario.ts';
import type { Row, Scale } from './row.ts';

const TASKS: Readonly<Record<Scale, number>> = { all: 50, sample: 12 };
const ORIGINS: Readonly<Record<Scale, number>> = { all: 5, sample: 4 };

/** Opens many tasks on one VG, all at once, then closes them all at once: nobody may lose, remove or wait for ever. */
export async function together(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const [tasks, origins] = [TASKS[scale], ORIGINS[scale]];
  const numbers = Array.from({ length: tasks }, (_, index) => index);
  const run = await scenario('test/matrix/together.bash', {
    values: { TASKS: tasks, ORIGINS: origins },
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
