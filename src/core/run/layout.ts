import path from 'node:path';
import { isNamed, matches, selectorText, unwanted, type Traits } from '../model/selection.ts';
import { Fault } from '../model/fault.ts';
import { onlyByKernel } from '../text/hostile.ts';
import { ancestorPartitions } from '../model/ancestors.ts';
import type { LeftOut, Origin } from '../model/snapshot.ts';
import type { Task } from '../model/task.ts';
import type { Trust } from '../model/volume.ts';
import type { Inspector } from '../ports/guests.ts';
import type { Content, GuestGroup, GuestLv, MemberPlace, PlannedMount, Inspection, Skipped } from '../model/volume.ts';

/** Which parts of the snapshots are mounted where, and which are not. */
export interface Layout {
  readonly mounts: readonly PlannedMount[];
  readonly skipped: readonly Skipped[];
  /** For each origin the directory at or below which its mounts are. */
  readonly bases: readonly string[];
  /** What the task asks for and no origin has: `3`, `LABEL=data`. */
  readonly missing: readonly string[];
}

/** What is in the logical volumes of guests that could only be looked at as devices. */
export type Contents = ReadonlyMap<GuestLv, Content>;

/**
 * Where everything goes, the same from run to run: `<mount>` for a task of one origin, a directory per origin below it
 * for a pattern (even if just one matches today: a path must not move when a second guest appears); below that `p<N>` for a
 * partition, and `<vg>/<lv>` for a logical volume of the guest. Pure.
 */
export function layOut(
  task: Task,
  mount: string,
  origins: readonly Origin[],
  seen: Inspection,
  contents: Contents,
  refusal: Inspector['refusal'],
): Layout {
  const mounts: PlannedMount[] = [];
  const skipped: Skipped[] = [];
  const taken: Content[] = [];
  const asked = new Set(task.choice.partitions);
  const bases = origins.map(({ directory }) => path.join(mount, ...directory));
  origins.forEach(({ label, subdirectory }, index) => {
    const volume = seen.volumes[index];
    if (volume === undefined) return;
    const place = { label, point: bases[index] ?? mount, volume: index, within: [] };
    for (const part of mountablePartsOf(place, { seen, contents, wishes: task })) {
      for (const selector of asked) if (matches(selector, part.traits) !== false) asked.delete(selector);
      const { type } = part.content;
      // Nobody chooses a disk of which all is shown elsewhere.
      const elsewhere = part.refused?.harmless && part.refused !== UNSEEN ? part.refused : undefined;
      const reasonNot = elsewhere ? undefined : unwanted(task.choice, part.traits);
      const refused =
        elsewhere ??
        (reasonNot === undefined
          ? (part.refused ?? refusal(part.content, task.trust, taken))
          : { reason: reasonNot, harmless: true });
      if (refused) {
        const { reason } = refused;
        // A snapshot that a guest took is not a loss, unless somebody asks for it.
        const harmless = refused.harmless && !(refused === elsewhere && isNamed(task.choice, part.traits));
        skipped.push({
          label: part.label,
          name: part.content.label,
          origin: index,
          type,
          reason,
          harmless,
          unseen: refused === UNSEEN,
          unwanted: reasonNot !== undefined,
          asked: task.choice.partitions.some((selector) => matches(selector, part.traits) === true),
        });
      } else if (type !== undefined) {
        taken.push(part.content);
        const { label, content, extent, map, point, within } = part;
        mounts.push({
          label,
          name: content.label,
          origin: index,
          volume: part.volume,
          type,
          trust: task.trust,
          extent,
          map,
          within,
          snapshotDevice: seen.volumes[part.volume]?.device ?? volume.device,
          subdirectory,
          point,
        });
      }
    }
  });
  return { mounts, skipped, bases, missing: [...asked].map(selectorText) };
}

/** Where a volume or a part of one is shown, and in what it lies. */
type Shown = Pick<PlannedMount, 'label' | 'point' | 'volume' | 'within'>;

interface Findings {
  readonly seen: Inspection;
  readonly contents: Contents;
  readonly wishes: Pick<Task, 'keys' | 'trust'>;
}

/** What could hold a file system. */
interface MountablePart extends Shown, Pick<PlannedMount, 'extent' | 'map'> {
  readonly content: Content;
  readonly refused: GuestLv['refused'];
  readonly traits: Traits;
}

/** The volume itself, or its partitions, and in the place of a guest's physical volume the logical ones. */
function mountablePartsOf(place: Shown, findings: Findings): readonly MountablePart[] {
  const { volumes, groups, members, containers } = findings.seen;
  const keyed = findings.wishes.keys.length > 0;
  const { looped, device = '', bytes = 0, table, content, partitions = [] } = volumes[place.volume] ?? {};
  const extent = looped ? { device, offset: 0, bytes } : undefined;
  const whole =
    table === undefined && content ? [{ ...place, extent, map: undefined, content, partition: undefined }] : [];
  const divided = partitions.map(({ number, linear, extent: of, content: inside }) => {
    const label = `${place.label}/p${number}`;
    const point = path.join(place.point, `p${number}`);
    return { ...place, label, point, extent: of, map: linear ? label : undefined, content: inside, partition: number };
  });
  return [...whole, ...divided].flatMap(({ partition, ...part }): readonly MountablePart[] => {
    const here = (of: MemberPlace): boolean => of.volume === place.volume && of.partition === partition;
    const { type } = part.content;
    const inside = { ...part, within: type === undefined ? place.within : [type, ...place.within] };
    const opened = volumes.findIndex((one) => one.within && here(one.within));
    if (opened >= 0) return mountablePartsOf({ ...inside, volume: opened }, findings);
    const group = groups.find(here);
    if (group && group.lvs.length > 0) return group.lvs.map((lv) => guestPart(inside, group, lv, findings));
    const container = containers.find((one) => here(one) && (one.kind === 'md' || keyed));
    const numbers = ancestorPartitions(container ?? { volume: place.volume, partition }, findings.seen);
    const traits = { numbers, vg: undefined, lv: undefined, content: part.content, within: part.within };
    const refused = group ? EMPTY_GROUP : members.find(here);
    // What could not be opened is what it looks like from without.
    const closed = (container && !refused) || part.content.asleep ? UNSEEN : undefined;
    const seenLater = closed ? { ...traits, content: undefined, within: inside.within } : traits;
    return [{ ...part, refused: refused ?? closed, traits: seenLater }];
  });
}

/** What is in a logical volume as far as that is known before it is opened; `keyed`: there are keys for what is encrypted. */
export function contentOf({ content, encrypted }: GuestLv, keyed: boolean): Content | undefined {
  return encrypted && keyed ? undefined : content;
}

/** Why a logical volume can't be made a device. */
export function refusedLv({ refused, readByKernel }: GuestLv, trust: Trust): GuestLv['refused'] {
  if (refused || !readByKernel || trust !== 'hostile') return refused;
  return { reason: onlyByKernel('is a thin volume, whose place only the kernel can find'), harmless: false };
}

const EMPTY_GROUP = { reason: 'is LVM without a logical volume', harmless: true };

const UNSEEN = { reason: 'can be looked into only when the task is opened', harmless: true };

function guestPart(
  { label, point, volume, within }: Shown,
  group: GuestGroup,
  lv: GuestLv,
  findings: Findings,
): MountablePart {
  const { name, maps, content: outside } = lv;
  const { seen, contents, wishes } = findings;
  const content = contents.get(lv) ?? contentOf(lv, wishes.keys.length > 0);
  return {
    label: `${label}/${group.name}/${name}`,
    point: path.join(point, group.name, name),
    volume,
    within: lv.encrypted && outside?.type !== undefined && content !== outside ? [outside.type, ...within] : within,
    extent: undefined,
    map: maps.at(-1)?.key,
    content: content ?? outside ?? { type: undefined, uuid: undefined, doubt: undefined },
    refused: refusedLv(lv, wishes.trust) ?? (content ? undefined : UNSEEN),
    traits: {
      numbers: ancestorPartitions(group, seen),
      vg: group.name,
      lv: name,
      content,
      within: lv.encrypted && outside?.type !== undefined ? [outside.type, ...within] : within,
    },
  };
}

/**
 * The origins of which nothing at all would be saved though they hold something; their labels and reasons. A job over
 * such a task would be green and empty.
 */
export function emptyOrigins(origins: readonly Origin[], { mounts, skipped }: Layout): readonly string[] {
  const empty = origins.flatMap((origin, index) => {
    if (mounts.some((mount) => mount.origin === index)) return [];
    const parts = skipped.filter((part) => part.origin === index);
    if (parts.length > 0 && parts.every((part) => part.harmless)) return [];
    const why = parts.map((part) => `${part.label}: ${part.reason}`).join('; ');
    return [why || `${origin.label}: an empty partition table`];
  });
  if (empty.length === 0 && mounts.length === 0 && !skipped.some(({ unseen }) => unseen)) {
    return skipped.map((part) => `${part.label}: ${part.reason}`);
  }
  return empty;
}

/** Why a task can't be opened though its snapshots can be taken: nothing of it, or less than it asks for, would be saved. */
export function shortcoming(
  { skip, source, choice }: Task,
  origins: readonly Origin[],
  layout: Layout,
  leftOut: readonly LeftOut[],
): Fault | undefined {
  const unseen = layout.skipped.filter((part) => part.unseen);
  const without = origins.filter(
    (_, index) =>
      !layout.mounts.some(({ origin }) => origin === index) &&
      layout.skipped.some((part) => part.origin === index && part.unwanted) &&
      !unseen.some((part) => part.origin === index),
  );
  const missing = layout.missing.length > 0 && unseen.length === 0 ? layout.missing.join(', ') : undefined;
  // Of a single origin that would be said twice.
  const none = choice.partitions.length > 0 && (missing === undefined || origins.length > 1) ? without : [];
  const unmet = [
    ...(missing === undefined ? [] : [`nothing matches ${missing}`]),
    ...none.map(({ label }) => `nothing in ${label} matches`),
  ];
  if (unmet.length > 0) {
    return new Fault('mount.nothing', `'partitions': ${unmet.join('; ')}; there is ${whatThereIs(layout)}`, {
      hint: `correct 'partitions' of the task`,
    });
  }
  const denied = layout.skipped.filter((part) => part.asked && !part.unwanted && !part.harmless);
  if (denied.length > 0) {
    const why = denied.map(({ label, reason }) => `${label}: ${reason}`).join('; ');
    return new Fault('mount.nothing', `'partitions' names something that cannot be saved: ${why}`);
  }
  const empty = emptyOrigins(origins, layout);
  if (empty.length > 0) {
    return new Fault('mount.nothing', `nothing can be saved of ${empty.join('; ')}`, {
      hint: source.kind === 'each' ? `if you do not want to save it, add it to 'exclude'` : '',
    });
  }
  return unsaved({ skip, source }, layout, leftOut);
}

/** What is left out though the task wants nothing to be. */
export function unsaved(
  { skip, source }: Pick<Task, 'skip' | 'source'>,
  layout: Layout,
  leftOut: readonly LeftOut[],
): Fault | undefined {
  const lost = skip === 'error' ? [...layout.skipped, ...leftOut].filter(({ harmless }) => !harmless) : [];
  if (lost.length === 0) return undefined;
  return new Fault('mount.nothing', lost.map(({ label, reason }) => `${label}: ${reason}`).join('; '), {
    hint: hintFor(source, lost, layout),
  });
}

/** What makes `skip: error` content, without that anything is lost. */
function hintFor({ kind }: Task['source'], unsaved: readonly (Skipped | LeftOut)[], { skipped }: Layout): string {
  if (unsaved.some((one) => skipped.some((part) => part === one)))
    return `leave it out with 'exclude', or set skip: warn`;
  const [first] = unsaved;
  if ((kind === 'path' || kind === 'subvolume') && first) {
    return `give it a task of its own (path: ${first.label}), and add here: exclude: [${first.label}]`;
  }
  return kind === 'each'
    ? `leave it out with the 'exclude' of each, or set skip: warn`
    : 'give it a task of its own, and set skip: warn';
}

function whatThereIs({ mounts, skipped }: Layout): string {
  const all = [...mounts, ...skipped].map(({ label, type, name }) =>
    name === undefined ? `${label} (${type ?? 'unknown'})` : `${label} (${type ?? 'unknown'}, LABEL=${name})`,
  );
  return all.length > 8 ? `${all.slice(0, 8).join(', ')} and ${all.length - 8} more` : all.join(', ');
}

/** What the job will not save, most important first. */
export function notSaved({ skipped }: Layout, leftOut: readonly LeftOut[]): readonly string[] {
  const textOf = ({ label, type, reason }: Skipped): string => `${label}: ${type ?? 'unknown'}, ${reason}`;
  const leftText = ({ label, reason }: LeftOut): string => `${label}: ${reason}`;
  return [
    ...skipped.filter(({ harmless }) => !harmless).map(textOf),
    ...leftOut.filter(({ harmless }) => !harmless).map(leftText),
    ...skipped.filter(({ harmless }) => harmless).map(textOf),
    ...leftOut.filter(({ harmless }) => harmless).map(leftText),
  ];
}
