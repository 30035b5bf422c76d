/* Everything that can go wrong, tried on a real kernel, as a table for docs/tested.md: npm run matrix [-- --sample] [AREA ...]. */
import { labReason } from './lab/reason.ts';
import { calls } from './matrix/calls.ts';
import { crash } from './matrix/crash.ts';
import { cycles } from './matrix/cycles.ts';
import { damaged } from './matrix/damage.ts';
import { faults } from './matrix/faults.ts';
import { hostile } from './matrix/hostile.ts';
import { power } from './matrix/power.ts';
import { rest } from './matrix/rest.ts';
import type { Row, Scale } from './matrix/row.ts';
import { together } from './matrix/together.ts';
import { untried } from './matrix/untried.ts';
import { writes } from './matrix/writes.ts';
import { xen } from './matrix/xen.ts';

type Area = (scale: Scale, say: (line: string) => void) => Promise<readonly Row[]>;

const areas: Readonly<Record<string, Area>> = {
  crash,
  faults,
  writes,
  power,
  together,
  cycles,
  damaged,
  hostile,
  calls,
  rest,
  xen,
};

const began = performance.now();
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (area: string, line: string): void => {
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  process.stderr.write(`matrix, ${minutes} min, ${area}: ${line}\n`);
};

function table(rows: readonly Row[]): string {
  const cells = [
    ['what was tried', 'tried', 'failed'],
    ...rows.map(({ what, tried, failures }) => [what, String(tried), String(failures.length)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), rule, ...body.map(line)].join('\n');
}

async function main(words: readonly string[]): Promise<number> {
  const scale = words.includes('--sample') ? 'sample' : 'all';
  const asked = words.filter((word) => word !== '--sample');
  const unknown = asked.filter((name) => !(name in areas));
  if (unknown.length > 0) {
    process.stderr.write(`matrix: no area ${unknown.join(', ')}; there are ${Object.keys(areas).join(', ')}\n`);
    return 2;
  }
  const reason = await labReason();
  if (reason !== undefined) {
    process.stderr.write(`matrix: there is no lab here: ${reason}\n`);
    return 1;
  }
  const rows: Row[] = [];
  for (const [name, area] of Object.entries(areas)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    rows.push(...(await area(scale, (line) => progress(name, line))));
    progress(name, 'done');
  }
  print(table(rows));
  const failures = rows.flatMap((row) => row.failures);
  for (const failure of failures) print(`\n${failure}`);
  print('\nCan not be tried in the lab:\n');
  for (const { what, reason: why } of untried) print(`- ${what}: ${why}`);
  return failures.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
