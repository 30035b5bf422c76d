import { scenario } from '../lab/scenario.ts';
import type { Row, Scale } from './row.ts';

/** One guest that tries points one after the other; see points.bash. */
export interface Guest {
  /** Begins the `what` of its rows: `kill -9, thick`. */
  readonly what: string;
  readonly storage: Storage;
  /** What the machine has; undefined: three volumes of that storage. */
  readonly world?: string;
  /** The script beside this file. */
  readonly script: string;
  /** `TASK:SLICES:SLICE`: every SLICESth point of this task. */
  readonly parts: readonly string[];
}

export type Storage = 'thick' | 'thin' | 'resting' | 'nested' | 'images' | 'subvolume';

/** A disk with two partitions and two file systems without; small, so that a snapshot costs little. */
const volumes = `lv vm-disk 24M mbr
  p1 8M ext4
  p2 rest ext4
lv vm-data 16M ext4
lv vm-more 16M ext4`;

const indented = (by: string): string => volumes.replaceAll(/^/gmu, by);

interface World {
  readonly world: string;
  /** Patterns of the origins' devices and files. */
  readonly origins: string;
}

/** storages.bash makes what a world can't. */
const worlds: Readonly<Record<Storage, World>> = {
  thick: { world: `vg vg0 120M\n${indented('  ')}`, origins: '/dev/vg0/vm-*' },
  resting: { world: `vg vg0 120M\n${indented('  ')}`, origins: '/dev/vg0/vm-*' },
  thin: { world: `vg vg0 120M\n  pool tp 80M\n${indented('    ')}`, origins: '/dev/vg0/vm-*' },
  nested: { world: 'vg vg0 110M\n  lv vm-guest 64M raw', origins: '/dev/vg0/vm-*' },
  images: { world: 'vg vg0 420M\n  lv images 400M xfs /srv/images', origins: '/srv/images/*.img' },
  subvolume: { world: 'vg vg0 170M\n  lv data 150M btrfs /srv/data', origins: '/srv/data/sub/x.img' },
};

const MODULES = ['loop', 'dm-snapshot', 'dm-thin-pool', 'dm-crypt'];
const LONGEST_MS = 1_500_000;
/** A guest takes a CPU for itself. */
const AT_ONCE = 2;

/** Runs guests, two at a time; a row for each of the given texts before the colon, in the order in which they come first. */
export async function tryInGuests(
  guests: readonly Guest[],
  scale: Scale,
  say: (line: string) => void,
): Promise<readonly Row[]> {
  const waiting = [...guests.entries()];
  const done: (readonly Row[])[] = [];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const [index, guest] = one;
      const began = performance.now();
      const rows = await runGuest(guest, scale);
      done[index] = rows;
      const [tried, failed] = [sum(rows, ({ tried }) => tried), sum(rows, ({ failures }) => failures.length)];
      const seconds = (performance.now() - began) / 1000;
      say(
        `${guest.what} (${guest.parts.join(' ')}): ${tried} points, ${failed} failed, ${seconds.toFixed(0)} s, ` +
          `${(tried / seconds).toFixed(2)} points/s; guests waiting: ${waiting.length}`,
      );
      for (const { failures } of rows) failures.forEach(say);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return merged(done.flat());
}

async function runGuest({ what, storage, world: own, script, parts }: Guest, scale: Scale): Promise<readonly Row[]> {
  const { world, origins } = own === undefined ? worlds[storage] : { world: own, origins: '' };
  const run = await scenario(`test/matrix/${script}`, {
    values: { STORAGE: storage, SCALE: scale, PARTS: parts, ORIGINS: origins },
    world,
    timeoutMs: LONGEST_MS,
    modules: MODULES,
  });
  const lines = read(run.files, 'points').split('\n');
  const rows = rowsOf(what, lines, failuresOf(read(run.files, 'failures')));
  // Whatever was planned and not done counts as tried and failed.
  const planned = lines.reduce((count, line) => count + Number(/^planned (\d+)/u.exec(line)?.[1] ?? 0), 0);
  const done = lines.filter((line) => /^(ok|void|failed) /u.test(line)).length;
  if (run.status === 0 && run.stderr === '' && planned > 0 && done >= planned) return rows;
  const text = `the guest ended with status ${run.status} after ${done} of ${planned} points\n${run.stdout}${run.stderr}`;
  return [...rows, { what, tried: Math.max(1, planned - done), failures: [`${what}: ${text}`] }];
}

/** Lines are `ok each, pre, how` and `failed ...`; the row is the phase. `void`: nothing of it could go wrong. */
function rowsOf(what: string, lines: readonly string[], texts: ReadonlyMap<string, string>): readonly Row[] {
  return lines.flatMap((line): Row[] => {
    const [, result, point = ''] = /^(ok|failed) (.*)$/u.exec(line) ?? [];
    if (result === undefined) return [];
    const [, phase = 'between'] = /^[^,:]*, (pre|post|the disk)\b/u.exec(point) ?? [];
    const failures = result === 'ok' ? [] : [`${what}: ${point}\n${texts.get(point) ?? ''}`.trim()];
    return [{ what: `${what}: ${phase}`, tried: 1, failures }];
  });
}

/** Blocks that begin with `%%WHAT`. */
function failuresOf(text: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const block of text.split(/^%%/mu)) {
    const [what = '', ...lines] = block.split('\n');
    texts.set(what, [texts.get(what) ?? '', ...lines].join('\n').trim());
  }
  return texts;
}

function merged(rows: readonly Row[]): readonly Row[] {
  const all = new Map<string, Row>();
  for (const { what, tried, failures } of rows) {
    const so = all.get(what);
    all.set(what, { what, tried: (so?.tried ?? 0) + tried, failures: [...(so?.failures ?? []), ...failures] });
  }
  return [...all.values()];
}

function read(files: (name: string) => string, name: string): string {
  try {
    return files(name);
  } catch {
    return '';
  }
}

function sum(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
