import { readFileSync } from 'node:fs';
import { inXen } from '../xen/bed.ts';
import type { Row, Scale } from './row.ts';

const LONGEST_MS: Readonly<Record<Scale, number>> = { all: 3_000_000, sample: 600_000 };

/** In this order: the last one ends with a Xen that does not answer. */
const SCRIPTS = ['rest', 'vm'];

/** Tasks for guests of a real Xen. */
export async function xen(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const scripts = SCRIPTS.map((name) => readFileSync(new URL(`../xen/${name}.bash`, import.meta.url), 'utf8'));
  const began = performance.now();
  const run = await inXen([`SCALE=${scale}`, ...scripts, 'echo done\n'].join('\n'), LONGEST_MS[scale]);
  const points = run.stdout.split(/^(?=ok |failed |done$)/mu).filter((part) => /^(ok|failed) /u.test(part));
  const failures = points.flatMap((point) => (point.startsWith('ok ') ? [] : [`Xen: ${point.trim()}`]));
  say(`${points.length} points, ${failures.length} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  const whole = run.status === 0 && run.stderr === '' && run.stdout.endsWith('done\n');
  const text = `Xen: the script ended with status ${run.status}\n${run.stdout}${run.stderr}`;
  const row = { what: 'guests of Xen', tried: points.length, failures };
  return [whole ? row : { ...row, tried: points.length + 1, failures: [...failures, text] }];
}
