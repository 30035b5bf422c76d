import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BaculaJob } from './bacula.ts';
import { NoLab } from './debs.ts';
import { inLab } from './run.ts';
import { type ExtraPackages, extraPackages } from './packages.ts';

const usage = `usage: npx tsx test/lab/shell.ts [--world FILE] [--bacula] [--extra libvirt|databases] [--timeout SECONDS] -- 'bash script'\n`;

/** Job `example`: saves /srv/example; its scripts only say that they ran, in the job's log. */
const exampleJob: BaculaJob = {
  name: 'example',
  before: 'echo before %n',
  after: 'echo after %n %e',
  files: ['/srv/example'],
};

function isExtra(word: string | undefined): word is ExtraPackages {
  return word !== undefined && word in extraPackages;
}

/** Run one script in a guest by hand, and leave with its status. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      world: { type: 'string' },
      bacula: { type: 'boolean' },
      extra: { type: 'string' },
      timeout: { type: 'string' },
    },
    allowPositionals: true,
  });
  if (positionals.length === 0) {
    process.stderr.write(usage);
    return 2;
  }
  const run = await inLab(positionals.join(' '), {
    echo: true,
    name: 'shell',
    ...(isExtra(values.extra) ? { extra: values.extra } : {}),
    ...(values.bacula ? { bacula: [exampleJob] } : {}),
    timeoutMs: Number(values.timeout ?? 600) * 1000,
    ...(values.world === undefined ? {} : { world: readFileSync(values.world, 'utf8') }),
  });
  for (const [name, { status, ms, stdout, stderr }] of Object.entries(run.calls)) {
    process.stdout.write(`--- ${name}: status ${String(status)}, ${String(ms)} ms\n${stdout}${stderr}`);
  }
  if (run.status === 124 || run.status === 125)
    process.stderr.write(run.stderr.replace(/^[^]*(?=\nlab: |^lab: )/u, ''));
  return run.status;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof NoLab)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
