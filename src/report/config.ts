import { formatBytes } from '../core/bytes.ts';
import type { Size, Source, Task } from '../core/task.ts';
import { drawTable } from './tree.ts';

/** All tasks with all their settings, aligned. */
export function configText(tasks: readonly Task[]): string {
  const rows = tasks.map(({ name, source, mount, size, autoextend, timeoutMs }) => [
    name,
    sourceText(source),
    mount ?? '(below /run/holdstill)',
    sizeText(size),
    autoextend ? 'yes' : 'no',
    `${timeoutMs / 1000} s`,
  ]);
  return `${drawTable([['task', 'source', 'mount', 'size', 'autoextend', 'timeout'], ...rows]).join('\n')}\n`;
}

function sourceText(source: Source): string {
  switch (source.kind) {
    case 'lv':
      return `lv ${source.vg}/${source.lv}`;
    case 'path':
    case 'subvolume':
      return `${source.kind} ${source.path}`;
    case 'file':
      return `file ${source.glob}${source.copy ? ', copied' : ''}`;
    case 'each': {
      const without = source.exclude.length > 0 ? ` without ${source.exclude.join(', ')}` : '';
      return `each lv ${source.vg}/${source.glob}${without}`;
    }
  }
}

function sizeText(size: Size): string {
  if (size.kind === 'bytes') return formatBytes(size.bytes);
  return size.kind === 'percent' ? `${size.percent} %` : size.kind;
}
