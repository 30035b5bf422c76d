import path from 'node:path';
import { errorCode } from '../core/files/trust.ts';
import { encodeName } from '../core/model/names.ts';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Guest } from '../core/model/guest.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import { formatBytes } from '../core/text/bytes.ts';
import { shellWord } from '../core/text/shell.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { bootId } from '../system/kernel/boot.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { domainState } from '../system/tools/virshdomain.ts';
import { domainMemory, restoreWords, saveDomain } from '../system/tools/virshsave.ts';
import { domainOf, guestStep, keepTrack, partGuests } from './guests.ts';
import { undoMemory } from './memory.ts';
import { createReturn } from './return.ts';

/** What a file takes besides the memory: the state of the devices, and the definition. */
const BESIDE_BYTES = 64 * 1024 * 1024;

/**
 * Writes the memory of guests of libvirt to files, which ends them, and starts them again with it: disks and memory are of one instant.
 */
export function createSave(exec: Exec): Quiescer<'save'> {
  const kept = keepTrack();
  const letGo = createReturn(kept, exec);
  return {
    kind: 'save',

    async prepare({ to = STATE_DIRECTORY, keep }, guests, { task, run }) {
      const { awake, still } = partGuests('save', guests, undefined);
      const bytes = await Promise.all(awake.map((guest) => memoryOf(guest, exec)));
      if (awake.length > 0) await checkRoom(to, bytes, exec);
      const directory = path.join(to, `${encodeName(task)}.${run}.memory`);
      const rests = awake.map((guest) => {
        const file = path.join(directory, `${encodeName(guest.name)}.vmstate`);
        const paused = guest.state === 'paused' ? 'yes' : 'no';
        const step = { ...guestStep('save', guest, run), file, paused, boot: bootId() };
        const { kind: _, ...about } = step;
        const stays = { ...about, kind: 'memory', directory, keep: keep ? 'yes' : 'no' };
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
      const complaint = await exec.run(saveDomain(domainOf(step), file, mostMs)).catch((error: unknown) => {
        if (isFault(error) && error.code === 'tool.timeout')
          return `it took longer than ${Math.round(mostMs / 1000)} s`;
        throw error;
      });
      if (complaint !== undefined) {
        throw new Fault('quiesce.failed', `the memory of ${name} could not be saved: ${complaint}`, {
          hint: `if it needs longer, set a longer 'quiesceLimit'`,
        });
      }
      const now = await exec.run(domainState(domainOf(step)));
      if (now?.state !== 'shut off' || now.reason !== 'saved') {
        throw new Fault('quiesce.failed', `${name} was started by somebody else just after its memory was saved`);
      }
      kept.rests(noted);
      return {};
    },

    wasEarly: kept.wasEarly,

    handler: {
      kind: 'save',
      undo: (steps) => Promise.all(steps.map(letGo)),
      // The file is all that is left of it until it runs.
      dependsOn: ({ step }) => ({ is: undefined, on: [step['file'] ?? ''] }),
      describe: ({ step }) => ({
        what: `guest ${step['guest']} (saved)`,
        byHand: ['virsh', ...restoreWords(domainOf(step), step['file'] ?? '', step['paused'] === 'yes')]
          .map(shellWord)
          .join(' '),
      }),
    },
    lasting: [undoMemory(exec)],
  };
}

/** How much its memory can take. Throws `quiesce.failed` where it can't be brought back. */
async function memoryOf({ name, hypervisor, uuid, uri }: Guest, exec: Exec): Promise<number> {
  if (hypervisor !== 'libvirt') {
    throw new Fault(
      'quiesce.failed',
      `holdstill cannot save the memory of guests of ${hypervisor}, and so not of ${name}`,
      {
        hint: 'set quiesce: pause',
      },
    );
  }
  const { bytes, persistent } = await exec.run(domainMemory({ uuid, uri }));
  if (persistent) return bytes + BESIDE_BYTES;
  throw new Fault('quiesce.failed', `guest ${name} is transient, so libvirt would forget it while it is saved`, {
    hint: 'define it by virsh define, or set quiesce: pause',
  });
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
