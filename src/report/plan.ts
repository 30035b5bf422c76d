import { formatBytes } from '../core/bytes.ts';
import { escapeText } from '../core/escape.ts';
import type { Plan } from '../core/plan.ts';
import { drawTable, drawTree, paint, type Branch } from './tree.ts';

/** A tree of what is there and where it would be seen, then the commands in order with what undoes each. */
export function planText({ task, prepared, volumes, layout, commands, notes, problems }: Plan): string {
  const below = prepared.planned.map(({ origin, step, note, growth }, index): Branch => {
    const mounts = layout.mounts.filter((mount) => mount.origin === index);
    const skipped = layout.skipped.filter((part) => part.origin === index);
    const table = volumes[index]?.table;
    return {
      text: `${paint.strong(origin.asked ?? origin.label)}  ${origin.bytes > 0 ? formatBytes(origin.bytes) : ''}${table ? `, partition table ${table}` : ''}`,
      below: [
        {
          text: escapeText(`snapshot ${step['name'] ?? ''}: ${note}`),
          below: [{ text: escapeText(`autoextend: ${growth.note}`), below: [] }],
        },
        ...mounts.map(({ label, type, extent, point }) => ({
          text: escapeText(
            `${label}  ${type}${extent ? `, ${formatBytes(extent.bytes)} at byte ${extent.offset}` : ''} → ${point}`,
          ),
          below: [],
        })),
        ...skipped.map(({ label, type, reason }) => ({
          text: paint.faint(`${label}  ${type ?? 'unknown'}: skipped, ${reason}`),
          below: [],
        })),
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
