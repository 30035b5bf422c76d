import { formatBytes } from '../core/text/bytes.ts';
import { escapeText } from '../core/text/escape.ts';
import type { Plan } from '../core/run/plan.ts';
import { snapshotStep } from '../core/model/snapshot.ts';
import type { Partition } from '../core/model/volume.ts';
import { guestText } from './guests.ts';
import { drawTree, paint, type Branch } from './tree.ts';
import { wrap, wrapCommand } from './wrap.ts';

interface PartBranch {
  readonly label: string;
  readonly branch: Branch;
}

/** In the order of the partitions, with what is in each below it. */
function byPartition(
  origin: string,
  partitions: readonly Partition[],
  parts: readonly PartBranch[],
): readonly Branch[] {
  const shown = new Set<PartBranch>();
  const branches = partitions.flatMap(({ number, extent, content }): readonly Branch[] => {
    const label = `${origin}/p${number}`;
    const own = parts.filter((part) => part.label === label);
    const inner = parts.filter((part) => part.label.startsWith(`${label}/`));
    for (const part of [...own, ...inner]) shown.add(part);
    if (inner.length === 0) return own.map(({ branch }) => branch);
    const place = `${formatBytes(extent.bytes)} at byte ${extent.offset}`;
    return [
      {
        text: escapeText(`${label}  ${content.type ?? 'unknown'}, ${place}`),
        below: inner.map(({ branch }) => branch),
      },
    ];
  });
  return [...branches, ...parts.filter((part) => !shown.has(part)).map(({ branch }) => branch)];
}

/**
 * A tree of what is there and where it would be seen, then the commands in order with what undoes each, in lines of at most
 * `width` columns.
 */
export function planText({ task, prepared, volumes, layout, commands, notes, problems }: Plan, width: number): string {
  // Of ten guests it would be said ten times.
  const growths = new Set(prepared.planned.map(({ growth }) => growth.note));
  const once = prepared.planned.length > 1 && growths.size === 1 ? [...growths] : [];
  const below = prepared.planned.map(({ origin, steps, note, growth }, index): Branch => {
    const mounts = layout.mounts
      .filter((mount) => mount.origin === index)
      .map(({ label, type, extent, point }): PartBranch => {
        const place = extent ? `, ${formatBytes(extent.bytes)} at byte ${extent.offset}` : '';
        return { label, branch: { text: escapeText(`${label}  ${type}${place} → ${point}`), below: [] } };
      });
    const skipped = layout.skipped
      .filter((part) => part.origin === index)
      .map(({ label, type, reason, unseen }): PartBranch => {
        const text = paint.faint(`${label}  ${type ?? 'unknown'}: ${unseen ? '' : 'skipped, '}${reason}`);
        return { label, branch: { text, below: [] } };
      });
    const volume = volumes[index];
    const parts = [...mounts, ...skipped];
    // What is in the volumes of a guest's LVM is all there is to say of a disk without partitions.
    const inside = parts.some(({ label }) => label !== origin.label) ? volume?.content.type : undefined;
    const what = volume?.table ? `partition table ${volume.table}` : inside;
    const facts = [...(origin.bytes > 0 ? [formatBytes(origin.bytes)] : []), ...(what === undefined ? [] : [what])];
    return {
      text: `${paint.strong(origin.asked ?? origin.label)}  ${escapeText(facts.join(', '))}`,
      below: [
        {
          text: escapeText(`snapshot ${snapshotStep({ origin, steps })['name'] ?? ''}: ${note}`),
          below: once.length > 0 ? [] : [{ text: escapeText(`autoextend: ${growth.note}`), below: [] }],
        },
        ...byPartition(origin.label, volume?.partitions ?? [], parts),
      ],
    };
  });
  const leftOut = prepared.leftOut.map(({ label, reason }) => ({
    text: paint.faint(`${label}: left out, it ${reason}`),
    below: [],
  }));
  const guests = prepared.guests.map((guest) => ({ text: escapeText(`guest ${guestText(guest)}`), below: [] }));
  const autoextend = once.map((note) => ({ text: escapeText(`autoextend of each: ${note}`), below: [] }));
  const tree = drawTree(
    {
      text: `${paint.strong(task)} → ${escapeText(prepared.mount)}`,
      below: [...guests, ...below, ...autoextend, ...leftOut],
    },
    width,
  );
  return [
    ...tree,
    '',
    'commands in order; the line below each undoes it:',
    ...commandLines(commands, width),
    '',
    ...notes.flatMap((note) => wrap(paint.warn(`note: ${note}`), width)),
    ...problems.flatMap((problem) => wrap(paint.bad(`it would fail: ${problem}`), width)),
    'no change was made',
    '',
  ].join('\n');
}

/** Up to so many commands are all shown; of more only the first of those that begin with the same word. */
const ALL_SHOWN = 20;
const SHOWN_ALIKE = 2;

function commandLines(commands: Plan['commands'], width: number): readonly string[] {
  const digits = String(commands.length).length;
  const margin = ' '.repeat(digits + 2);
  const lines: string[] = [];
  let hidden: string[] = [];
  const tellHidden = (): void => {
    const words = [...new Set(hidden)].map(escapeText).join(', ');
    if (hidden.length > 0) lines.push(`${margin}… ${hidden.length} more like these (${words}); --json has them all`);
    hidden = [];
  };
  const seen = new Map<string, number>();
  commands.forEach(({ command, undo }, index) => {
    const [word = ''] = command.split(' ', 1);
    const alike = (seen.get(word) ?? 0) + 1;
    seen.set(word, alike);
    if (commands.length > ALL_SHOWN && alike > SHOWN_ALIKE) {
      hidden.push(word.replace('(', ''));
      return;
    }
    tellHidden();
    const [first = '', ...more] = wrapCommand(escapeText(command), width - margin.length);
    lines.push(`${String(index + 1).padStart(digits)}  ${first}`, ...more.map((line) => margin + line));
    const back = undo === '' ? [] : wrapCommand(escapeText(undo), width - margin.length - 3);
    lines.push(...back.map((line, row) => `${margin}${row === 0 ? '↩ ' : '  '} ${paint.faint(line)}`));
  });
  tellHidden();
  return lines;
}
