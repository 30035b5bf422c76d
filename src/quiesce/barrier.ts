import { Fault, isFault, withHint } from '../core/model/fault.ts';
import type { PlannedSnapshot } from '../core/model/snapshot.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import { REST_SHARE } from '../core/model/quiesce.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Exec } from '../system/command.ts';
import { deviceNumber, dmUuid, isSuspended, mapperNameOf, numbersByUuid } from '../system/kernel/blockdev.ts';
import { readLoops } from '../system/kernel/loops.ts';
import { readMounts } from '../system/kernel/mountinfo.ts';
import { ownThingOn, standingOn } from '../system/kernel/ownthings.ts';
import { resumeDevices, suspendDevices } from '../system/tools/dmsuspend.ts';

/** A device of device-mapper whose writes are to wait. */
interface Volume {
  readonly label: string;
  readonly uuid: string;
}

/** That the kernel freezes before it suspends their device (freeze_bdev, by dm_suspend of Linux 6.1), and that show which device that is. */
const FROZEN_TYPES = new Set(['ext2', 'ext3', 'ext4', 'xfs']);

/**
 * Lets writes to several logical volumes of the host wait while their snapshots are taken, so that these are of one instant: device-mapper
 * suspends them all, with the file systems on them, and LVM (2.03.16, tried) takes thick snapshots of volumes that are suspended already. It lets
 * each go as soon as it has its own: what is written then is no part of the snapshot.
 */
export function createBarrier(exec: Exec): Quiescer<'barrier'> {
  /** Somebody else has suspended a volume of theirs, so that it is not to go on by us. */
  const others = new Set<NotedStep['number']>();
  return {
    kind: 'barrier',
    // LVM counts on it that nothing is written while it puts a snapshot in its place.
    spoils: true,

    async prepare(_means, _guests, { planned, run }) {
      const volumes = planned.filter(({ origin }) => !origin.asleep).map(volumeOf);
      if (volumes.length === 0) return { rests: [], still: [] };
      await checkFree(volumes, exec);
      const step = { kind: 'barrier', volumes: JSON.stringify(volumes), run };
      const grade = volumes.every(isMounted) ? 'filesystem' : 'crash';
      const by = volumes.length === 1 ? 'by a barrier' : `by a barrier over ${volumes.length} volumes`;
      return { rests: [{ step, guest: undefined, grade, by }], still: [] };
    },

    async rest({ number, step }, mostMs) {
      const volumes = volumesOf(step);
      const [stopped] = suspendedAmong(volumes);
      if (stopped) {
        others.add(number);
        throw new Fault('quiesce.failed', `${stopped.label} was suspended by somebody else just now`, {
          hint: 'try again',
        });
      }
      try {
        await exec.run(suspendDevices(namesOf(volumes), mostMs * REST_SHARE));
      } catch (error) {
        if (!isFault(error)) throw error;
        throw new Fault('quiesce.failed', `writes to ${labels(volumes)} could not be stopped: ${error.message}`, {
          cause: error,
          hint: `if it needs longer, set a longer 'quiesceLimit'`,
        });
      }
      const missing = volumes.length - suspendedAmong(volumes).length;
      if (missing === 0) return;
      throw new Fault('quiesce.failed', `dmsetup has not suspended ${missing} of ${labels(volumes)}`);
    },

    // LVM lets them go itself: the time tells (core/run/cut.ts).
    wasEarly: () => false,

    handler: {
      kind: 'barrier',
      undo: (steps) =>
        Promise.all(
          steps.map(async (noted): Promise<Outcome> => {
            return others.has(noted.number) ? { kind: 'undone' } : letGo(noted, exec);
          }),
        ),
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: ({ step }) => ({
        what: `writes to ${labels(volumesOf(step))} (stopped)`,
        byHand: ['dmsetup', 'resume', ...namesOf(volumesOf(step))].map(shellWord).join(' '),
      }),
    },
  };
}

function volumeOf({ origin: { label, device, suspendable } }: PlannedSnapshot): Volume {
  const number = suspendable ? deviceNumber(device) : undefined;
  const uuid = number === undefined ? undefined : dmUuid(number);
  if (uuid) return { label, uuid };
  throw new Fault(
    'quiesce.failed',
    `a barrier needs logical volumes that are linear or striped, and ${label} is not one`,
    {
      hint: 'leave out quiesce: barrier',
    },
  );
}

/** Throws `quiesce.failed` where the host or we ourselves could not go on without one of them, or one stands on another. */
async function checkFree(volumes: readonly Volume[], exec: Exec): Promise<void> {
  const loops = await readLoops(exec);
  const numbers = numbersByUuid();
  for (const { label, uuid } of volumes) {
    const above = standingOn(numbers.get(uuid) ?? '', loops);
    const own = ownThingOn(above);
    if (own !== undefined) throw unfit(label, `${own} is on it, and holdstill could not go on`);
    const other = volumes.find((one) => one.uuid !== uuid && above.has(numbers.get(one.uuid) ?? ''));
    if (other) throw unfit(label, `${other.label} stands on it`);
  }
}

function unfit(label: string, why: string): Fault {
  return new Fault('quiesce.failed', `writes to ${label} cannot be stopped: ${why}`, {
    hint: 'leave out quiesce: barrier, or this volume',
  });
}

/** By the host itself, so that its file system is written out as well. */
function isMounted({ uuid }: Volume): boolean {
  const number = numbersByUuid().get(uuid);
  return readMounts().some(({ device, type }) => device === number && FROZEN_TYPES.has(type));
}

async function letGo({ step }: NotedStep, exec: Exec): Promise<Outcome> {
  try {
    const volumes = volumesOf(step);
    const suspended = suspendedAmong(volumes);
    if (suspended.length === 0) return { kind: 'undone' };
    const complaint = await exec.run(resumeDevices(namesOf(suspended)));
    const stopped = suspendedAmong(volumes);
    if (stopped.length === 0) return { kind: 'undone' };
    return { kind: 'left', reason: `${labels(stopped)} cannot be resumed: ${complaint || 'dmsetup does not say why'}` };
  } catch (error) {
    return { kind: 'left', reason: withHint(error) };
  }
}

/** One that is gone has nothing to be written to it. */
function suspendedAmong(volumes: readonly Volume[]): readonly Volume[] {
  const numbers = numbersByUuid();
  return volumes.filter(({ uuid }) => isSuspended(numbers.get(uuid) ?? ''));
}

function volumesOf(step: Step): readonly Volume[] {
  return JSON.parse(step['volumes'] ?? '[]') as readonly Volume[];
}

/** How device-mapper calls them now. */
function namesOf(volumes: readonly Volume[]): readonly string[] {
  const numbers = numbersByUuid();
  return volumes.flatMap(({ uuid }) => mapperNameOf(uuid, numbers) ?? []);
}

function labels(volumes: readonly Volume[]): string {
  return volumes.map(({ label }) => label).join(', ');
}
