import path from 'node:path';
import { errorCode } from '../core/files/trust.ts';
import { encodeName } from '../core/model/names.ts';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Hypervisor } from '../core/model/guest.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import { formatBytes } from '../core/text/bytes.ts';
import { shellWord } from '../core/text/shell.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { bootId } from '../system/kernel/boot.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { guestStep, hypervisorOf, keepTrack, partGuests } from './guests.ts';
import { undoMemory } from './memory.ts';
import type { Saver } from './saver.ts';
import { createLibvirtSaver } from './savelibvirt.ts';
import { createXenSaver } from './savexen.ts';

/** The guard begins a little earlier to give up on a save: what that says then is not why it failed. */
const GIVEN_UP_MS = 1000;

/** Writes the memory of guests to files while they rest: disks and memory are of one instant. */
export function createSave(exec: Exec): Quiescer<'save'> {
  const kept = keepTrack();
  const savers: Readonly<Record<Hypervisor, Saver>> = {
    libvirt: createLibvirtSaver(kept, exec),
    xen: createXenSaver(kept, exec),
  };
  return {
    kind: 'save',

    async prepare({ to = STATE_DIRECTORY, keep }, guests, { task, run }) {
      const { awake, still } = partGuests('save', guests, ({ hypervisor }) => savers[hypervisor].paused);
      const bytes = await Promise.all(awake.map((guest) => savers[guest.hypervisor].bytes(guest)));
      if (awake.length > 0) await checkRoom(to, bytes, exec);
      const directory = path.join(to, `${encodeName(task)}.${run}.memory`);
      const rests = awake.map((guest) => {
        const file = path.join(directory, `${encodeName(guest.name)}.vmstate`);
        const paused = guest.state === 'paused' ? 'yes' : 'no';
        const step = { ...guestStep('save', guest, run), file, paused, boot: bootId() };
        const { kind: _, ...about } = step;
        const part = savers[guest.hypervisor].unfinished(file) ?? '';
        const stays = { ...about, kind: 'memory', directory, part, keep: keep ? 'yes' : 'no' };
        const note = `the memory of ${guest.name} is in ${file}${keep ? ', and stays there' : ' until the task is closed'}`;
        return { step, guest: guest.name, grade: 'memory', by: 'by a save', stays, note } as const;
      });
      return { rests, still };
    },

    async rest(noted, mostMs) {
      const { step } = noted;
      const { file = '' } = step;
      const name = `guest ${step['guest']}`;
      await makePlace(path.dirname(file), exec);
      const began = performance.now();
      const complaint = await savers[hypervisorOf(step)].save(step, mostMs).catch((error: unknown) => {
        if (isFault(error) && error.code === 'tool.timeout') return error.message;
        throw error;
      });
      if (complaint !== undefined) {
        const late = performance.now() - began > mostMs - GIVEN_UP_MS;
        const why = late ? `it took longer than ${Math.round(mostMs / 1000)} s` : complaint;
        throw new Fault('quiesce.failed', `the memory of ${name} could not be saved: ${why}`, {
          hint: `if it needs longer, set a longer 'quiesceLimit'`,
        });
      }
      kept.rests(noted);
    },

    wasEarly: kept.wasEarly,

    handler: {
      kind: 'save',
      undo: (steps) => Promise.all(steps.map((noted) => savers[hypervisorOf(noted.step)].letGo(noted))),
      // With libvirt the file is all that is left of it until it runs.
      dependsOn: ({ step }) => ({ is: undefined, on: [step['file'] ?? ''] }),
      describe: ({ step }) => ({
        what: `guest ${step['guest']} (saved)`,
        byHand: savers[hypervisorOf(step)].byHand(step).map(shellWord).join(' '),
      }),
    },
    lasting: [undoMemory(savers, exec)],
  };
}

/** Throws `config.insecure` where others than root can change what is in it, `quiesce.failed` where the memory of all of them may not fit. */
async function checkRoom(directory: string, bytes: readonly number[], exec: Exec): Promise<void> {
  const needed = bytes.reduce((sum, one) => sum + one, 0);
  const unfit = (error: unknown): never => {
    if (isFault(error)) throw error;
    throw new Fault('quiesce.failed', `${directory} can't hold the memory of guests: ${whyNot(error)}`, {
      hint: `look at 'to' of quiesce: save`,
    });
  };
  await exec.ask('trustedMode', { file: directory, kind: 'directory' }).catch(unfit);
  const free = await exec.ask('freeIn', { file: directory }).catch(unfit);
  if (free.bytes >= needed) return;
  const room = `${formatBytes(needed)} of memory are to be saved, and ${directory} has ${formatBytes(free.bytes)} free`;
  throw new Fault('quiesce.failed', room, { hint: `make room, or name another directory by 'to' of quiesce: save` });
}

/** A directory that only we can look into: what is in the memory of a guest is nobody else's business. */
async function makePlace(directory: string, exec: Exec): Promise<void> {
  try {
    await exec.ask('makeDirectory', { file: directory });
  } catch (error) {
    if (isFault(error)) throw error;
    const there = errorCode(error) === 'EEXIST' ? await exec.ask('lookUp', { file: directory }) : undefined;
    // Of another guest of this run.
    if (there?.kind === 'directory' && there.owner === 0 && there.mode === 0o700) return;
    throw new Fault('quiesce.failed', `${directory} can't be made: ${whyNot(error)}`);
  }
}
