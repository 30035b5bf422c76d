import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inLab, type LabRun } from '../lab/run.ts';
import type { Row, Scale } from './row.ts';

/** When the power goes. */
const MOMENTS = ['pre', 'open', 'post'] as const;
type Moment = (typeof MOMENTS)[number];
/** What makes the machine as it was. */
const SERIES = ['recover --boot', 'pre and post'] as const;
const KINDS = ['thick', 'thin'] as const;
const CUTS: Readonly<Record<Scale, number>> = { all: 200, sample: 12 };

interface Cut {
  readonly moment: Moment;
  /** In cut.pl's words. */
  readonly pattern: string;
  readonly seconds: number;
  readonly how: 'kill' | 'reboot';
  readonly series: (typeof SERIES)[number];
}

interface Tried {
  readonly moment: Moment;
  readonly failure: string | undefined;
}

/**
 * Cuts the power of a guest, without sync, while a task is opened, open, or closed, and looks after the next start
 * whether `recover --boot`, or the next job makes it as it was, and whether its origins are whole.
 */
export async function power(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const seed = Number(process.env['POWER_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
  say(`power: seed ${seed} (POWER_SEED=${seed} tries the same again)`);
  const each = CUTS[scale] / KINDS.length;
  let done = 0;
  const tried = await Promise.all(
    KINDS.map((kind, index) =>
      machine(kind, cutsOf(seed + index, each), (one, cut) => {
        done += 1;
        const what = `power: ${done} of ${CUTS[scale]}`;
        if (one.failure !== undefined) say(`${what}: FAILED: ${one.failure}`);
        else if (done % 10 === 0) say(`${what}, ${cut.series}`);
      }).catch((error: unknown): readonly Tried[] => [{ moment: 'pre', failure: `${kind}: ${String(error)}` }]),
    ),
  );
  return MOMENTS.map((moment): Row => {
    const those = tried.flat().filter((one) => one.moment === moment);
    const failures = those.flatMap(({ failure }) => (failure === undefined ? [] : [`seed ${seed}: ${failure}`]));
    const name = moment === 'open' ? 'while a task is open' : `in ${moment}`;
    return { what: `power cuts ${name}, thick and thin`, tried: those.length, failures };
  });
}

/** Cuts one machine's power again and again; each start looks after the cut before it. */
async function machine(
  kind: (typeof KINDS)[number],
  cuts: readonly Cut[],
  done: (one: Tried, cut: Cut) => void,
): Promise<readonly Tried[]> {
  const share = mkdtempSync(join(realpathSync(tmpdir()), 'holdstill-power.'));
  const tried: Tried[] = [];
  const note = (cut: Cut, failure: string | undefined): void => {
    const one = {
      moment: momentOf(cut, read(join(share, 'state'))),
      failure: failure && `${textOf(kind, cut)}: ${failure}`,
    };
    tried.push(one);
    done(one, cut);
  };
  try {
    await make(kind, share);
    let before: Cut | undefined;
    for (const cut of [...cuts, undefined]) {
      let failure = await start(share, before, cut);
      if (before) note(before, failure);
      if (failure !== undefined) {
        // Whatever is wrong with this machine must not be reported of the next cut as well.
        await make(kind, share);
        failure = before && cut ? await start(share, undefined, cut) : failure;
        if (failure !== undefined && cut) note(cut, failure);
      }
      before = failure === undefined ? cut : undefined;
    }
    return tried;
  } finally {
    rmSync(share, { recursive: true, force: true });
  }
}

async function make(kind: string, share: string): Promise<void> {
  for (const [name, size] of [
    ['vg', '272M'],
    ['root', '24M'],
  ] as const) {
    rmSync(join(share, name), { force: true });
    execFileSync('truncate', [`--size=${size}`, join(share, name)]);
  }
  const { status, stdout, stderr } = await boot(share, `power_make ${kind}`);
  if (status !== 0) throw new Error(`the machine can't be made: ${stdout}${stderr}`);
}

/** Starts the machine, looks after the cut before, makes the next one. What went wrong, if anything did. */
async function start(share: string, before: Cut | undefined, cut: Cut | undefined): Promise<string | undefined> {
  for (const name of ['state', 'problems', 'now']) rmSync(join(share, name), { force: true });
  const verify = before
    ? `power_verify ${before.series === 'recover --boot' ? 'recover' : 'job'} >$SHARE/problems 2>&1`
    : '';
  const work = cut ? `power_work ${cut.moment} '${cut.pattern}' ${cut.seconds.toFixed(3)} ${cut.how}` : 'power_down';
  const plug = new AbortController();
  const watch = setInterval(() => {
    if (existsSync(join(share, 'now'))) plug.abort();
  }, 5);
  const script = `power_up\n${verify}\n[ ! -s "$SHARE/problems" ] || exit 1\n${work}`;
  const { status, stdout, stderr } = await boot(share, script, plug.signal).finally(() => clearInterval(watch));
  if (status === (cut ? 125 : 0)) return undefined;
  return read(join(share, 'problems')).trim() || `the guest ended with ${status}: ${stdout}${stderr}`;
}

function boot(share: string, script: string, cut?: AbortSignal): Promise<LabRun> {
  return inLab(`SHARE=${share}; . "$REPO/test/lab/guest/power.bash"\n${script}`, {
    name: 'power',
    disks: [join(share, 'vg'), join(share, 'root')],
    share: [share],
    timeoutMs: 90_000,
    memory: '400M',
    ...(cut ? { cut } : {}),
  });
}

/** By what the journal said after the cut; where there was none, by what was being done. */
function momentOf(cut: Cut, state: string): Moment {
  switch (state.trim()) {
    case 'opening':
      return 'pre';
    case 'held':
      return 'open';
    case 'closing':
      return 'post';
    default:
      return cut.moment;
  }
}

const textOf = (kind: string, { moment, pattern, seconds, how, series }: Cut): string =>
  `${kind}, ${moment}, ${seconds.toFixed(3)} s after ${pattern || 'its begin'}, by ${how}, then ${series}`;

/**
 * Most cuts at a time when something is being changed, the others at any time of the hook; the first at each moment early,
 * while it surely lasts: every moment is tried, whatever the seed.
 */
function cutsOf(seed: number, count: number): readonly Cut[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index): Cut => {
    const moment = MOMENTS[index % MOMENTS.length] ?? 'open';
    const early = index < MOMENTS.length;
    const changing = moment !== 'open' && (early || random() < 0.85);
    const [pattern, most] = changing ? (moment === 'pre' ? ['.', 1.2] : ['"closing"', 0.8]) : ['', 2];
    const how = random() < 0.5 ? 'kill' : 'reboot';
    const seconds = (random() * most) / (early ? 8 : 1);
    return { moment, pattern, seconds, how, series: SERIES[Math.floor(index / 3) % 2] ?? SERIES[0] };
  });
}

/** mulberry32: the same numbers from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
