import { randomBytes } from 'node:crypto';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Guest, ListedGuest } from '../core/model/guest.ts';
import type { Inventory } from '../core/ports/inventory.ts';
import type { Exec } from '../system/command.ts';
import { hasProgram } from '../system/programs.ts';
import type { Domain } from '../system/tools/domain.ts';
import { unreachable } from '../system/tools/libvirtaway.ts';
import { describeDomains, describeSaved, listDomains } from '../system/tools/virsh.ts';
import { stateIn } from '../system/tools/virshdomain.ts';
import { disksOf } from './libvirt/disks.ts';

/** One of them serves what `virsh` asks: libvirt's own daemon, or one for each hypervisor (since 5.6). */
const DAEMONS = ['libvirtd', 'virtqemud', 'virtxend', 'virtlxcd', 'virtvboxd', 'virtchd'];

/** Guests that one process is asked of: the words for it are one argument, which the kernel limits to 128 KiB. */
const MOST_AT_ONCE = 100;

/** The guests of libvirt. */
export function createLibvirt(exec: Exec): Inventory {
  return {
    kind: 'libvirt',

    async list(uri) {
      try {
        return await exec.run(listDomains(uri));
      } catch (error) {
        // virsh alone, of a host that manages others, is no libvirt; a connection that the admin names is one.
        if (isFault(error) && uri === undefined && !DAEMONS.some((daemon) => hasProgram(daemon))) return undefined;
        throw unreachable(error);
      }
    },

    async describe(guests, uri) {
      const found: Guest[] = [];
      for (let from = 0; from < guests.length; from += MOST_AT_ONCE) {
        found.push(...(await describe(guests.slice(from, from + MOST_AT_ONCE), uri, exec)));
      }
      return found;
    },
  };
}

async function describe(
  guests: readonly ListedGuest[],
  uri: string | undefined,
  exec: Exec,
): Promise<readonly Guest[]> {
  const mark = `holdstill-${randomBytes(12).toString('hex')}`;
  const uuids = guests.map(({ uuid }) => uuid);
  const said = await exec.run(describeDomains(uuids, uri, mark)).catch((error: unknown) => {
    throw unreachable(error);
  });
  const states = said.domains.map(({ state }, index) => stateOf(state, said.saved.includes(uuids[index] ?? '')));
  const before = await savedDefinitions(
    uuids.filter((_, index) => states[index] === 'saved'),
    uri,
    mark,
    exec,
  );
  const found: Guest[] = [];
  for (const [index, { name, uuid }] of guests.entries()) {
    const { xml = '' } = said.domains[index] ?? {};
    const state = states[index];
    if (xml === '' || state === undefined) {
      if (!said.all.includes(uuid)) throw gone(name);
      throw new Fault('guest.unreachable', `libvirt does not describe guest ${name}: ${said.complaints.join('; ')}`);
    }
    const domain = await definitionOf(name, before.get(uuid) || xml);
    if (domain.name !== name) throw gone(name);
    found.push({ hypervisor: 'libvirt', name, uuid, state, disks: await disksOf(domain, uri, exec) });
  }
  return found;
}

/** The disks of a saved guest are those that it goes on with: its definition may have been changed since. */
async function savedDefinitions(
  uuids: readonly string[],
  uri: string | undefined,
  mark: string,
  exec: Exec,
): Promise<ReadonlyMap<string, string>> {
  if (uuids.length === 0) return new Map();
  try {
    const xmls = await exec.run(describeSaved(uuids, uri, mark));
    return new Map(uuids.map((uuid, index) => [uuid, xmls[index] ?? '']));
  } catch (error) {
    // A virsh before 3.7 does not know the command.
    if (isFault(error) && error.code === 'tool.failed') return new Map();
    throw unreachable(error);
  }
}

async function definitionOf(name: string, xml: string): Promise<Domain> {
  // Only tasks with guests of libvirt pay for the reader of XML.
  const { parseDomain } = await import('../system/tools/domain.ts');
  try {
    return parseDomain(xml);
  } catch (error) {
    if (!isFault(error)) throw error;
    throw new Fault('guest.unknown', `the definition of guest ${name} is refused: ${error.message}`, {
      hint: 'look at it with: virsh dumpxml',
      cause: error,
    });
  }
}

/**
 * Reasons why a guest that is off need not have been cut off. `unknown`: libvirtd was started since, and has forgotten. The others of 9.0
 * are `destroyed`, `crashed`, `failed`, `migrated`, `daemon`, and `saved` to a file that is the admin's own, or was removed.
 */
const SHUT_DOWN = ['shutdown', 'unknown', 'from snapshot', ''];

/** By the words of virsh, in the C locale (virshDomainStateToString, 9.0). Undefined: it has not said any. */
function stateOf(words: string, saved: boolean): Guest['state'] | undefined {
  const { state, reason = '' } = stateIn(words) ?? {};
  switch (state) {
    case undefined:
      return undefined;
    case 'shut off':
      if (saved) return 'saved';
      return SHUT_DOWN.includes(reason) ? 'off' : 'not shut down';
    case 'crashed':
      return 'not shut down';
    case 'paused':
    case 'pmsuspended':
      return 'paused';
    default:
      // `running`, `idle`, `in shutdown`; `no state` is what Xen says of a domain that waits for a processor.
      return 'running';
  }
}

function gone(name: string): Fault {
  return new Fault('guest.unknown', `guest ${name} has just been renamed or removed`, { hint: 'try again' });
}
