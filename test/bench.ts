/* How quick and how big it is, as ratios of one run, as Markdown for docs/speed.md: npm run bench [-- host|guest|rest ...]. */
import { cpus, release, totalmem } from 'node:os';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inGuest } from './bench/guest.ts';
import { onHost } from './bench/host.ts';
import { atRest } from './bench/rest.ts';
import { hostRows, guestRows, restRows, type Row, table } from './bench/rows.ts';
import { labReason } from './lab/reason.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (text: string): void => void process.stderr.write(`bench: ${text}\n`);
const rounds = { host: 25, guest: 5, rest: 9 } as const;

/** Bytes of everything that the build made. */
function sizes(): string {
  const dist = join(import.meta.dirname, '../dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dist, name)).isFile(),
  );
  const bytes = (name: string): string => statSync(join(dist, name)).size.toLocaleString('en');
  return table(
    ['file in dist/', 'bytes'],
    files.toSorted().map((name) => [`\`${name}\``, bytes(name)]),
  );
}

function machine(): string {
  const [cpu] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const kind = cpu?.model.replaceAll(/\s+/gu, ' ').trim() ?? 'unknown processor';
  return `${String(cpus().length)} cores (${kind}), ${gib} GiB, Linux ${release()}, Node.js ${process.version.slice(1)}`;
}

async function main(asked: readonly string[]): Promise<number> {
  const wants = (part: string): boolean => asked.length === 0 || asked.includes(part);
  say(`Measured on ${new Date().toISOString().slice(0, 10)}: ${machine()}.`);
  say('Each cell is the quickest run and, after it, the median; the ratio is that of the medians.\n');
  const rows: Row[] = [];
  let whole = true;
  if (wants('host')) {
    progress(`${String(rounds.host)} calls of a hook for a task that is not configured ...`);
    const host = onHost(rounds.host);
    if (typeof host === 'string') progress(`left out, because unshare -rm does not work here: ${host}`);
    else rows.push(...hostRows(host));
    whole = typeof host !== 'string';
  }
  const reason = await labReason();
  if (reason !== undefined) progress(`the rest is left out, because there is no lab here: ${reason}`);
  if (reason === undefined && wants('guest')) {
    progress(`${String(rounds.guest)} rounds of opening and closing in the lab, some minutes ...`);
    rows.push(...guestRows(await inGuest(rounds.guest)));
  }
  if (reason === undefined && wants('rest')) {
    progress(`${String(rounds.rest)} cuts of a guest that is frozen ...`);
    rows.push(...restRows(await atRest(rounds.rest)));
  }
  say(table(['', 'holdstill', 'compared with', 'ratio', 'target'], rows));
  say(`\n${sizes()}`);
  return reason === undefined && whole ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
