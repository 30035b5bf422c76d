import { formatBytes } from '../core/bytes.ts';
import { escapeText } from '../core/escape.ts';
import type { Plan } from '../core/plan.ts';
import type { Partition } from '../core/volume.ts';
import { drawTable, drawTree, paint, type Branch } from './tree.ts';

interface Part {
  readonly label: string;
  readonly branch: Branch;
}

/** In the order of the partitions, with what is in each below it. */
function byPartition(origin: string, partitions: readonly Partition[], parts: readonly Part[]): readonly Branch[] {
  const shown = new Set<Part>();
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

/** A tree of what is there and where it would be seen, then the commands in order with what undoes each. */
export function planText({ task, prepared, volumes, layout, commands, notes, problems }: Plan): string {
  const below = prepared.planned.map(({ origin, step, note, growth }, index): Branch => {
    const mounts = layout.mounts
      .filter((mount) => mount.origin === index)
      .map(({ label, type, extent, point }): Part => {
        const place = extent ? `, ${formatBytes(extent.bytes)} at byte ${extent.offset}` : '';
        return { label, branch: { text: escapeText(`${label}  ${type}${place} → ${point}`), below: [] } };
      });
    const skipped = layout.skipped
      .filter((part) => part.origin === index)
      .map(({ label, type, reason, unseen }): Part => {
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
          text: escapeText(`snapshot ${step['name'] ?? ''}: ${note}`),
          below: [{ text: escapeText(`autoextend: ${growth.note}`), below: [] }],
        },
        ...byPartition(origin.label, volume?.partitions ?? [], parts),
      ],
    };
  });
  const leftOut = prepared.leftOut.map(({ label, reason }) => ({
    text: paint.faint(`${label}: left out, it ${reason}`),
    below: [],
  }));
  const tree = drawTree({
    text: `${paint.strong(task)} → ${escapeText(prepared.mount)}`,
    below: [...below, ...leftOut],
  });
  const rows = commands.map(({ command, undo }, index) => [String(index + 1), command, undo]);
  return [
    ...tree,
    '',
    ...drawTable([['', 'would run', 'undone by'], ...rows]),
    '',
    ...notes.map((note) => paint.warn(`note: ${note}`)),
    ...problems.map((problem) => paint.bad(`it would fail: ${problem}`)),
    'nothing was changed',
    '',
  ].join('\n');
}
