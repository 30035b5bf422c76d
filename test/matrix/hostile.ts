import { answers } from './hostile/answers.ts';
import { configs } from './hostile/configs.ts';
import { journals } from './hostile/journals.ts';
import { large } from './hostile/large.ts';
import { names } from './hostile/names.ts';
import { nested } from './hostile/nested.ts';
import { removeScratch } from './hostile/scratch.ts';
import { shown } from './hostile/shown.ts';
import { domains } from './hostile/domains.ts';
import { tools } from './hostile/tools.ts';
import type { Row, Scale } from './row.ts';

const SEED = 20_260_101;
const PROPERTIES = [...answers, ...names, ...tools, ...domains, ...nested, ...configs, ...journals, ...shown, ...large];

/**
 * Properties of all that reads what others write, with generated inputs. HOLDSTILL_SEED=N tries others than usual; a
 * failure names its seed and the smallest input that fast-check found for it.
 */
export async function hostile(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const seed = Number(process.env['HOLDSTILL_SEED'] ?? SEED);
  const rows: Row[] = [];
  for (const { what, runs, run } of PROPERTIES) {
    const began = performance.now();
    const { tried, failure } = await run(scale === 'all' ? runs * 10 : runs, seed);
    const failures = failure === undefined ? [] : [`HOLDSTILL_SEED=${seed}: ${failure}`];
    rows.push({ what: `hostile input: ${what}`, tried, failures });
    say(
      `${what}: ${tried} inputs in ${Math.round(performance.now() - began)} ms${failures.length > 0 ? ', FAILED' : ''}`,
    );
    failures.forEach(say);
  }
  removeScratch();
  return rows;
}
