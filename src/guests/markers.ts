import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../core/fault.ts';
import { shellWord } from '../core/shell.ts';
import type { NotedStep, Outcome, UndoHandler } from '../core/step.ts';
import type { Markers } from '../core/volume.ts';
import { mountAt, readMounts } from '../system/mountinfo.ts';
import { whyNot } from '../core/why.ts';

/** What lies in a directory that a mount of ours covers. Part of what we promise: scripts test for it. */
const NAME = 'HOLDSTILL-NOT-MOUNTED';

/**
 * Files beneath our mounts. As long as a mount stands its file can't be seen; when the mount has gone, whoever reads the
 * directory finds a file that says so, and not an empty directory.
 */
export const markers: Markers = {
  steps: (points, { task, run }) =>
    points.map((point) => ({ kind: 'marker', file: path.join(point, NAME), text: textFor(point, task, run) })),

  make({ step: { file = '', text = '' } }) {
    try {
      // `wx` is O_EXCL, which follows no link: open(2).
      fs.writeFileSync(file, text, { flag: 'wx', mode: 0o400 });
    } catch (error) {
      throw new Fault('mount.point', `${file} can't be made: ${whyNot(error)}`, {
        hint: `look at the directory, or name another 'mount'`,
        cause: error,
      });
    }
  },
};

function textFor(point: string, task: string, run: string): string {
  return [
    'Your data are not here.',
    '',
    `While the task ${JSON.stringify(task)} is open (run ${run}), holdstill shows a snapshot in ${JSON.stringify(point)}.`,
    'That mount has gone away: somebody unmounted it, or the snapshot ran full and was unmounted. This is the directory',
    'below it, which holds nothing but this file.',
    '',
    'A backup that reads here now saves nothing. The hook after the job reports it as bad, closes the task and removes',
    `this file; if no hook comes, type: holdstill post ${shellWord(task)}`,
    'Then run the backup again. To see how the task stands: holdstill status',
    '',
  ].join('\n');
}

/** Removes these files and nothing else: a regular file of root's with our text, in a directory that nothing covers. */
export const undoMarkers: UndoHandler = {
  kind: 'marker',

  undo: (steps) => Promise.resolve(steps.map(removeOurs)),

  rests: ({ step: { file = '' } }) => ({ is: path.dirname(file), on: [path.dirname(file)] }),

  describe: ({ step: { file = '' } }) => ({ what: `file ${file}`, byHand: `rm ${shellWord(file)}` }),
};

function removeOurs({ step: { file = '', text = '' } }: NotedStep): Outcome {
  const over = mountAt(path.dirname(file), readMounts());
  if (over) {
    const reason = `${over.source} (${over.type}) is mounted over it`;
    return { kind: 'left', reason, byHand: `look whose it is: findmnt ${shellWord(path.dirname(file))}` };
  }
  try {
    if (!isOurs(file, text)) {
      return { kind: 'left', reason: 'it is not the file that holdstill wrote', foreign: true };
    }
    fs.unlinkSync(file);
    return { kind: 'undone' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'undone' } : { kind: 'left', reason: `it can't be removed: ${whyNot(error)}` };
  }
}

function isOurs(file: string, text: string): boolean {
  const stat = fs.lstatSync(file);
  if (path.basename(file) !== NAME || !stat.isFile() || stat.uid !== 0 || stat.size > Buffer.byteLength(text))
    return false;
  // A power cut may have left the beginning of it only.
  return text.startsWith(readRegular(file));
}

/** Opens no link and waits for nobody, whatever has taken the file's place in this moment. */
function readRegular(file: string): string {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    return fs.readFileSync(fd, 'utf8');
  } finally {
    fs.closeSync(fd);
  }
}
