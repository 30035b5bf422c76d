import { mapsFor, partitionMaps } from './devices.ts';
import { commandsToShow } from './images.ts';
import { layOut, shortcoming, type Layout } from './layout.ts';
import type { Machine } from '../ports/machine.ts';
import { areApart, weakness } from './cut.ts';
import type { Fault } from '../model/fault.ts';
import { mapCommands } from './maps.ts';
import { gradeOf } from '../model/quiesce.ts';
import { prepare, type Prepared } from './prepare.ts';
import { shellWord } from '../text/shell.ts';
import type { Step } from '../model/step.ts';
import type { Task } from '../model/task.ts';
import type { Origin } from '../model/snapshot.ts';
import type { DeviceToInspect, Volume } from '../model/volume.ts';
import { commandsForAll, needsOfAll } from './storages.ts';

/** Stands for the id of the run in a plan. */
const RUN = 'xxxxxxxx';

/** What opening a task would do, in order, with what would undo it. */
export interface Plan {
  readonly task: string;
  readonly prepared: Prepared;
  readonly volumes: readonly Volume[];
  readonly layout: Layout;
  readonly commands: readonly { readonly command: string; readonly undo: string }[];
  /** What to think of that is not a reason to fail. */
  readonly notes: readonly string[];
  /** Why it would fail; empty: it would not. */
  readonly problems: readonly string[];
}

/** Looks at the origins as `open` will look at their snapshots. Changes nothing. Throws what `open` would refuse. */
export async function plan(task: Task, host: Machine): Promise<Plan> {
  const machine = task.trust === 'hostile' ? host.confined() : host;
  const prepared = await prepare(task, RUN, machine);
  const { planned, mount } = prepared;
  const origins = planned.map(({ origin }) => origin);
  const seen = await machine.inspector.inspect(origins.map(withoutLayers));
  const volumes = seen.volumes.map((volume, index) => {
    const seenLater = origins[index]?.asleep ? { ...volume, content: ASLEEP } : volume;
    return onSnapshot(seenLater, planned[index]?.device ?? volume.device);
  });
  const layout = layOut(task, mount, origins, { ...seen, volumes }, new Map(), machine.inspector.refusal);

  const snapshots = [...restCommands(prepared, machine), ...commandsForAll(planned, machine.providers)];
  const images = commandsToShow(planned, { task: task.name, run: RUN }, machine);
  const wantedMaps = [...mapsFor(seen, task, machine), ...partitionMaps(layout.mounts)];
  const maps = mapCommands(wantedMaps, volumes, machine);
  const points = layout.mounts.map(({ point }) => point);
  const directories = machine.mountPoints
    .steps(mount, points)
    .map(({ directory = '' }) => shellWord(directory))
    .map((directory) => ({ command: `mkdir -m 700 ${directory}`, undo: `rmdir ${directory}` }));
  const markers = machine.markers
    .steps(mount, points, { task: task.name, run: RUN })
    .map(({ file = '' }) => ({ command: `(writes ${shellWord(file)})`, undo: `rm ${shellWord(file)}` }));
  const mounts = layout.mounts.flatMap((one) => {
    const { mount: forward, unmount } = machine.mounts.commands(one);
    const backward = unmount.toReversed();
    return forward.map((command, index) => ({ command, undo: backward[index] ?? '' }));
  });
  const lacks = [
    ...machine.lacks(needsOfAll(planned, machine.providers)).map((what) => `the snapshots need ${what}`),
    ...machine.foresight.lacking({
      mounts: layout.mounts,
      maps: [...wantedMaps, ...seen.containers.flatMap(({ kind, maps }) => (kind === 'md' ? maps : []))],
      unlocks: task.keys.length > 0 && seen.containers.some(({ kind }) => kind === 'luks'),
      check: task.check,
    }),
  ];
  const problem = shortcoming(task, origins, layout, prepared.leftOut);
  const weak = weakness({ grade: gradeOf(prepared.guests, prepared.rests), notes: [] }, task.quiescing);
  const exposed = await machine.mountPoints.exposed(points);
  const foreseen = await machine.foresight.foresee(layout.mounts);
  const notes = [
    ...cutNotes(prepared, task),
    ...(exposed === undefined ? [] : [exposed]),
    ...foreseen,
    ...machine.notes,
  ];
  return {
    task: task.name,
    prepared,
    volumes,
    layout,
    commands: [...snapshots, ...images, ...maps, ...directories, ...markers, ...mounts],
    notes,
    problems: [...[weak, problem].flatMap(textOf), ...new Set(lacks)],
  };
}

function textOf(fault: Fault | undefined): readonly string[] {
  return fault ? [[fault.message, fault.hint].filter(Boolean).join('; ')] : [];
}

/** What is to rest, in that order, and what lets it go. */
function restCommands({ rests: { rests } }: Prepared, { undo }: Machine): Plan['commands'] {
  const pair = (step: Step, command: (what: string) => string): Plan['commands'] => {
    const told = undo.get(step.kind)?.describe({ number: 0, step, facts: undefined });
    return told ? [{ command: command(told.what), undo: told.byHand }] : [];
  };
  return [
    ...rests.flatMap(({ stays }) => (stays ? pair(stays, (what) => `(keeps ${what})`) : [])),
    ...rests.flatMap(({ step, guest, by }) =>
      pair(step, () => `(brings ${guest === undefined ? 'everything' : `guest ${guest}`} to rest ${by})`),
    ),
  ];
}

/** How long it will rest, and what the snapshots will be worth. */
function cutNotes(prepared: Prepared, { quiescing }: Task): readonly string[] {
  const { guests, rests, planned } = prepared;
  const still = rests.still.map(({ guest, why }) => `guest ${guest} ${why}`);
  const grade =
    guests.length + rests.rests.length > 0 ? [`the snapshots will be of grade ${gradeOf(guests, rests)}`] : [];
  const seconds = Math.round(quiescing.limitMs / 1000);
  const brief =
    rests.rests.length > 0
      ? [`what rests is let go in the reverse order as soon as all snapshots are taken, after ${seconds} s at most`]
      : [];
  const apart = areApart(prepared) ? [`the ${planned.length} snapshots will not be of one instant`] : [];
  return [...brief, ...still, ...grade, ...apart];
}

/** What is in an image in layers is not what a disk has in its place. */
function withoutLayers({ shape, device, image }: Origin): DeviceToInspect {
  return { shape: image ? 'directory' : shape, device };
}

const ASLEEP = { type: undefined, uuid: undefined, doubt: undefined, asleep: true } as const;

function onSnapshot(volume: Volume, device: string): Volume {
  const partitions = volume.partitions.map((one) => ({ ...one, extent: { ...one.extent, device } }));
  return { ...volume, device, partitions };
}
