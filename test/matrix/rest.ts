import { kvmGuest, kvmHost } from '../kvm/bed.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';
import type { Row, Scale } from './row.ts';

const LONGEST_MS = 3_600_000;
/** A cut of a guest that is saved takes longer than all others together. */
const CUTS: Readonly<Record<Scale, readonly string[]>> = {
  all: ['live=20', 'agent=50', 'pause=50', 'save=50'],
  sample: ['live=20', 'agent=3', 'pause=3', 'save=1'],
};
const KILLS: Readonly<Record<Scale, number>> = { all: 1, sample: 17 };

/** What e2fsck says of snapshots that nobody has mounted: only a freeze writes the journals of the file systems out. */
const AS_IT_IS: Readonly<Record<string, string>> = { agent: 'clean clean' };
const AS_AFTER_A_CRASH = 'skipping journal recovery clean skipping journal recovery clean';

/**
 * A guest of a real libvirt, which runs Linux, with an agent and a writer over two disks (test/kvm): whether both are of one instant, and whether it runs
 * again wherever the hook is killed.
 */
export async function rest(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const KVM = await kvmGuest();
  const values = { KVM, COUNTS: CUTS[scale], MODES: ['agent', 'pause', 'save'], EVERY: KILLS[scale] };
  const run = await scenario('test/kvm/rest.bash', { ...kvmHost, values, timeoutMs: LONGEST_MS });
  const rows = [...cutRows(run), killRow(run)];
  for (const { what, tried, failures } of rows) say(`${what}: ${tried} tried, ${failures.length} failed`);
  return rows;
}

/** A live cut is no failure where its disks are apart, but where that never happens the test shows nothing. */
function cutRows(run: LabRun): readonly Row[] {
  const lines = Array.from(
    run.stdout.matchAll(/^cut (\S+) (.*?) \| (.*?) ?$/gmu),
    ([line, mode = '', said = '', fsck = '']) => ({
      line,
      mode,
      isOneInstant: said.endsWith('bad='),
      isAsDue: fsck === (AS_IT_IS[mode] ?? AS_AFTER_A_CRASH),
    }),
  );
  const rows = [...new Set(lines.map(({ mode }) => mode))].map((mode): Row => {
    const those = lines.filter((line) => line.mode === mode);
    const failed = those.filter(({ isOneInstant, isAsDue }) => !isAsDue || (mode !== 'live' && !isOneInstant));
    const noneApart = mode === 'live' && those.every(({ isOneInstant }) => isOneInstant);
    const failures = [...failed.map(({ line }) => line), ...(noneApart ? ['live: all were of one instant'] : [])];
    return { what: `two disks of a guest, ${mode}`, tried: those.length, failures };
  });
  return rows;
}

/** Whatever else the script says, and its end, is the last of its points. */
function killRow({ status, stdout, stderr }: LabRun): Row {
  const what = 'killed while a guest is at rest, agent, pause and save';
  const points = stdout
    .replaceAll(/^cut .*\n/gmu, '')
    .split(/^(?=ok |failed |done$)/mu)
    .filter((part) => part !== '');
  const ended = status === 0 && stderr === '' && points.at(-1) === 'done\n';
  const bad = points.filter((point) => !point.startsWith('ok ') && point !== 'done\n');
  const failures = [...bad, ...(ended ? [] : [`the script ended with status ${status}: ${stdout}${stderr}`])];
  return { what, tried: Math.max(1, points.length - 1), failures };
}
