import type { Command, Exec } from './command.ts';
import { hasProgram } from './programs.ts';

/** Nobody's number: no process of the host runs under it, so none can be reached by a signal or a trace. */
const NOBODY = '65533';

/** In a network and with message queues of its own, where there is nobody to talk to (unshare(1), 2.19). */
const ALONE = ['unshare', '--net', '--ipc', '--'];

/**
 * Who only reads: nobody, who may read any file, since devices and images belong to somebody, and may do nothing else that
 * not everybody may (setpriv(1), 2.31).
 */
const READER = [
  'setpriv',
  '--reuid',
  NOBODY,
  '--regid',
  NOBODY,
  '--clear-groups',
  ...['--inh-caps', '--ambient-caps', '--bounding-set'].flatMap((set) => [set, '-all,+dac_read_search']),
  '--no-new-privs',
  '--',
];

/** Who changes a device or makes a mount: root, whose files those are, without the rights of root except for those named. */
function rootWith(right: string): readonly string[] {
  const rights = ['--inh-caps', '--bounding-set'].flatMap((set) => [set, `-all${right}`]);
  return ['setpriv', ...rights, '--no-new-privs', '--'];
}

/** What tools run as that read what somebody hostile may have written; of others nothing is changed. */
const CONFINED: Readonly<Record<string, readonly string[]>> = {
  blkid: READER,
  partx: READER,
  e2fsck: rootWith(''),
  // It opens the device for writing, to learn whether ntfs-3g would.
  'ntfs-3g.probe': rootWith(''),
  ntfsfix: rootWith(''),
  cryptsetup: rootWith(',+ipc_lock'),
  // It reads what belongs to others, and makes the mount of the file that it shows.
  'qemu-storage-daemon': rootWith(',+sys_admin,+dac_read_search'),
  // A program that shows a file system makes its mount itself, and is what is left of it. ntfs-3g (2022.10.3) leaves its groups.
  mount: rootWith(',+sys_admin,+setgid'),
};

/** An `Exec` that keeps tools from all that they do not need. `notes`: why it does not, where it can't; after the first command. */
export function confine(exec: Exec): Exec & { readonly notes: readonly string[] } {
  let able: Promise<boolean> | undefined;
  const notes: string[] = [];
  const tell = (why: string): false => {
    notes.push(`the programs that read what is hostile are not confined: ${why}`);
    return false;
  };
  const ask = async (): Promise<boolean> => {
    const missing = ['unshare', 'setpriv'].find((program) => !hasProgram(program));
    if (missing !== undefined) return tell(`there is no ${missing}`);
    const complaint = await exec.run(tried());
    return complaint === undefined || tell(complaint);
  };
  return {
    ...exec,
    notes,
    async run(command) {
      const words = CONFINED[command.tool];
      // Who starts a tool reports that it is missing.
      if (!words || !hasProgram(command.tool) || !(await (able ??= ask()))) return exec.run(command);
      return exec.run({ ...command, within: [...(command.within ?? []), ...ALONE, ...words] });
    },
  };
}

/** Whether this system can: what is complained of, undefined if nothing. */
function tried(): Command<string | undefined> {
  return {
    tool: 'true',
    argv: [],
    within: [...ALONE, ...READER],
    mutates: false,
    statuses: Array.from({ length: 256 }, (_, status) => status),
    parse: ({ status, stderr }) => (status === 0 ? undefined : (stderr.trim().split('\n')[0] ?? '')),
  };
}
