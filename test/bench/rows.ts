import type { GuestResult } from './guest.ts';
import { type Sample, type Spread, spreadOf } from './sample.ts';

export type Row = readonly string[];

/** What can be measured on the machine itself, in time of the CPU. */
export function hostRows(samples: readonly Sample[]): readonly Row[] {
  const [hook, node, fails] = [named(samples, 'hook'), named(samples, 'node'), named(samples, 'fails at once')];
  const over = spreadOf(fails.map(({ cpuMs }, index) => cpuMs - (node[index]?.cpuMs ?? NaN)));
  return [
    row('a hook whose task is not configured, CPU', cpu(hook), '`node -e 0`', cpu(node), '≤ 1.25×'),
    row('its peak memory (RSS)', peak(hook), '`node -e 0`', peak(node)),
    ['`pre` of a path that is not there, CPU above `node -e 0`', milliseconds(over), '', '', '≤ 60 ms'],
  ];
}

/** What needs volume groups, so is measured in the lab's guest, both sides of a comparison alike. */
export function guestRows({ samples, children }: GuestResult): readonly Row[] {
  const node = named(samples, 'node');
  const own = (name: string): Spread => spreadOf(named(samples, name).map((one) => one.ms - children.busy(one)));
  const both = (name: string): Spread => spreadOf(sums(samples, `${name}-pre`, `${name}-post`));
  const started = (task: string): string =>
    PHASES.map((phase) => children.count(named(samples, `holdstill-${task}-${phase}`)[0] ?? NONE)).join(' / ');
  const against = (task: string, other: 'script' | 'floor', target: string): Row => {
    const name = other === 'script' ? 'a script, serially' : 'the floor';
    return row(
      `**lab: ${GUESTS[task]}, \`pre\` + \`post\`**`,
      both(`holdstill-${task}`),
      name,
      both(`${other}-${task}`),
      target,
    );
  };
  const each = (task: string, count: number): Spread => {
    const { min, median } = both(`holdstill-${task}`);
    return { min: min / count, median: median / count };
  };
  return [
    ...PHASES.map((phase) =>
      row(
        `lab: \`${phase}\` of 1 guest without its children`,
        own(`holdstill-one-${phase}`),
        '`node -e 0`',
        times(node),
      ),
    ),
    row('lab: peak memory of `pre`, 10 guests', peak(named(samples, 'holdstill-ten-pre')), '`node -e 0`', peak(node)),
    row('lab: memory of the watcher', peak(named(samples, 'watcher')), '`node -e 0`', peak(node), '≤ 45 MiB'),
    against('one', 'script', ''),
    against('one', 'floor', '≤ 3×'),
    against('ten', 'script', '≤ 0.45×'),
    against('ten', 'floor', '≤ 1.8×'),
    against('fifty', 'floor', '≤ 1.4×'),
    row('lab: a guest of fifty', each('fifty', 50), 'of ten', each('ten', 10), '≤ 1.15×'),
    row('lab: 10 guests beside 300 processes', both('crowd-ten'), 'beside none', both('holdstill-ten'), '≤ 1.15×'),
    row('lab: `status`, 10 guests open', times(named(samples, 'status')), '`node -e 0`', times(node), '≤ 1200 ms'),
    ...Object.entries(GUESTS).map(([task, guests]) => [
      `lab: processes for ${guests}, \`pre\` / \`post\``,
      started(task),
      '',
      '',
      '≤ 14 / 12',
    ]),
  ];
}

/** A guest of libvirt whose agent freezes it. */
export function restRows(samples: readonly Sample[]): readonly Row[] {
  const [ours, least] = ['holdstill-rest', 'floor-rest'].map((name) => times(named(samples, name)));
  if (!ours || !least) return [];
  const commands = '`virsh domfsfreeze`, one `lvm`, `virsh domfsthaw`';
  return [row('**lab: a guest with two LVs stands still, `quiesce: agent`**', ours, commands, least, '≤ 1.2×')];
}

const PHASES = ['pre', 'post'] as const;
const GUESTS: Readonly<Record<string, string>> = { one: '1 guest', ten: '10 guests', fifty: '50 guests' };
const NONE: Sample = { name: '', ms: 0, peakKiB: 0, pid: 0, cpuMs: 0 };

/** Markdown. */
export function table(head: Row, rows: readonly Row[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function row(what: string, ours: Spread, other: string, theirs: Spread, target = ''): Row {
  const unit = what.includes('memory') ? mebibytes : milliseconds;
  const ratio = (ours.median / theirs.median).toFixed(2);
  return [what, unit(ours), `${other}: ${unit(theirs)}`, `${ratio}×`, target];
}

function milliseconds({ min, median }: Spread): string {
  return `${min.toFixed(0)} / ${median.toFixed(0)} ms`;
}

function mebibytes({ median }: Spread): string {
  return `${(median / 1024).toFixed(0)} MiB`;
}

function named(samples: readonly Sample[], name: string): readonly Sample[] {
  return samples.filter((sample) => sample.name === name);
}

function times(samples: readonly Sample[]): Spread {
  return spreadOf(samples.map(({ ms }) => ms));
}

function cpu(samples: readonly Sample[]): Spread {
  return spreadOf(samples.map(({ cpuMs }) => cpuMs));
}

function peak(samples: readonly Sample[]): Spread {
  return spreadOf(samples.map(({ peakKiB }) => peakKiB));
}

/** The times of two commands of the same round together. */
function sums(samples: readonly Sample[], first: string, second: string): readonly number[] {
  const others = named(samples, second);
  return named(samples, first).map(({ ms }, index) => ms + (others[index]?.ms ?? NaN));
}
