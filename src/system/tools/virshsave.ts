import { Fault } from '../../core/model/fault.ts';
import { ANY_STATUS, type Command, type Finished } from '../command.ts';
import { complaintsOf } from './virsh.ts';
import { domainWords, type DomainRef } from './virshdomain.ts';

/** Milliseconds; it only asks. */
const ASK_MS = 60_000;

/** What must be known of a domain before its memory is saved. */
export interface DomainMemory {
  /** The most that its memory can take. */
  readonly bytes: number;
  /** False: libvirt forgets it as soon as it does not run. */
  readonly persistent: boolean;
}

/** Words for virsh that name a domain. */
function about(ref: DomainRef, ...words: readonly string[]): readonly string[] {
  return domainWords(ref, ...words);
}

/** Words for virsh that name no domain, but the connection. */
function connected({ uri }: DomainRef, ...words: readonly string[]): readonly string[] {
  return uri === undefined ? words : [`--connect=${uri}`, ...words];
}

export function domainMemory(ref: DomainRef): Command<DomainMemory> {
  const argv = about(ref, 'dominfo');
  return {
    tool: 'virsh',
    argv,
    mutates: false,
    mostMs: ASK_MS,
    statuses: [0],
    parse: ({ stdout }) => parseInfo(stdout),
  };
}

/** virsh(1), dominfo, 9.0. */
function parseInfo(stdout: string): DomainMemory {
  const [, kib] = /^Max memory: +(\d+) KiB$/m.exec(stdout) ?? [];
  if (kib === undefined) throw new Fault('tool.failed', 'virsh does not say how much memory the guest has');
  return { bytes: Number(kib) * 1024, persistent: /^Persistent: +yes$/m.test(stdout) };
}

/**
 * Writes the memory of a domain to a file and ends it; undefined, or why not. After a failure the domain runs on, and libvirt has removed the
 * file (9.0: no space, a block job).
 */
export function saveDomain(ref: DomainRef, file: string, mostMs: number): Command<string | undefined> {
  return changing(about(ref, 'save', `--file=${file}`), { left: true, mostMs });
}

/**
 * Starts a domain with the memory in a file; undefined, or why not. The file stays whatever happens. A second one fails, since the domain is active
 * (9.0).
 */
export function restoreDomain(ref: DomainRef, file: string, paused: boolean): Command<string | undefined> {
  return changing(restoreWords(ref, file, paused), { left: true });
}

export function restoreWords(ref: DomainRef, file: string, paused: boolean): readonly string[] {
  return connected(ref, 'restore', `--file=${file}`, paused ? '--paused' : '--running');
}

/** Ends what libvirt does to a domain for long: of a save the domain then runs on. Undefined, or why not. */
export function abortJob(ref: DomainRef): Command<string | undefined> {
  return changing(about(ref, 'domjobabort'), { mostMs: ASK_MS });
}

function changing(argv: readonly string[], more: Partial<Command<string | undefined>>): Command<string | undefined> {
  const parse = ({ status, stderr }: Finished): string | undefined =>
    status === 0 ? undefined : (complaintsOf(stderr.split('\n')).at(-1) ?? `virsh ended with status ${status}`);
  return { tool: 'virsh', argv, mutates: true, statuses: ANY_STATUS, parse, ...more };
}

/**
 * The UUID of the domain whose memory is in a file; undefined: there is none that could be restored. Of a file that is not written to its end
 * libvirt says that it is incomplete, by its first bytes (`LibvirtQemudPart`, 9.0).
 */
export function savedDomain(ref: DomainRef, file: string): Command<string | undefined> {
  return {
    tool: 'virsh',
    argv: connected(ref, 'save-image-dumpxml', `--file=${file}`),
    mutates: false,
    mostMs: ASK_MS,
    statuses: ANY_STATUS,
    // Its name comes before it, in which all that would end an element is escaped.
    parse: ({ status, stdout }) => (status === 0 ? /<uuid>([0-9a-f-]{36})<\/uuid>/.exec(stdout)?.[1] : undefined),
  };
}
