import { ANY_STATUS, type Command } from '../command.ts';
import type { LvRow } from './lvs.ts';

/**
 * What lvm.conf lets LVM activate only for reading (activation/read_only_volume_list): VGs, LVs and tags. LVM takes that
 * for an order whenever it loads a device anew, and so at each snapshot: an origin that is being written to becomes
 * read-only then, and stays so, and a thick snapshot may get a store that was not cleared (2.03.16, tried).
 */
export function readOnlyVolumes(): Command<readonly string[]> {
  return {
    tool: 'lvm',
    argv: ['lvmconfig', 'activation/read_only_volume_list'],
    mutates: false,
    // 5: lvm.conf has no such list.
    statuses: ANY_STATUS,
    parse: ({ stdout }) =>
      [...stdout.matchAll(/(?<=^read_only_volume_list=.*)"([^"]*)"/gm)].map(([, name = '']) => name),
  };
}

/** Whether an LV falls under such a list: lvm.conf(5), volume_list. `@*` are the tags of this host, which we don't know. */
export function fallsUnder(list: readonly string[], { vg, name, tags, vgTags }: LvRow): boolean {
  const all = [...tags, ...vgTags];
  return list.some((entry) => {
    if (entry === '@*') return all.length > 0;
    return entry.startsWith('@') ? all.includes(entry.slice(1)) : entry === vg || entry === `${vg}/${name}`;
  });
}
