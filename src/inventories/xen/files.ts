import path from 'node:path';
import { Fault, isFault } from '../../core/model/fault.ts';
import { whyNot } from '../../core/text/why.ts';
import type { Exec } from '../../system/command.ts';
import { readGuestFile, type XlConfig } from '../../system/tools/xl.ts';

/** Where the files of guests are: /etc/xen/auto has links to those that start with the host, SUSE keeps them in /etc/xen/vm. */
const DIRECTORIES = ['/etc/xen', '/etc/xen/auto', '/etc/xen/vm'] as const;

/** Xen's own files there, and what editors and packages leave; the suffixes as in xendomains of Xen 4.17. */
const NO_GUEST =
  /^(\..*|xl\.conf|oxenstored\.conf|cpupool|xlexample\..*|README.*|.*(~|\.(rpm(new|save|orig)|dpkg-\w+|bak|orig|old|swp)))$/;

/** Bytes; a guest's file has one or two thousand. */
const MOST_BYTES = 256 * 1024;
const MOST_MS = 5000;

/** The name of a setting and of what is given to it, in a file for xl (libxlu_cfg_l.l of 4.17) or in Python. */
const NAME = /(?<!\w)name[ \t]*\+?=/;
/** The name, where it is written so that it can't mean another. */
const PLAIN_NAME = /(?:^|[\n;])[ \t]*name[ \t]*=[ \t]*(?:'([^'"\\\r\n%]+)'|"([^'"\\\r\n%]+)")[ \t]*(?=[#;\r\n]|$)/g;

/** A file that gives a guest a name. */
export interface GuestFile {
  readonly file: string;
  readonly text: string;
  /** Why it is not to be believed; undefined: only root can change it. */
  readonly untrusted: Fault | undefined;
}

/** What xl makes of it. */
export interface FileGuest {
  readonly file: string;
  readonly config: XlConfig;
}

/** A guest's file that tells nothing. */
export interface Unread {
  readonly file: string;
  readonly reason: string;
  readonly hint: string | undefined;
  /** Whose it is; undefined: there is no telling. */
  readonly name: string | undefined;
}

/** All files that give a guest a name, each once, however many links lead to it. Throws where such a file does not answer. */
export async function guestFiles(exec: Exec): Promise<readonly GuestFile[]> {
  const found = new Map<string, GuestFile>();
  for (const directory of DIRECTORIES) {
    for (const name of (await namesIn(directory, exec)).filter((one) => !NO_GUEST.test(one))) {
      const file = await exec.ask('realPath', { file: path.join(directory, name) }, MOST_MS).catch(unlessGone);
      if (file === undefined || found.has(file)) continue;
      const one = await guestFileAt(file, exec);
      if (one) found.set(file, one);
    }
  }
  return [...found.values()];
}

async function namesIn(file: string, exec: Exec): Promise<readonly string[]> {
  return (await exec.ask('namesIn', { file }, MOST_MS).catch(unlessGone)) ?? [];
}

async function guestFileAt(file: string, exec: Exec): Promise<GuestFile | undefined> {
  const inode = await exec.ask('lookUp', { file }, MOST_MS);
  if (inode?.kind !== 'file' || inode.bytes > MOST_BYTES) return undefined;
  const text = (await exec.ask('readText', { file }, MOST_MS).catch(unlessGone)) ?? '';
  if (!NAME.test(text)) return undefined;
  // Whoever can change it decides which disk of this host is shown to the backup.
  const untrusted = await exec.ask('trustedMode', { file }, MOST_MS).then(
    () => undefined,
    (error: unknown) => (isFault(error) && error.code !== 'tool.timeout' ? error : unlessGone(error)),
  );
  return { file, text, untrusted };
}

/** Undefined for what is not there, or no directory, or not for us to read. */
function unlessGone(error: unknown): undefined {
  if (isFault(error)) throw error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
  throw new Fault('guest.unreachable', `the files of Xen's guests in /etc/xen can't be read: ${whyNot(error)}`, {
    cause: error,
  });
}

/** Whether a file may be that of a guest, by the letters in it: a text in it can be written with escapes. */
export function mayName({ text }: GuestFile, name: string): boolean {
  return text.includes(name) || text.includes('\\');
}

/** What xl says of files: a process each, because it reads one at a time. */
export async function readGuestFiles(
  files: readonly GuestFile[],
  exec: Exec,
): Promise<{ readonly guests: readonly FileGuest[]; readonly unread: readonly Unread[] }> {
  const guests: FileGuest[] = [];
  const unread: Unread[] = [];
  await Promise.all(
    files.map(async ({ file, text, untrusted }) => {
      const said = untrusted ?? (await exec.run(readGuestFile(file)));
      if (isFault(said)) unread.push({ file, reason: said.message, hint: said.hint, name: plainName(text) });
      else if ('problem' in said) unread.push({ file, ...whyUnread(file, text, said.problem), name: plainName(text) });
      else guests.push({ file, config: said });
    }),
  );
  return { guests, unread };
}

function whyUnread(file: string, text: string, problem: string): Pick<Unread, 'reason' | 'hint'> {
  const python = /^[ \t]*(OVM_\w+[ \t]*=|import[ \t]|def[ \t])/m.test(text);
  const reason = `xl can't read ${file}${python ? ', which is in Python as Oracle VM and xend have it' : ''}: ${problem}`;
  return { reason, hint: 'mend it, or move it out of /etc/xen; while a guest runs its file is not needed' };
}

/** For what xl does not read: the name that it would have. The last one counts, as it does for xl and in Python. */
export function plainName(text: string): string | undefined {
  const all = [...text.matchAll(new RegExp(NAME, 'g'))].length;
  const plain = [...text.matchAll(PLAIN_NAME)].map(([, single, double]) => single ?? double);
  return plain.length === all ? plain.at(-1) : undefined;
}
