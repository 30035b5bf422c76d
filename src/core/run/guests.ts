import { encodeName } from '../model/names.ts';
import { Fault, isFault } from '../model/fault.ts';
import type { Guest, GuestDisk, GuestQuery, ListedGuest } from '../model/guest.ts';
import type { LeftOut, Origin, Resolved } from '../model/snapshot.ts';
import type { Source } from '../model/task.ts';
import type { Inventory } from '../ports/inventory.ts';
import type { Provider } from '../ports/provider.ts';
import { nearest } from '../text/distance.ts';
import { matchesGlob } from '../text/glob.ts';

/** Guests of a task, and their disks as origins. */
export interface GuestParts extends Resolved {
  readonly guests: readonly Guest[];
}

/** A disk of a guest, with what it is called and where it is shown. */
interface Wanted {
  readonly disk: GuestDisk;
  readonly label: string;
  readonly directory: readonly string[];
}

/**
 * The guests that a source means, and each of their disks as the origin of the storage that holds it. What no storage can take is
 * left out, with the reason. Throws `guest.unknown`, `guest.unreachable`, `origin.none`.
 */
export async function guestParts(
  query: GuestQuery,
  inventories: readonly Inventory[],
  providers: readonly Provider[],
): Promise<GuestParts> {
  const guests = await findGuests(query, inventories);
  const wanted: Wanted[] = [];
  const leftOut: LeftOut[] = [];
  for (const guest of guests) {
    const unknown = [...query.disks, ...query.excludeDisks].filter(
      (target) => !guest.disks.some((disk) => disk.target === target),
    );
    if (unknown.length > 0) throw noDisk(guest, unknown);
    for (const disk of guest.disks) {
      const label = `${guest.name}/${disk.target}`;
      const within = query.each ? [encodeName(guest.name)] : [];
      const directory = [...within, encodeName(disk.target)];
      if (isUnwanted(disk, query)) {
        leftOut.push({ label, reason: `is left out by 'disks' or 'exclude'`, harmless: true });
      } else if (disk.refused !== undefined || disk.path === undefined) {
        leftOut.push({ label, reason: disk.refused ?? 'has nothing of this host behind it', harmless: false });
      } else wanted.push({ disk, label, directory });
    }
  }
  const found = await resolveDisks(wanted, providers);
  const all = [...leftOut, ...found.leftOut].toSorted((a, b) => Number(a.harmless) - Number(b.harmless));
  if (found.origins.length > 0) return { guests, origins: found.origins, leftOut: all };
  const why = all.map(({ label, reason }) => `${label} ${reason}`).join('; ') || 'it has no disks';
  throw new Fault('origin.none', `no disk of ${query.name} can be saved: ${why}`);
}

function isUnwanted({ target }: GuestDisk, { disks, excludeDisks }: GuestQuery): boolean {
  return (disks.length > 0 && !disks.includes(target)) || excludeDisks.includes(target);
}

function noDisk({ name, disks }: Guest, unknown: readonly string[]): Fault {
  return new Fault('guest.unknown', `guest ${name} has no disk ${unknown.join(', ')}`, {
    hint: disks.length > 0 ? `it has ${disks.map(({ target }) => target).join(', ')}` : 'it has no disks at all',
  });
}

/** What one hypervisor said of the guests that it knows. */
interface Listing {
  readonly inventory: Inventory;
  readonly names: readonly ListedGuest[];
}

async function findGuests(query: GuestQuery, inventories: readonly Inventory[]): Promise<readonly Guest[]> {
  const asked = inventories.filter(({ kind }) => query.hypervisor === undefined || kind === query.hypervisor);
  const listings: Listing[] = [];
  let silent: Fault | undefined;
  for (const inventory of asked) {
    try {
      const names = await inventory.list(query.uri, query.each ? undefined : query.name);
      if (names) listings.push({ inventory, names });
    } catch (error) {
      if (!isFault(error)) throw error;
      silent = error;
    }
  }
  const means = ({ name }: ListedGuest): boolean =>
    query.each
      ? matchesGlob(name, query.name) && !query.exclude.some((glob) => matchesGlob(name, glob))
      : name === query.name;
  const seen = new Set<string>();
  const found = listings.flatMap(({ inventory, names }) => {
    // libvirt may manage Xen, and then both know the very same guest.
    const own = names.filter((one) => means(one) && !seen.has(one.uuid));
    for (const { uuid } of own) seen.add(uuid);
    return own.length > 0 ? [{ inventory, names: own }] : [];
  });
  // One of several hypervisors that does not answer may know a guest of a pattern.
  if (silent && (found.length === 0 || query.each)) throw silent;
  const [first, second] = found;
  if (!first) throw unknownGuest(query, asked, listings);
  if (second && !query.each) {
    throw new Fault(
      'guest.unknown',
      `${first.inventory.kind} and ${second.inventory.kind} both have a guest ${query.name}`,
      {
        hint: `add hypervisor: ${first.inventory.kind}`,
      },
    );
  }
  const guests: Guest[] = [];
  for (const { inventory, names } of found) {
    const described = await inventory.describe(names, query.uri);
    guests.push(...described.map((guest) => ({ ...guest, uri: query.uri })));
  }
  return guests;
}

function unknownGuest(query: GuestQuery, asked: readonly Inventory[], listings: readonly Listing[]): Fault {
  if (listings.length === 0) {
    const kinds = asked.map(({ kind }) => kind).join(' or ');
    return new Fault('guest.unreachable', `there is no ${kinds} on this host, so guest ${query.name} cannot be found`, {
      hint: 'a task for a guest belongs on the host that runs it; a disk can also be named by lv: or file:',
    });
  }
  const names = listings.flatMap((listing) => listing.names.map(({ name }) => name));
  const there = nearest(query.name, names);
  const hint = there.length > 0 ? `there are ${there.join(', ')}` : 'there is no guest at all';
  const where = listings.map(({ inventory }) => inventory.kind).join(' or ');
  return query.each
    ? new Fault('guest.unknown', `no guest of ${where} matches ${query.name}, or all that match are excluded`, { hint })
    : new Fault('guest.unknown', `${where} has no guest ${query.name}`, { hint });
}

/** Each provider is asked of all disks that none before it holds. */
async function resolveDisks(wanted: readonly Wanted[], providers: readonly Provider[]): Promise<Resolved> {
  const origins = new Map<Wanted, Origin>();
  const leftOut: LeftOut[] = [];
  const byPath = new Map<string, Wanted>();
  for (const one of wanted) {
    const twin = byPath.get(one.disk.path ?? '');
    if (twin) leftOut.push({ label: one.label, reason: `is the same disk as ${twin.label}`, harmless: true });
    else byPath.set(one.disk.path ?? '', one);
  }
  const open = new Map(byPath);
  for (const provider of providers) {
    if (open.size === 0) break;
    const resolved: Resolved[] = [];
    for (const source of sourcesOf([...open.values()])) resolved.push((await provider.resolve(source)) ?? NOTHING);
    for (const origin of resolved.flatMap(({ origins: found }) => found)) {
      const one = open.get(origin.asked ?? '');
      if (!one) throw new Error(`the provider ${provider.kind} has answered for ${origin.asked}`);
      open.delete(origin.asked ?? '');
      origins.set(one, { ...origin, asked: undefined, label: one.label, directory: one.directory });
    }
    for (const { label: path, ...why } of resolved.flatMap((one) => one.leftOut)) {
      const one = open.get(path);
      if (one && open.delete(path)) leftOut.push({ ...why, label: one.label });
    }
  }
  for (const [path, { label }] of open) {
    leftOut.push({ label, reason: await whyNone(path, providers), harmless: false });
  }
  // In the order of the guests and their disks, whichever storage holds them.
  return { origins: [...byPath.values()].flatMap((one) => origins.get(one) ?? []), leftOut };
}

const NOTHING: Resolved = { origins: [], leftOut: [] };

/** Disks as what providers are asked for: an image in layers is no disk to whoever knows only disks. */
function sourcesOf(wanted: readonly Wanted[]): readonly Source[] {
  const images = wanted.flatMap(({ disk: { path = '', below } }) => (below ? [{ path, below }] : []));
  const paths = wanted.flatMap(({ disk: { path = '', below } }) => (below ? [] : [path]));
  return [
    ...(paths.length > 0 ? [{ kind: 'disks', paths } as const] : []),
    ...(images.length > 0 ? [{ kind: 'images', images } as const] : []),
  ];
}

async function whyNone(path: string, providers: readonly Provider[]): Promise<string> {
  const reasons: string[] = [];
  for (const provider of providers) {
    try {
      const found = await provider.find?.(path);
      if (found) reasons.push(found.why);
    } catch (error) {
      if (!isFault(error)) throw error;
      return error.message;
    }
  }
  return `is ${path}: ${reasons.join('; ')}`;
}
