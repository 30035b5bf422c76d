import { Fault } from '../../core/model/fault.ts';
import { type Command, wholeLines } from '../command.ts';

/** What btrfs-subvolume(8) shows of one (btrfs-progs 6.2). */
export interface Subvolume {
  /** '' of the top of some old file systems. */
  readonly uuid: string;
  /** Of what it is a snapshot of; undefined: of none. */
  readonly parentUuid: string | undefined;
  readonly readOnly: boolean;
  /** By which its file system knows it, and nothing else, ever. */
  readonly id: string;
  /** Another one once anything in it was changed. */
  readonly generation: string;
}

/** Of what is known to be one: its status is 1 for all that can go wrong. Throws `tool.failed`. */
export function showSubvolume(path: string): Command<Subvolume> {
  return {
    tool: 'btrfs',
    argv: ['subvolume', 'show', '--', path],
    mutates: false,
    statuses: [0],
    parse: ({ stdout }) => {
      const shown = parseShow(stdout);
      if (shown) return shown;
      throw new Fault('tool.failed', `what btrfs printed of ${path} is not understood`);
    },
  };
}

/**
 * Where the subvolume of this UUID is in the file system that holds `path`: from there if it is below, else from the top of
 * the file system; undefined: there is none.
 */
export function placeOfSubvolume(
  uuid: string,
  path: string,
): Command<{ readonly place: string; readonly generation: string } | undefined> {
  return {
    tool: 'btrfs',
    // Of all subvolumes: to show one by its UUID only came with 4.12.
    argv: ['subvolume', 'list', '-u', '--', path],
    mutates: false,
    statuses: [0],
    // ID 257 gen 9 top level 256 uuid 5aea7a3a-2ff8-5f4f-9d2b-2f7b4f6c6d4e path data/.hs.0badcafe/0.data
    parse: ({ stdout }) =>
      wholeLines('btrfs', stdout).flatMap((line) => {
        const [, generation = '', one, place = ''] = /^ID \d+ gen (\d+) .*? uuid (\S+) +path (.*)$/.exec(line) ?? [];
        return one === uuid ? [{ place, generation }] : [];
      })[0],
  };
}

/** Undefined where it does not describe a subvolume. Throws `tool.failed` where the text is cut off. */
export function parseShow(stdout: string): Subvolume | undefined {
  const fields = new Map(
    wholeLines('btrfs', stdout).flatMap((line): [string, string][] => {
      const [, name, value] = /^\t([A-Z][A-Za-z ]*):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );
  const field = (name: string, form: RegExp): string => form.exec(fields.get(name) ?? '')?.[0] ?? '';
  // The top of a file system that mkfs.btrfs before 4.16 made has none, and btrfs-progs before 4.8.3 show nothing of any top.
  if (fields.size === 0 && /^.* is toplevel subvolume\n/.test(stdout)) {
    return { uuid: '', parentUuid: undefined, readOnly: false, id: '5', generation: '' };
  }
  const uuid = fields.get('UUID') === '-' ? '' : fields.get('UUID');
  if (uuid === undefined || (uuid !== '' && !/^[0-9a-f-]{36}$/.test(uuid))) return undefined;
  const [id, generation] = [field('Subvolume ID', /^\d{1,20}$/), field('Generation', /^\d{1,20}$/)];
  const [parent, flags] = [fields.get('Parent UUID'), fields.get('Flags')];
  if (id === '' || generation === '' || flags === undefined) return undefined;
  const readOnly = flags.split(/[, ]+/).includes('readonly');
  return { uuid, parentUuid: parent === '-' ? undefined : parent, readOnly, id, generation };
}

/** The subvolumes right below one, by their paths from the top of the file system. */
export function listBelow(path: string): Command<readonly string[]> {
  return {
    tool: 'btrfs',
    argv: ['subvolume', 'list', '-o', '--', path],
    mutates: false,
    statuses: [0],
    // ID 258 gen 10 top level 256 path @data/nested
    parse: ({ stdout }) => wholeLines('btrfs', stdout).flatMap((line) => / path (.*)$/.exec(line)?.[1] ?? []),
  };
}

/** All snapshots in the file system that holds a path, by their numbers, and where they are as `placeOfSubvolume` says it. */
export function listSnapshots(path: string): Command<readonly { readonly id: string; readonly path: string }[]> {
  return {
    tool: 'btrfs',
    argv: ['subvolume', 'list', '-s', '--', path],
    mutates: false,
    statuses: [0],
    // ID 257 gen 9 cgen 9 top level 256 otime 2026-11-29 06:12:45 path data/.hs.0.0.data
    parse: ({ stdout }) =>
      wholeLines('btrfs', stdout).flatMap((line) => {
        const [, id, place] = /^ID (\d{1,20}) .*? otime \S+ \S+ path (.*)$/.exec(line) ?? [];
        return id === undefined || place === undefined ? [] : [{ id, path: place }];
      }),
  };
}

/** Takes a snapshot; what it complains of, undefined if all is well. `target` must not be there: it would be taken below it. */
export function snapshotSubvolume(
  source: string,
  target: string,
  mode: 'read-only' | 'writable',
): Command<readonly string[] | undefined> {
  return changing(['subvolume', 'snapshot', ...(mode === 'read-only' ? ['-r'] : []), '--', source, target]);
}

/** Makes a snapshot read-only; what it complains of, undefined if all is well. btrfs-property(8), since btrfs-progs 3.14. */
export function makeReadOnly(subvolume: string): Command<readonly string[] | undefined> {
  return changing(['property', 'set', '-ts', subvolume, 'ro', 'true']);
}

/** Whether subvolumes can be deleted by their numbers: since btrfs-progs 5.6, as the help of the command shows. */
export function deletesByNumber(): Command<boolean> {
  return {
    tool: 'btrfs',
    argv: ['subvolume', 'delete', '--help'],
    mutates: false,
    statuses: [0, 1],
    parse: ({ stdout, stderr }) => `${stdout}${stderr}`.includes('--subvolid'),
  };
}

/**
 * Deletes the subvolume that has this number in the file system of `within`, and waits until that outlives a power cut. By
 * its number, because a path may lead elsewhere by then.
 */
export function deleteSubvolume(id: string, within: string): Command<readonly string[] | undefined> {
  return changing(['subvolume', 'delete', '--commit-after', '--subvolid', id, '--', within]);
}

/** As `deleteSubvolume`, of what is at a path where nobody but root can put another thing. */
export function deleteSubvolumeAt(path: string): Command<readonly string[] | undefined> {
  return changing(['subvolume', 'delete', '--commit-after', '--', path]);
}

function changing(argv: readonly string[]): Command<readonly string[] | undefined> {
  return {
    tool: 'btrfs',
    argv,
    mutates: true,
    statuses: [0, 1],
    parse: ({ status, stdout, stderr }) =>
      status === 0 ? undefined : (stderr || stdout).split('\n').filter((line) => line.trim() !== ''),
  };
}
