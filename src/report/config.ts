import { formatBytes } from '../core/text/bytes.ts';
import { selectorText } from '../core/model/selection.ts';
import type { Size, Source, Task } from '../core/model/task.ts';
import { drawTable } from './tree.ts';

/** All tasks with all their settings: what each saves, and an aligned line below for each setting. */
export function configText(tasks: readonly Task[]): string {
  return tasks
    .map((task) => {
      const rows = Object.entries(settingsOf(task)).map(([key, value]) => [`  ${key}`, value]);
      return `${drawTable([[task.name, sourceText(task.source)]]).join('\n')}\n${drawTable(rows).join('\n')}\n`;
    })
    .join('');
}

/** As they hold, also those that nobody wrote; a value that means nothing for the source is left out. */
function settingsOf({ source, ...task }: Task): Readonly<Record<string, string>> {
  const volumes = source.kind !== 'file' && source.kind !== 'subvolume';
  const disks = source.kind !== 'subvolume';
  return {
    mount: task.mount ?? '(below /run/holdstill)',
    ...(volumes && { size: sizeText(task.size), autoextend: String(task.autoextend) }),
    ...(source.kind === 'file' && { copy: String(source.copy) }),
    ...(disks && {
      partitions: task.choice.partitions.map(selectorText).join(', ') || '(all)',
      exclude: task.choice.exclude.map(selectorText).join(', ') || '(none)',
      keys: task.keys.join(', ') || '(none)',
      check: String(task.check),
    }),
    skip: task.skip,
    trust: task.trust,
    timeout: `${task.timeoutMs / 1000}s`,
  };
}

function sourceText(source: Source): string {
  switch (source.kind) {
    case 'lv':
      return `lv ${source.vg}/${source.lv}`;
    case 'path':
    case 'subvolume':
      return `${source.kind} ${source.path}`;
    case 'file':
      return `file ${source.glob}`;
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
