import { Fault } from '../../core/model/fault.ts';
import { ANY_STATUS, type Command, type Finished, wholeLines } from '../command.ts';

/** A disk as libxl has it: libxl_device_disk of Xen 4.17. */
export interface XlDisk {
  /** `pdev_path`; '' for an empty drive. */
  readonly path: string;
  /** `xvda`, `xvda1`, `hdc`, `0x2`. */
  readonly vdev: string;
  /** `raw`, `qcow`, `qcow2`, `vhd`, `qed`, `empty`; undefined: unknown to libxl, too. */
  readonly format: string | undefined;
  /** What connects it, where that is not `block`: `block-iscsi`. */
  readonly script: string | undefined;
  /** The domain that serves it, by name or number, where that is not the control domain. */
  readonly server: string | undefined;
  readonly cdrom: boolean;
}

export interface XlConfig {
  readonly name: string;
  /** Of a file without `uuid=` xl makes up another one each time. */
  readonly uuid: string;
  readonly disks: readonly XlDisk[];
}

/** A domain whose configuration libxl holds. */
export interface XlDomain extends XlConfig {
  readonly id: number;
}

/** A domain as the hypervisor sees it. */
export interface XlRow {
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  /**
   * `off`, `crashed`: it has ended, and its disks are still connected. `suspended`: its memory is being written or moved, or was and nobody has let
   * it go on.
   */
  readonly state: 'running' | 'paused' | 'off' | 'crashed' | 'suspended';
  readonly bytes: number;
  /** Nearly gone. */
  readonly dying: boolean;
}

/**
 * Milliseconds. Without xenstored `xl list` never ends (4.17, tried for 25 s); else it takes some 20.
 */
const MOST_MS = 20_000;

/**
 * The domains whose configuration libxl holds, all in one process, without the control domain. Those that another toolstack has made
 * (xapi) are not among them, nor those of which it is just making or removing one.
 */
export function listDomains(): Command<readonly XlDomain[]> {
  return {
    tool: 'xl',
    argv: ['list', '-l'],
    mutates: false,
    mostMs: MOST_MS,
    statuses: [0],
    parse: ({ stdout }) => parseDomains(stdout),
  };
}

/** All domains, whoever made them, and what they do. */
export function listStates(): Command<readonly XlRow[]> {
  return {
    tool: 'xl',
    argv: ['list', '-v'],
    mutates: false,
    mostMs: MOST_MS,
    statuses: [0],
    parse: ({ stdout }) => parseStates(stdout),
  };
}

/** The domain with this UUID, by which it is found whatever its name and number are by now; undefined: there is none. */
export function rowOf(uuid: string): Command<XlRow | undefined> {
  const all = listStates();
  return { ...all, parse: (finished) => all.parse(finished).find((one) => one.uuid === uuid && !one.dying) };
}

/**
 * What xl's own parser makes of a guest's file; a text says why it makes nothing of it. It needs the rights of root and a running
 * hypervisor, and changes nothing. One file at a time: of several xl reads the last (4.17). With `-f`, since a name with `=` would be
 * taken for a setting.
 */
export function readGuestFile(file: string): Command<XlConfig | { readonly problem: string }> {
  return {
    tool: 'xl',
    argv: ['create', '-q', '-n', '-f', file],
    mutates: false,
    mostMs: MOST_MS,
    statuses: ANY_STATUS,
    parse: (finished) => {
      if (finished.status !== 0) return { problem: complaintOf(finished, file) };
      const config = configOf(parseJson(finished.stdout));
      if (config) return config;
      throw misread('a guest has no name');
    },
  };
}

export function parseDomains(stdout: string): readonly XlDomain[] {
  const domains = parseJson(stdout);
  if (!Array.isArray(domains)) throw misread('it prints no list');
  return domains.flatMap((one: unknown): XlDomain[] => {
    const { domid: id, config } = fieldsOf(one);
    if (typeof id !== 'number') throw misread('a domain has no number');
    const known = configOf(config);
    return id === 0 || !known ? [] : [{ ...known, id }];
  });
}

/**
 * A line is a name of any length, with any blanks, and from the right what has no blanks. xl(1), list; tools/xl/xl_list.c of 4.17: the last
 * letter but one is the reason of a shutdown (SHUTDOWN_* of xen/include/public/sched.h).
 */
const ROW =
  /^(.+?) +(\d+) +(\d+) +\d+ +[r-][b-]([p-])([s-])([-rscwS?])([d-]) +\d+\.\d ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) +\S+ +\S+$/;

export function parseStates(stdout: string): readonly XlRow[] {
  const [, ...lines] = wholeLines('xl', stdout);
  return lines.flatMap((line): XlRow[] => {
    const [, name, id, memory, paused, shut, reason, dying, uuid] = ROW.exec(line) ?? [];
    if (name === undefined || uuid === undefined) throw misread(`a line of its list is '${line}'`);
    if (Number(id) === 0) return [];
    const off = [shut, reason, dying].some((letter) => letter !== '-');
    const state = off ? (ENDED[reason ?? ''] ?? 'off') : paused === 'p' ? 'paused' : 'running';
    return [{ id: Number(id), name, uuid, state, bytes: Number(memory) * 1024 * 1024, dying: dying === 'd' }];
  });
}

/** By the reason; of all others it has shut down. */
const ENDED: Readonly<Record<string, XlRow['state']>> = { s: 'suspended', c: 'crashed', w: 'crashed', '?': 'crashed' };

function parseJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    // xl.conf(5), output_format: the form of xm, `(domain (domid 0) ...`.
    const hint = stdout.startsWith('(')
      ? `set output_format="json" in /etc/xen/xl.conf`
      : 'see what it prints: xl list -l';
    throw new Fault('tool.failed', 'xl prints no JSON', { hint, cause: error });
  }
}

/** Undefined: it has no name, so nobody can mean it. Numbers and texts that have their default are left out by libxl. */
function configOf(value: unknown): XlConfig | undefined {
  const { c_info: info, disks } = fieldsOf(value);
  const { name, uuid } = fieldsOf(info);
  if (typeof name !== 'string' || name === '') return undefined;
  const known = textOf(uuid)?.toLowerCase() ?? '';
  return { name, uuid: known, disks: Array.isArray(disks) ? disks.map(diskOf) : [] };
}

function diskOf(value: unknown): XlDisk {
  const { pdev_path, vdev, format, script, backend_domname, backend_domid, is_cdrom } = fieldsOf(value);
  const target = textOf(vdev);
  if (target === undefined) throw misread('a disk has no vdev');
  const server = textOf(backend_domname) ?? (typeof backend_domid === 'number' ? String(backend_domid) : undefined);
  return {
    path: textOf(pdev_path) ?? '',
    vdev: target,
    format: format === 'unknown' ? undefined : textOf(format),
    // libxl_disk.c of 4.17: where none is said it is this one.
    script: script === 'block' ? undefined : textOf(script),
    server: server === '0' || server === 'Domain-0' ? undefined : server,
    cdrom: is_cdrom === 1 || is_cdrom === true,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The first thing that it says, without the file's own name: `line 2: config parsing error near ...`. */
function complaintOf({ status, stdout, stderr }: Finished, file: string): string {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
  const said = lines.find((line) => line !== '' && !line.startsWith('Parsing config')) ?? `status ${status}`;
  return said.startsWith(`${file}:`)
    ? said
        .slice(file.length + 1)
        .replace(/^(\d+): /, 'line $1: ')
        .trim()
    : said;
}

function misread(what: string): Fault {
  return new Fault('tool.failed', `what xl prints can't be read: ${what}`, { hint: 'see what it prints: xl list -l' });
}
