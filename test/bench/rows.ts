import type { GuestResult } from './guest.ts';
import { type Sample, type Spread, spreadOf } from './sample.ts';

export type Row = readonly string[];

/** What can be measured on the machine itself. */
export function hostRows(samples: readonly Sample[]): readonly Row[] {
  const [hook, node] = [named(samples, 'hook'), named(samples, 'node')];
  return [
    row('a hook whose task is not configured', times(hook), '`node -e 0`', times(node), '≤ 2.5×'),
    row('its peak memory (RSS)', peak(hook), '`node -e 0`', peak(node)),
  ];
}

/** What needs volume groups, so is measured in the lab's guest, both sides of a comparison alike. */
export function guestRows({ samples, children }: GuestResult): readonly Row[] {
  const node = named(samples, 'node');
  const own = (name: string): Spread => spreadOf(named(samples, name).map((one) => one.ms - children.busy(one)));
  const started = (name: string): string => {
    const [first] = named(samples, name);
    return first ? `${String(children.count(first))} processes` : '';
  };
  return [
    ...(['pre', 'post'] as const).map((phase) =>
      row(
        `lab: \`${phase}\` of 1 guest without its children`,
        own(`holdstill-${phase}-one`),
        '`node -e 0`',
        times(node),
      ),
    ),
    row('lab: peak memory of `pre`, 10 guests', peak(named(samples, 'holdstill-pre-ten')), '`node -e 0`', peak(node)),
    ...(['one', 'ten'] as const).flatMap((task) => {
      const guests = task === 'one' ? '1 guest' : '10 guests';
      const script = 'a script, serially';
      return [
        ...(['pre', 'post'] as const).map((phase) => {
          const name = `holdstill-${phase}-${task}`;
          const what = `lab: ${guests}, \`${phase}\` (${started(name)})`;
          return row(what, times(named(samples, name)), script, times(named(samples, `script-${phase}-${task}`)));
        }),
        row(
          `**lab: ${guests}, \`pre\` + \`post\`**`,
          spreadOf(sums(samples, `holdstill-pre-${task}`, `holdstill-post-${task}`)),
          script,
          spreadOf(sums(samples, `script-pre-${task}`, `script-post-${task}`)),
          task === 'ten' ? '≤ 0.5×' : '',
        ),
      ];
    }),
  ];
}

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

function peak(samples: readonly Sample[]): Spread {
  return spreadOf(samples.map(({ peakKiB }) => peakKiB));
}

/** The times of two commands of the same round together. */
function sums(samples: readonly Sample[], first: string, second: string): readonly number[] {
  const others = named(samples, second);
  return named(samples, first).map(({ ms }, index) => ms + (others[index]?.ms ?? NaN));
}
