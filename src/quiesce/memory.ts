import path from 'node:path';
import { errorCode } from '../core/files/trust.ts';
import type { Hypervisor } from '../core/model/guest.ts';
import { isFault, withHint } from '../core/model/fault.ts';
import type { Outcome, Step, UndoHandler } from '../core/model/step.ts';
import { shellWord } from '../core/text/shell.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { hypervisorOf } from './guests.ts';
import type { Saver } from './saver.ts';

/**
 * Removes the file with the memory of a guest, unless it is to be kept, and what was not finished in any case. As long as the guest is not back it
 * stands on it, and it stays.
 */
export function undoMemory(savers: Readonly<Record<Hypervisor, Saver>>, exec: Exec): UndoHandler {
  return {
    kind: 'memory',
    async undo(steps) {
      const outcomes: Outcome[] = [];
      for (const { step } of steps) outcomes.push(await remove(step, savers[hypervisorOf(step)], exec));
      return outcomes;
    },
    dependsOn: ({ step }) => ({ is: step['file'], on: [] }),
    describe: ({ step: { guest, file = '' } }) => ({
      what: `the memory of guest ${guest} in ${file}`,
      // Nobody shall be told to remove what a guest may need to go on.
      byHand: 'holdstill recover',
    }),
  };
}

/** Ours by the run in the name of its directory, in which only root can put anything. */
async function remove(step: Step, saver: Saver, exec: Exec): Promise<Outcome> {
  const { file = '', directory = '', part = '' } = step;
  try {
    if (part !== '' && (await exec.ask('lookUp', { file: part }))?.kind === 'file') {
      await exec.ask('removeFile', { file: part });
    }
    if (step['keep'] === 'yes') {
      if (part !== '') await removeEmpty(directory, exec);
      return { kind: 'undone' };
    }
    const there = await exec.ask('lookUp', { file });
    if (there && (await saver.needsFile(step))) {
      const byHand = saver.byHand(step).map(shellWord).join(' ');
      return { kind: 'left', reason: 'the guest is off, and needs it to go on', byHand };
    }
    if (there !== undefined && there.kind !== 'file') {
      return { kind: 'left', reason: 'it is not a file', foreign: true };
    }
    if (there) await exec.ask('removeFile', { file });
    if (path.dirname(file) === directory) await removeEmpty(directory, exec);
    return { kind: 'undone' };
  } catch (error) {
    return { kind: 'left', reason: isFault(error) ? withHint(error) : whyNot(error) };
  }
}

/** Whoever removes the last file of several guests. */
async function removeEmpty(directory: string, exec: Exec): Promise<void> {
  try {
    await exec.ask('removeDirectory', { file: directory });
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
  }
}
