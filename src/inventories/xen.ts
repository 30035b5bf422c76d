import { Fault, isFault } from '../core/model/fault.ts';
import type { Guest, ListedGuest } from '../core/model/guest.ts';
import type { Inventory } from '../core/ports/inventory.ts';
import type { Exec } from '../system/command.ts';
import { isControlDomain } from '../system/kernel/xen.ts';
import { listDomains, listStates, type XlDomain, type XlRow } from '../system/tools/xl.ts';
import { disksOf } from './xen/disks.ts';
import { type FileGuest, guestFiles, mayName, readGuestFiles, type Unread } from './xen/files.ts';

/**
 * Guests of Xen with xl: those that run, as libxl tells them, in two processes for all; those that do not, by their files in /etc/xen, since xl
 * itself keeps no list of them. A guest that runs is as it runs, whatever its file says.
 */
export function createXen(exec: Exec, isHost: () => boolean = isControlDomain): Inventory {
  return {
    kind: 'xen',

    async list(uri, only) {
      if (uri !== undefined || !isHost()) return undefined;
      return reachable(async () => {
        const running = listed(await domainsNow(exec));
        if (running.some(({ name }) => name === only)) return running;
        return [...running, ...(await stopped(running, only, exec))];
      });
    },

    describe: (guests) =>
      reachable(async () => {
        const now = await domainsNow(exec);
        const off = guests.filter(({ name }) => !now.some((one) => one.name === name));
        const files = off.length === 0 ? [] : await guestFiles(exec);
        const said = await readGuestFiles(
          files.filter((file) => off.some(({ name }) => mayName(file, name))),
          exec,
        );
        return guests.map((guest) => {
          const running = now.find(({ name }) => name === guest.name);
          return running ? runningGuest(running) : stoppedGuest(guest, said.guests, said.unread);
        });
      }),
  };
}

/** A domain that is there; without `known` it is none of libxl's. */
interface Domain {
  readonly name: string;
  readonly uuid: string;
  readonly state: Guest['state'];
  readonly known: XlDomain | undefined;
}

async function domainsNow(exec: Exec): Promise<readonly Domain[]> {
  const [known, rows] = await Promise.all([exec.run(listDomains()), exec.run(listStates())]);
  const ours = known.map((one): Domain => {
    // One that has begun since runs.
    const state = stateOf(rows.find(({ id }) => id === one.id));
    return { name: one.name, uuid: one.uuid, state, known: one };
  });
  const others = rows.filter(
    ({ id, name, dying }) =>
      !dying && name !== '(null)' && !known.some((one) => one.id === id || `${one.name}-dm` === name),
  );
  return [...ours, ...others.map((row) => ({ name: row.name, uuid: row.uuid, state: stateOf(row), known: undefined }))];
}

function stateOf(row: XlRow | undefined): Guest['state'] {
  const { state = 'running' } = row ?? {};
  // What it has not written is in its memory, which somebody saves.
  if (state === 'suspended') return 'saved';
  return state === 'crashed' ? 'not shut down' : state;
}

function listed(domains: readonly Domain[]): readonly ListedGuest[] {
  return domains.map(({ name, uuid }) => ({ name, uuid }));
}

/** The guests that have a file and do not run. With `only`, no more files than that guest's are read by xl where these suffice. */
async function stopped(
  running: readonly ListedGuest[],
  only: string | undefined,
  exec: Exec,
): Promise<readonly ListedGuest[]> {
  const files = await guestFiles(exec);
  const likely = files.filter((file) => only === undefined || mayName(file, only));
  const first = await namedBy(likely, running, exec);
  const found = first.names.some(({ name }) => name === only);
  if (found) return first.names;
  // Only to tell which names there are.
  const rest = await namedBy(
    files.filter((file) => !likely.includes(file)),
    running,
    exec,
  );
  const [nameless] = first.nameless;
  if (nameless) throw unread(nameless, only);
  return [...first.names, ...rest.names];
}

async function namedBy(files: Parameters<typeof readGuestFiles>[0], running: readonly ListedGuest[], exec: Exec) {
  const { guests, unread: none } = await readGuestFiles(files, exec);
  const names = new Map<string, ListedGuest>();
  for (const { config } of guests) names.set(config.name, { name: config.name, uuid: config.uuid });
  // To be told of by whoever means that guest.
  for (const { name } of none) if (name !== undefined && !names.has(name)) names.set(name, { name, uuid: '' });
  for (const { name } of running) names.delete(name);
  return { names: [...names.values()], nameless: none.filter(({ name }) => name === undefined) };
}

function runningGuest({ name, uuid, state, known }: Domain): Guest {
  if (known) return { hypervisor: 'xen', name, uuid, state, disks: disksOf(known.disks) };
  throw new Fault('guest.unreachable', `xl does not tell which disks guest ${name} has`, {
    hint: 'it was not started by xl, or is just coming or going; its disks can be named by lv: or file:',
  });
}

function stoppedGuest({ name }: ListedGuest, guests: readonly FileGuest[], none: readonly Unread[]): Guest {
  const own = guests.filter(({ config }) => config.name === name);
  const [first] = own;
  if (!first) {
    const silent = none.find((one) => one.name === name);
    if (silent) throw unread(silent, name);
    throw new Fault('guest.unknown', `guest ${name} is gone`, { hint: 'try again' });
  }
  const disks = disksOf(first.config.disks);
  const other = own.find(({ config }) => JSON.stringify(disksOf(config.disks)) !== JSON.stringify(disks));
  if (other) {
    throw new Fault('guest.unknown', `${first.file} and ${other.file} give guest ${name} different disks`, {
      hint: 'keep one of them, and move the other one out of /etc/xen',
    });
  }
  return { hypervisor: 'xen', name, uuid: first.config.uuid, state: 'off', disks };
}

function unread({ reason, hint }: Unread, name: string | undefined): Fault {
  const what = name === undefined ? 'not all guests of Xen can be told' : `the disks of guest ${name} can't be told`;
  return new Fault('guest.unreachable', `${what}: ${reason}`, hint === undefined ? {} : { hint });
}

/** Whatever keeps xl from telling its guests, as one thing. */
async function reachable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isFault(error) || !error.code.startsWith('tool.')) throw error;
    const why = [error.message, ...error.detail.slice(0, 1)].join(': ');
    const hint = hintOf(error);
    throw new Fault('guest.unreachable', `this host has Xen, but xl does not tell its guests: ${why}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}

function hintOf({ hint, code, message }: Fault): string | undefined {
  if (process.geteuid?.() !== 0) return 'holdstill must run as root';
  if (code !== 'tool.timeout') return hint ?? 'see what it prints: xl list -l';
  return message.startsWith('xl ') ? 'see whether xenstored runs: ps -C xenstored,oxenstored' : hint;
}
