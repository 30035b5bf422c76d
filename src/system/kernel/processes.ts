import fs from 'node:fs';

/** The variable in the environment of our commands that says for which task they work. */
export const MARK = 'HOLDSTILL_TASK';

/**
 * The tools with which we change the machine; whoever comes after a killed hook waits for them. Not for one whose name the kernel cuts
 * off (comm, 15 bytes): the undo of its step ends it, when it has begun and before.
 */
export const CHANGING_TOOLS = [
  'lvm',
  'losetup',
  'mount',
  'umount',
  'dmsetup',
  'btrfs',
  'cp',
  'e2fsck',
  'xfs_repair',
  'fsck.fat',
  'ntfsfix',
  'virsh',
  'xl',
  'qemu-storage-daemon',
];

/** What a process of ours is called while it changes what is not ours: probe.ts. */
const EDITING = 'holdstill edits';

/**
 * The commands with this mark that still run and change the machine, as `name (pid)`. A hook that was killed leaves the
 * command it had started, which goes on to its end. Daemons that a command has left (ntfs-3g, dmeventd) have other names, and are none.
 */
export function markedProcesses(mark: string): readonly string[] {
  return pids().flatMap((pid) => {
    const name = nameOf(pid);
    if (name !== EDITING && !CHANGING_TOOLS.includes(name)) return [];
    return hasVariable(pid, MARK, mark) ? [`${name} (${pid})`] : [];
  });
}

/** The variable in the environment of programs of the admin's that says for which run they bring something to rest. */
export const RESTS = 'HOLDSTILL_RESTS';

/**
 * The programs that still bring something to rest for a run, as `name (pid)`. What such a program has left in the background is none: it
 * was started as the leader of its process group.
 */
export function programsAtRest(run: string): readonly string[] {
  return pids().flatMap((pid) =>
    hasVariable(pid, RESTS, run) && statOf(pid)[GROUP] === pid ? [`${nameOf(pid)} (${pid})`] : [],
  );
}

/** The variable in the environment of the client of a database that says for which step it holds a session. */
export const SESSION = 'HOLDSTILL_SESSION';

/** Kills the programs of this name that hold a session by this mark, whoever started them. How many there were. */
export function endSessions(program: string, mark: string): number {
  const found = pids().filter((pid) => nameOf(pid) === program && hasVariable(pid, SESSION, mark));
  for (const pid of found) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  return found.length;
}

/** False where that is not known. */
function hasVariable(pid: string, name: string, value: string): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${name}=${value}`);
  } catch {
    return false;
  }
}

/** Places in /proc/PID/stat after the name: proc(5), stat. */
const STATE = 0;
const PARENT = 1;
const GROUP = 2;
const START = 19;

/** What /proc/PID/stat has after the name, which may hold anything; nothing where there is no such process. */
function statOf(pid: number | string): readonly string[] {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** The process that started it, or has taken it over; '' where there is no such process. */
export function parentOf(pid: string): string {
  return statOf(pid)[PARENT] ?? '';
}

/** The words that it was started with; none where that is not known. */
export function argumentsOf(pid: string): readonly string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The device numbers of the files that a process has mapped, `major:minor`: proc(5), maps. */
export function mapsOf(pid: string): readonly string[] {
  try {
    const text = fs.readFileSync(`/proc/${pid}/maps`, 'utf8');
    const devices = new Set([...text.matchAll(/^\S+ \S+ \S+ (\S+) /gm)].map(([, device = '']) => device));
    return [...devices].map((device) =>
      device
        .split(':')
        .map((half) => Number.parseInt(half, 16))
        .join(':'),
    );
  } catch {
    return [];
  }
}

/** A process, known from a later one with its number by when it was started, in clock ticks after the boot. */
export interface Started {
  readonly pid: string;
  readonly start: string;
}

/** The processes of root's with an argument that begins so, and that argument. */
export function startedWith(argument: string): readonly (Started & { readonly argument: string })[] {
  return pids().flatMap((pid) => {
    const found = argumentsOf(pid).find((one) => one.startsWith(argument));
    return found === undefined || !isRoots(pid) ? [] : [{ pid, start: statOf(pid)[START] ?? '', argument: found }];
  });
}

function isRoots(pid: string): boolean {
  return fs.statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === 0;
}

/** Of more there is a loop, or somebody makes fun of us. */
const MOST_ANCESTORS = 32;

/**
 * The processes that called us, nearest first, each as `PID.START` (the start in clock ticks after the boot, which distinguishes
 * a process from a later one with its number), with blanks between: proc(5), stat.
 */
export function callersOf(pid: number = process.ppid): string {
  const found: string[] = [];
  for (let next = pid; next > 1 && found.length < MOST_ANCESTORS;) {
    const fields = statOf(next);
    if (fields.length === 0) break;
    found.push(`${next}.${fields[START]}`);
    next = Number(fields[PARENT]);
  }
  return found.join(' ');
}

/** Ourselves, as `PID.START` with the namespace in which the number counts: proc(5), pid_namespaces(7). */
export function keeperOf(): string {
  return `${process.pid}.${statOf(process.pid)[START]} ${link('/proc/self/ns/pid')}`;
}

/** Whether such a process may still be there; of one in another namespace that can't be said. */
export function isThere(keeper: string): boolean {
  const [process = '', namespace] = keeper.split(' ');
  const [pid = '', start] = process.split('.');
  const fields = statOf(pid);
  const runs = fields[START] === start && fields[STATE] !== 'Z';
  return runs || namespace !== link('/proc/self/ns/pid');
}

/** All processes but ourselves. */
export function pids(): readonly string[] {
  return list('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

/** What the kernel calls a process: comm, 15 bytes. */
export function nameOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'a process';
  }
}

/** The names in a directory; none where it can't be read. */
export function list(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

/** Where a link leads to; undefined if that is not known. */
export function link(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}
