import { readAttendance, unwatched } from './attendance.ts';
import { adoptedOn } from '../mounts/adopted.ts';
import { createDeadline, type Deadline } from '../core/run/deadline.ts';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Log, Machine } from '../core/ports/machine.ts';
import { encodeName } from '../core/model/names.ts';
import type { NotedStep } from '../core/model/step.ts';
import { checkFileSystem } from '../mounts/check.ts';
import { disturbed } from '../mounts/disturbed.ts';
import { foresee, lacking } from '../mounts/lacking.ts';
import { refusal } from '../guests/refusal.ts';
import { inspectPlaces } from '../guests/inspect.ts';
import { unlock } from '../guests/luks.ts';
import { attach, loopsOf, loopStep, undoLoops } from '../mounts/loops.ts';
import { createImages, undoImages, undoPoints } from '../mounts/images.ts';
import { makeMaps, mapSteps, undoMaps } from '../mounts/maps.ts';
import { mistakableIn } from '../guests/mistakable.ts';
import { createMarkers, undoMarkers } from '../mounts/markers.ts';
import { mountAll, mountStep, undoMounts } from '../mounts/mounts.ts';
import { isOurs } from '../mounts/proof.ts';
import { createMountPoints, undoDirectories } from '../mounts/mountpoints.ts';
import { areQuiet } from '../mounts/quiet.ts';
import { loopCommands, mapCommands, mountCommands } from '../mounts/commands.ts';
import { ORDER, type Order } from '../system/orders.ts';
import { RUN_DIRECTORY, STATE_DIRECTORY } from '../system/paths.ts';
import type { LvUsers } from '../providers/lvm/remove.ts';
import { createInventories } from '../inventories/inventories.ts';
import { createQuiescers } from '../quiesce/quiescers.ts';
import { createProviders } from '../providers/providers.ts';
import { createProgress } from '../report/progress.ts';
import { armGuard } from './armguard.ts';
import { startWatcher } from './startwatcher.ts';
import { stopSignal } from '../system/signals.ts';
import { deviceNumber, dmUuid, numbersByUuid } from '../system/kernel/blockdev.ts';
import { numbersByIdentity } from '../system/kernel/identity.ts';
import { bootId } from '../system/kernel/boot.ts';
import type { Exec } from '../system/command.ts';
import { confine } from '../system/confine.ts';
import { createExec, startTalking } from '../system/exec.ts';
import { readLoops } from '../system/kernel/loops.ts';
import { readMounts, type MountEntry } from '../system/kernel/mountinfo.ts';
import { lackOf } from '../system/needs.ts';
import { checkSecret } from '../system/secret.ts';
import { createProber, type Talk } from '../system/prober.ts';
import { isThere, markedProcesses } from '../system/kernel/processes.ts';
import { openCounts } from '../system/tools/dmsetup.ts';
import { detachedUsers, readUses } from '../system/kernel/uses.ts';

/** The machine with the port that runs commands, for what is done outside the core. */
export interface OurMachine extends Machine {
  readonly exec: Exec;
  readonly deadline: Deadline;
}

/** How long a hook may take, where no task says it. */
export const TIMEOUT_MS = 600_000;

/** Everything the core needs, put together for the machine that we run on. */
export function createMachine(log: Log, task: string, timeoutMs: number = TIMEOUT_MS): OurMachine {
  const deadline = createDeadline(timeoutMs);
  const mark = encodeName(task);
  const start = (): Promise<Talk> => startTalking({ [ORDER]: 'probe' satisfies Order }, mark);
  const exec: Exec = { ...createExec(log, deadline, mark), ...createProber(start, deadline, RUN_DIRECTORY) };
  const checkInterrupted = (): void => {
    const signal = stopSignal();
    if (signal) throw new Fault('task.interrupted', `stopped by ${signal}`);
    deadline.check();
  };
  const providers = createProviders(exec, lvUsers(exec), createProgress(), checkInterrupted);
  const quiescers = createQuiescers(exec);
  const handlers = [
    ...quiescers.flatMap(({ handler, lasting = [] }) => [handler, ...lasting]),
    ...providers.flatMap((provider) => provider.handlers),
    undoPoints(exec),
    undoImages(exec),
    undoMaps(exec),
    undoLoops(exec),
    undoMounts(exec),
    undoMarkers(exec),
    undoDirectories(exec),
  ];
  return {
    exec,
    deadline,
    log,
    providers,
    inventories: createInventories(exec),
    mountPoints: createMountPoints(exec),
    markers: createMarkers(exec),
    stateDirectory: STATE_DIRECTORY,
    runDirectory: RUN_DIRECTORY,
    bootId: bootId(),
    undo: new Map(handlers.map((handler) => [handler.kind, handler])),
    ...readersBy(exec),
    confined() {
      const wary = confine(exec);
      return { ...this, ...readersBy(wary), notes: wary.notes };
    },
    notes: [],
    lacks: lackOf,
    usersOf: (steps) => usersOf(steps, exec),
    isThere,
    adoptedOn: (steps) => adoptedOn(steps, providers, exec, log),
    unfinished: () => markedProcesses(encodeName(task)),
    watch: (journal) => startWatcher(journal, exec, log),
    quiescers,
    guard: { arm: (journal, limitMs) => armGuard(journal, limitMs, exec, log) },
    unwatched: (journal) => unwatched(journal, readAttendance(), Date.now()),
    checkInterrupted,
  };
}

/** What reads what guests wrote, by commands that are run so. */
function readersBy(
  exec: Exec,
): Pick<Machine, 'inspector' | 'unlocker' | 'images' | 'maps' | 'loops' | 'mounts' | 'foresight'> {
  return {
    inspector: {
      inspect: (places, before) => inspectPlaces(places, before, exec),
      refusal,
      mistakableIn: (extents) => mistakableIn(extents, exec),
    },
    unlocker: {
      checkKey: (file) => checkSecret('key file', file, 'keys', exec),
      unlock: (key, device, keys) => unlock(key, device, keys, exec),
    },
    images: createImages(exec, RUN_DIRECTORY),
    maps: {
      steps: mapSteps,
      make: (steps, maps, devices) => makeMaps(steps, maps, devices, exec),
      commands: mapCommands,
    },
    loops: { step: loopStep, make: (steps) => attach(steps, exec), commands: loopCommands },
    mounts: {
      step: (planned, device, uuid) => mountStep(planned, device, uuid, exec),
      check: (step, whole) => checkFileSystem(step, whole, exec),
      make: (steps, between) => mountAll(steps, between, exec),
      areQuiet,
      disturbed: (steps) => disturbed(steps, exec),
      commands: mountCommands,
    },
    foresight: { foresee: (mounts) => foresee(mounts, exec), lacking },
  };
}

/** Who stands on the snapshots of an open task, except for the devices and mounts that the task made itself. */
async function usersOf(steps: readonly NotedStep[], exec: Exec): Promise<readonly string[]> {
  const volumes = numbersByIdentity();
  const loops = await readLoops(exec);
  const numbers = steps.flatMap((noted) => [
    volumes.get(noted.facts?.['uuid'] ?? noted.step['uuid'] ?? '') ?? '',
    ...(noted.step.kind === 'loop' ? loopsOf(noted, loops).map(({ number }) => number) : []),
  ]);
  const mounts = steps.filter(({ step }) => step.kind === 'mount');
  // Those in other mount namespaces are copies for others, except for the one that was made there.
  const isMount = (entry: MountEntry, mount: NotedStep, own: boolean): boolean =>
    entry.point === mount.step['point'] &&
    isOurs(entry, mount, loops) &&
    (own || [mount.facts?.['id'], mount.facts?.['below']].includes(String(entry.id)));
  const uses = readUses(true, loops);
  const ofDevices = uses.ofDevices(new Set(numbers.filter(Boolean)), (entry, own) =>
    mounts.some((mount) => isMount(entry, mount, own)),
  );
  // A directory has no device of its own.
  const directories = mounts.filter(({ step }) => step['root'] !== undefined);
  const entries = directories.length > 0 ? readMounts() : [];
  const shown = entries.filter((entry) => directories.some((mount) => isMount(entry, mount, true)));
  return [...new Set([...ofDevices, ...(shown.length > 0 ? uses.ofMounts(shown) : [])])];
}

const lvUsers = (exec: Exec): LvUsers => ({
  uuidAt: (vg, name) => dmUuid(deviceNumber(`/dev/${vg}/${name}`) ?? ''),
  isActive: (uuid) => numbersByUuid().has(uuid),

  async open(uuids) {
    const counts = await exec.run(openCounts()).catch((error: unknown) => {
      if (isFault(error)) return undefined;
      throw error;
    });
    return counts && uuids.map((uuid) => (counts.get(uuid) ?? 0) > 0);
  },

  async of(uuids) {
    const volumes = numbersByUuid();
    const open = await this.open(uuids);
    const groups = uuids.map((uuid, index) => {
      const number = open?.[index] === false ? undefined : volumes.get(uuid);
      return new Set(number === undefined ? [] : [number]);
    });
    // A look at all processes takes long, so it is only for what the kernel counts as open, and one for all.
    if (groups.every(({ size }) => size === 0)) return uuids.map(() => []);
    return readUses(false, await readLoops(exec)).ofEach(groups);
  },

  async hidden(uuid) {
    const number = numbersByUuid().get(uuid);
    if (number === undefined) return [];
    const numbers = new Set([number]);
    const uses = readUses(true, await readLoops(exec));
    const seen = uses.ofDevices(numbers, () => false);
    if (seen.length > 0) return seen;
    const detached = await detachedUsers(numbers, exec);
    return detached.length > 0 ? detached : uses.unseen;
  },
});
