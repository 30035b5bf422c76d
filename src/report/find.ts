import { drawTable, paint } from './tree.ts';
import { wrap } from './wrap.ts';

/** Which storage takes a path, a line each; the first that does is the one that is used. */
export function findText(
  path: string,
  storages: readonly { readonly kind: string; readonly claims: boolean; readonly why: string }[],
  width: number,
): string {
  const rows = drawTable(storages.map(({ kind, claims, why }) => [kind, claims ? 'yes' : 'no', why]));
  const first = storages.findIndex(({ claims }) => claims);
  const indent = Math.max(0, ...storages.map(({ kind }) => kind.length)) + '  yes  '.length;
  const lines = rows.flatMap((row, index) => wrap(index === first ? paint.good(row) : row, width, indent));
  const none = first < 0 ? [paint.bad('no storage here can take a snapshot of it')] : [];
  return `${[paint.strong(path), ...lines, ...none].join('\n')}\n`;
}
