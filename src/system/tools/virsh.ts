import { Fault } from '../../core/model/fault.ts';
import type { ListedGuest } from '../../core/model/guest.ts';
import { type Command, wholeLines } from '../command.ts';

/** What libvirt says of a domain. */
export interface DomainSaid {
  /** Its definition as XML: of a running domain the one that it runs with; empty: libvirt has not said it. */
  readonly xml: string;
  /** `running (booted)`, `shut off (saved)` …; empty: libvirt has not said it. */
  readonly state: string;
}

/** What libvirt says of several domains at one time. */
export interface DomainsSaid {
  readonly domains: readonly DomainSaid[];
  /** The UUIDs of all domains that there are, and of those whose memory libvirt has saved. */
  readonly all: readonly string[];
  readonly saved: readonly string[];
  /** Why libvirt has not said all that was asked. */
  readonly complaints: readonly string[];
}

/** Milliseconds: a libvirtd that its socket starts first asks QEMU what it can do, which takes seconds. */
const MOST_MS = 60_000;

/**
 * virsh with a connection that can change nothing. Without `uri` libvirt chooses, as it does for an admin who types `virsh list`:
 * `uri_default` of /etc/libvirt/libvirt.conf, else the first hypervisor that is there (docs/uri, 5.6). The environment is not
 * the admin's, so LIBVIRT_DEFAULT_URI has no effect.
 */
function virsh<T>(uri: string | undefined, words: readonly string[], parse: Command<T>['parse']): Command<T> {
  const connect = uri === undefined ? [] : [`--connect=${uri}`];
  return {
    tool: 'virsh',
    argv: ['--quiet', '--readonly', ...connect, ...words],
    mostMs: MOST_MS,
    mutates: false,
    // All failures are 1, whatever failed (virsh 9.0).
    statuses: [0],
    parse,
  };
}

/** All domains, running or not. virsh(1), 9.0; the source of 4.x prints the same, with blanks behind a short name. */
export function listDomains(uri: string | undefined): Command<readonly ListedGuest[]> {
  return virsh(uri, ['list', '--all', '--uuid', '--name'], ({ stdout }) => parseList(stdout));
}

/** No name holds the end of a line: libvirt refuses it (virXMLCheckIllegalChars, 9.0). */
export function parseList(stdout: string): readonly ListedGuest[] {
  return wholeLines('virsh', stdout).flatMap((line) => {
    const [, uuid, name = ''] = /^([0-9a-f-]{36}) (.+)$/.exec(line) ?? [];
    if (uuid !== undefined) return [{ uuid, name: Buffer.byteLength(name) === PADDED ? name.trimEnd() : name }];
    if (line === '') return [];
    throw new Fault('tool.failed', 'virsh lists what is no domain', { detail: [line.slice(0, 100)] });
  });
}

/** `%-30s` of virsh before 4.8. */
const PADDED = 30;

/**
 * Definitions and states of the domains with these UUIDs, all by one process. virsh goes on after a command that failed, and
 * ends with the status of the last one (9.0): that one asks for what there is. `mark` parts the answers, so it must be one
 * that nobody can foresee: what a definition holds in `<metadata>` is printed as it is.
 */
export function describeDomains(uuids: readonly string[], uri: string | undefined, mark: string): Command<DomainsSaid> {
  const about = uuids.flatMap((uuid) => [`dumpxml ${checked(uuid)}`, `domstate ${uuid} --reason`]);
  const all = ['list --all --uuid --with-managed-save', 'list --all --uuid'];
  const commands = [...about, ...all].join(`; echo ${mark}; `);
  return virsh(uri, [commands], ({ stdout, stderr }) => parseDomains(stdout, stderr, uuids.length, mark));
}

/**
 * The definitions that domains had when libvirt saved their memory, with which they go on; empty where there is none. One
 * process. virsh has the command since 3.7.
 */
export function describeSaved(
  uuids: readonly string[],
  uri: string | undefined,
  mark: string,
): Command<readonly string[]> {
  const about = uuids.map((uuid) => `managedsave-dumpxml ${checked(uuid)}`);
  const commands = [...about, 'list --all --uuid'].join(`; echo ${mark}; `);
  return virsh(uri, [commands], ({ stdout }) => sections(stdout, uuids.length + 1, mark).slice(0, -1));
}

function parseDomains(stdout: string, stderr: string, count: number, mark: string): DomainsSaid {
  const parts = sections(stdout, 2 * count + 2, mark);
  const domains = Array.from({ length: count }, (_, index) => ({
    xml: parts[2 * index] ?? '',
    state: parts[2 * index + 1] ?? '',
  }));
  const uuids = (text = ''): readonly string[] => text.split('\n').filter(Boolean);
  return {
    domains,
    saved: uuids(parts.at(-2)),
    all: uuids(parts.at(-1)),
    complaints: complaintsOf(stderr.split('\n')),
  };
}

function sections(stdout: string, count: number, mark: string): readonly string[] {
  // With --quiet, echo does not end its line (9.0).
  const parts = stdout.split(mark).map((part) => part.trim());
  if (parts.length !== count) throw new Fault('tool.failed', 'what virsh printed is cut off');
  return parts;
}

/** The words of a command for virsh are parted by blanks and `;`, so nothing else may stand there. */
function checked(uuid: string): string {
  if (!/^[0-9a-f-]{36}$/.test(uuid)) throw new Error(`${uuid} is no UUID`);
  return uuid;
}

/**
 * The path of a volume in a storage pool. The names may be anything: each is a word of its own, which virsh takes as it is
 * (tried with `--pool;echo 'x" y`, 9.0). Fails where the pool is not active.
 */
export function volumePath(pool: string, volume: string, uri: string | undefined): Command<string> {
  const words = ['vol-path', `--pool=${pool}`, `--vol=${volume}`];
  return virsh(uri, words, ({ stdout }) => stdout.replace(/\n+$/, ''));
}

/** What virsh complains of, without its own words: `Failed to connect socket to '/run/…': No such file or directory`. */
export function complaintsOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const text = line.replace(/^error: /, '').trim();
    return text === '' ? [] : [text];
  });
}
