import { formatBytes } from '../core/text/bytes.ts';
import { selectorText } from '../core/model/selection.ts';
import type { Quiesce } from '../core/model/quiesce.ts';
import type { Size, Source, Task } from '../core/model/task.ts';
import { drawTable } from './tree.ts';

/** What a source is, for people. */
export interface SourceText {
  readonly text: string;
  /** Settings that only such a source has, as they hold. */
  readonly own: Readonly<Record<string, string>>;
  /** Settings that mean nothing for it. */
  readonly without: readonly string[];
}

/** All tasks with all their settings: what each saves, and an aligned line below for each setting. */
export function configText(
  tasks: readonly Task[],
  textOf: (source: Source) => SourceText,
  meansText: (means: Quiesce) => string,
): string {
  return tasks
    .map((task) => {
      const source = textOf(task.source);
      const rows = Object.entries(settingsOf(task, source, meansText)).map(([key, value]) => [`  ${key}`, value]);
      return `${drawTable([[task.name, source.text]]).join('\n')}\n${drawTable(rows).join('\n')}\n`;
    })
    .join('');
}

/** As they hold, also those that nobody wrote; a value that means nothing for the source is left out. */
function settingsOf(
  { quiescing, ...task }: Task,
  { own, without }: SourceText,
  meansText: (means: Quiesce) => string,
): Readonly<Record<string, string>> {
  const all = {
    mount: task.mount ?? '(below /run/holdstill)',
    size: sizeText(task.size),
    autoextend: String(task.autoextend),
    ...own,
    partitions: task.choice.partitions.map(selectorText).join(', ') || '(all)',
    exclude: task.choice.exclude.map(selectorText).join(', ') || '(none)',
    keys: task.keys.join(', ') || '(none)',
    check: String(task.check),
    skip: task.skip,
    trust: task.trust,
    quiesce: quiescing.means.map(meansText).join(', ') || '(none)',
    ...(quiescing.means.length > 0 ? { quiesceLimit: `${quiescing.limitMs / 1000}s` } : {}),
    require: quiescing.require,
    timeout: `${task.timeoutMs / 1000}s`,
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => !without.includes(key)));
}

function sizeText(size: Size): string {
  if (size.kind === 'bytes') return formatBytes(size.bytes);
  return size.kind === 'percent' ? `${size.percent} %` : size.kind;
}
