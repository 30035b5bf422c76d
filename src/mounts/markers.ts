import path from 'node:path';
import { Fault } from '../core/model/fault.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import { errorCode } from '../core/files/trust.ts';
import type { Markers } from '../core/ports/mounts.ts';
import type { Inode } from '../foreign/inodes.ts';
import { mountAt } from '../system/kernel/mountinfo.ts';
import { whyNot } from '../core/text/why.ts';
import { onGround, type MountGround } from './ground.ts';
import type { Prober } from '../system/command.ts';

/** What lies in a directory that a mount of ours covers. Part of what we promise: scripts test for it. */
const NAME = 'HOLDSTILL-NOT-MOUNTED';

/**
 * Files beneath our mounts. As long as a mount stands its file can't be seen; when the mount has gone, whoever reads the
 * directory finds a file that says so, and not an empty directory.
 */
export function createMarkers(prober: Prober): Markers {
  return {
    steps: (mount, points, { task, run }) =>
      points.map((point) => ({
        kind: 'marker',
        file: path.join(point, NAME),
        home: path.dirname(mount),
        text: textFor(point, task, run),
      })),

    make: (steps) => onGround(steps, prober, ({ step }, ground) => write(step, ground)),
  };
}

async function write(step: Step, ground: MountGround): Promise<Facts> {
  const { file = '', text = '' } = step;
  try {
    // By O_EXCL, which follows no link: open(2).
    await ground.ask('writeNew', { file, text });
    return { within: await ground.homeIdentity(step) };
  } catch (error) {
    throw new Fault('mount.point', `${file} can't be made: ${whyNot(error)}`, {
      hint: `look at the directory, or name another 'mount'`,
      cause: error,
    });
  }
}

function textFor(point: string, task: string, run: string): string {
  return [
    'Your data are not here.',
    '',
    `While the task ${JSON.stringify(task)} is open (run ${run}), holdstill shows a snapshot in ${JSON.stringify(point)}.`,
    'That mount has gone away: somebody unmounted it, or the snapshot ran full and was unmounted. This is the directory',
    'below it, which contains only this file.',
    '',
    'A backup that reads here now saves nothing. The hook after the job reports it as bad, closes the task and removes',
    `this file; if no hook comes, type: holdstill post ${shellWord(task)}`,
    'Then run the backup again. To see how the task stands: holdstill status',
    '',
  ].join('\n');
}

/** Removes these files and nothing else: a regular file of root's with our text, in a directory that nothing covers. */
export function undoMarkers(prober: Prober): UndoHandler {
  return {
    kind: 'marker',

    undo: (steps) => onGround(steps, prober, removeOurs),

    dependsOn: ({ step: { file = '' } }) => ({ is: path.dirname(file), on: [path.dirname(file)] }),

    describe: ({ step: { file = '' } }) => ({ what: `file ${file}`, byHand: `rm ${shellWord(file)}` }),
  };
}

async function removeOurs({ step, facts }: NotedStep, ground: MountGround): Promise<Outcome> {
  const { file = '', text = '' } = step;
  const over = mountAt(path.dirname(file), ground.mounts);
  if (over) {
    const reason = `${over.source} (${over.type}) is mounted over it`;
    return { kind: 'left', reason, byHand: `find out who owns it: findmnt ${shellWord(path.dirname(file))}` };
  }
  try {
    const inode = await ground.ask('lookUp', { file });
    if (!inode) return await ground.absence({ step, facts });
    if (!(await isOurs(file, text, inode, ground))) {
      return { kind: 'left', reason: 'it is not the file that holdstill wrote', foreign: true };
    }
    await ground.ask('removeFile', { file });
    return { kind: 'undone' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'undone' };
    return { kind: 'left', reason: `it can't be removed: ${whyNot(error)}` };
  }
}

async function isOurs(
  file: string,
  text: string,
  { kind, owner, bytes }: Inode,
  ground: MountGround,
): Promise<boolean> {
  if (path.basename(file) !== NAME || kind !== 'file' || owner !== 0 || bytes > Buffer.byteLength(text)) return false;
  // A power cut may have left the beginning of it only.
  return text.startsWith(await ground.ask('readText', { file }));
}
