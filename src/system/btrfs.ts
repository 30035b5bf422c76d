import { Fault } from '../core/fault.ts';
import { type Command, wholeLines } from './command.ts';

/** What btrfs-subvolume(8) shows of one (btrfs-progs 6.2). */
export interface Subvolume {
  readonly uuid: string;
  /** Of what it is a snapshot of; undefined: of none. */
  readonly parentUuid: string | undefined;
  readonly readOnly: boolean;
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

/** Where the subvolume of this UUID is, from the top of the file system that holds `path`; undefined: there is none. */
export function placeOfSubvolume(uuid: string, path: string): Command<string | undefined> {
  return {
    tool: 'btrfs',
    argv: ['subvolume', 'show', '--uuid', uuid, '--', path],
    mutates: false,
    statuses: [0, 1],
    parse: ({ status, stdout }) => (status === 0 ? wholeLines('btrfs', stdout)[0] : undefined),
  };
}

/** Undefined where it does not tell of a subvolume. Throws `tool.failed` where the text is cut off. */
export function parseShow(stdout: string): Subvolume | undefined {
  const fields = new Map(
    wholeLines('btrfs', stdout).flatMap((line): [string, string][] => {
      const [, name, value] = /^\t([A-Z][A-Za-z ]*):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );
  const [uuid, parent, flags] = [fields.get('UUID'), fields.get('Parent UUID'), fields.get('Flags')];
  if (uuid === undefined || !/^[0-9a-f-]{36}$/.test(uuid) || flags === undefined) return undefined;
  return { uuid, parentUuid: parent === '-' ? undefined : parent, readOnly: flags.split(/[, ]+/).includes('readonly') };
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

/** Takes a read-only snapshot; what it complains of, undefined if all is well. `target` must not be there: it would be taken below it. */
export function snapshotSubvolume(source: string, target: string): Command<readonly string[] | undefined> {
  return changing(['subvolume', 'snapshot', '-r', '--', source, target]);
}

/** Deletes subvolumes, and waits until that outlives a power cut. */
export function deleteSubvolumes(paths: readonly string[]): Command<readonly string[] | undefined> {
  return changing(['subvolume', 'delete', '--commit-after', '--', ...paths]);
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
