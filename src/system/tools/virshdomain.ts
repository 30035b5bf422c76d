import { Fault } from '../../core/model/fault.ts';
import { ANY_STATUS, type Command, type Finished } from '../command.ts';
import { complaintsOf } from './virsh.ts';

/** A domain by its UUID, which no other has (a number for a name is first taken for an id), and how libvirt is reached. */
export interface DomainRef {
  readonly uuid: string;
  /** Undefined: virsh's own choice. */
  readonly uri: string | undefined;
}

/** `running`, `paused`, `shut off` …, and how it came to that: `user`, `saved`, `failed` … */
export interface DomainState {
  readonly state: string;
  readonly reason: string;
}

/** What became of a request. All failures of virsh are status 1, so only what it says when all went well can be relied on. */
export interface Answered {
  /** Undefined: it was refused or not answered. */
  readonly count: number | undefined;
  /** In virsh's words, for people. */
  readonly complaint: string;
}

/** Parts what two commands of one virsh print. No domain can print it in what is asked here. */
const MARK = '=holdstill=';

/** Milliseconds. Without a limit of the agent's libvirt waits 30 s for its lock, then gives up (9.0). */
const MOST_MS = 40_000;
const ASK_MS = 60_000;
const ASK_SECONDS = 5;
const THAW_SECONDS = 10;
/** virsh(1), guest-agent-timeout, 9.0: as it is until somebody says otherwise. */
const NO_LIMIT = -2;

/** Words by which people reach the same domain. */
export function domainWords({ uuid, uri }: DomainRef, ...command: readonly string[]): readonly string[] {
  const [name = '', ...rest] = command;
  return [...(uri === undefined ? [] : [`--connect=${uri}`]), name, `--domain=${uuid}`, ...rest];
}

function virsh<T>(
  { uri }: DomainRef,
  script: string,
  parse: (finished: Finished) => T,
  more: Partial<Command<T>> = {},
): Command<T> {
  const connect = uri === undefined ? [] : [`--connect=${uri}`];
  return {
    tool: 'virsh',
    argv: [...connect, script],
    mutates: false,
    mostMs: ASK_MS,
    statuses: ANY_STATUS,
    parse,
    ...more,
  };
}

function idOf({ uuid }: DomainRef): string {
  if (!/^[0-9a-f-]{36}$/.test(uuid)) throw new Error(`${uuid} is no UUID`);
  return `--domain ${uuid}`;
}

/**
 * How a domain is; undefined: libvirt has none with this UUID. Throws `tool.failed` where libvirt does not answer. virsh goes on after a
 * command that failed, and ends with the status of the last (9.0).
 */
export function domainState(ref: DomainRef): Command<DomainState | undefined> {
  const script = `domstate ${idOf(ref)} --reason; echo ${MARK}; list --all --uuid`;
  return virsh(ref, script, (finished) => parseState(finished.stdout, ref.uuid), { statuses: [0] });
}

export function parseState(stdout: string, uuid: string): DomainState | undefined {
  const [said = '', all] = stdout.split(MARK);
  const state = stateIn(said);
  if (state) return state;
  if (all !== undefined && !all.split('\n').some((line) => line.trim() === uuid)) return undefined;
  throw new Fault('tool.failed', 'virsh does not say how the guest is');
}

/** In what `domstate --reason` prints of one domain; undefined: there is nothing. */
export function stateIn(said: string): DomainState | undefined {
  const [, state, reason = ''] = /^(.+?)(?: \((.+)\))?$/.exec(said.trim()) ?? [];
  return state === undefined ? undefined : { state, reason };
}

/** How long libvirt waits for the agent of a domain from now on. A command that it waits for already keeps its own limit. */
function limit(ref: DomainRef, seconds: number): string {
  return `guest-agent-timeout ${idOf(ref)} --timeout=${seconds}`;
}

/** What is known of an agent. */
export interface AgentSaid {
  /** Undefined: it answers. */
  readonly complaint: string | undefined;
  /** This virsh can limit how long libvirt waits for an agent (since 5.10). */
  readonly limits: boolean;
}

/**
 * Asks an agent for the time. Without a limit libvirt would wait for one that is deaf for ever, and keep everybody else from it
 * meanwhile, even if this virsh is ended (9.0). `qemu-agent-command` has a limit of its own, but libvirt then calls the guest
 * tainted.
 */
export function askAgent(ref: DomainRef): Command<AgentSaid> {
  const asking = `${limit(ref, ASK_SECONDS)}; domtime ${idOf(ref)}; ${limit(ref, NO_LIMIT)}`;
  const script = `help guest-agent-timeout; echo ${MARK}; ${asking}`;
  return virsh(ref, script, parseAgent, { mutates: true, left: true });
}

export function parseAgent({ stdout, stderr }: Pick<Finished, 'stdout' | 'stderr'>): AgentSaid {
  const [help = '', said = ''] = stdout.split(MARK);
  const limits = help.trim() !== '';
  const complaints = complaintsOf(stderr.split('\n')).filter((line) => !line.includes('guest-agent-timeout'));
  return { limits, complaint: /^Time: \d/m.test(said) ? undefined : (complaints[0] ?? 'virsh does not say why') };
}

/**
 * Freezes the file systems of a domain by its agent, in which libvirt waits no longer than so many seconds for it; undefined: as long as the
 * agent takes, and no other command reaches the agent meanwhile, even if this virsh is ended (9.0). What the agent gets
 * later than that it does all the same: libvirt 9.0 with qemu-guest-agent 7.2.
 */
export function freeze(ref: DomainRef, seconds: number | undefined, mostMs: number): Command<Answered> {
  const limited = seconds === undefined ? '' : `${limit(ref, seconds)}; `;
  const parse = (finished: Finished): Answered => parseAnswer(finished, /^Froze (\d+) filesystem/m);
  return virsh(ref, `${limited}domfsfreeze ${idOf(ref)}`, parse, { mutates: true, left: true, mostMs });
}

/**
 * Thaws the file systems of a domain; `count` is 0 where none was frozen. libvirt first waits for the agent's answer to a `guest-sync`
 * (9.0), so once this is answered nothing is on its way any more. `limited`: it gives up after a while, and then waits as long as it takes
 * again, as for all domains of which nobody says otherwise.
 */
export function thaw(ref: DomainRef, limited: boolean): Command<Answered> {
  const parse = (finished: Finished): Answered => parseAnswer(finished, /^Thawed (\d+) filesystem/m);
  const thawing = `domfsthaw ${idOf(ref)}`;
  const script = limited ? `${limit(ref, THAW_SECONDS)}; ${thawing}; ${limit(ref, NO_LIMIT)}` : thawing;
  return virsh(ref, script, parse, { mutates: true, mostMs: MOST_MS });
}

export function parseAnswer({ stdout, stderr }: Pick<Finished, 'stdout' | 'stderr'>, said: RegExp): Answered {
  const [, count] = said.exec(stdout) ?? [];
  return { count: count === undefined ? undefined : Number(count), complaint: complaintIn(stderr) };
}

/** Stops its processors. Of one that is paused it is a success as well, and does not count: one `resume` lets it go (9.0). */
export function suspend(ref: DomainRef, mostMs: number): Command<void> {
  return virsh(ref, `suspend ${idOf(ref)}`, () => undefined, { mutates: true, left: true, mostMs, statuses: [0] });
}

/** Undefined, or why not. Of one that runs it fails (9.0). */
export function resume(ref: DomainRef): Command<string | undefined> {
  const parse = ({ status, stderr }: Finished) => (status === 0 ? undefined : complaintIn(stderr));
  return virsh(ref, `resume ${idOf(ref)}`, parse, { mutates: true, mostMs: MOST_MS });
}

/** The last line is the reason, the one before says what virsh could not do. */
function complaintIn(stderr: string): string {
  return complaintsOf(stderr.split('\n')).at(-1) ?? 'virsh does not say why';
}
