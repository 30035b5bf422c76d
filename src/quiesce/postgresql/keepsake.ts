import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from '../../core/files/trust.ts';
import { Fault } from '../../core/model/fault.ts';
import { encodeName } from '../../core/model/names.ts';
import type { Outcome, Step, UndoHandler } from '../../core/model/step.ts';
import { whyNot } from '../../core/text/why.ts';
import { STATE_DIRECTORY } from '../../system/paths.ts';
import { isLogFile } from './words.ts';

/** In it stands the run that made the directory. */
const RUN = 'run';
/** What else is in it. */
const LABELS = ['backup_label', 'tablespace_map'];
const WAL = 'pg_wal';

/** The directory with what a server can't be restored without; the same from run to run, so that a backup product can be told of it. */
export function keepsakeOf(task: string, port: string | undefined): string {
  const name = `${encodeName(task)}.postgresql${port === undefined ? '' : `-${port}`}`;
  return path.join(STATE_DIRECTORY, name);
}

/** The step that makes it. */
export function keepsakeStep(directory: string, run: string): Step {
  return { kind: 'postgresql-files', directory, run };
}

/** Makes it, with the directory for the log, whose path is the result. Throws `quiesce.failed`. */
export function makeKeepsake(directory: string, run: string, labels: Readonly<Record<string, Buffer>>): string {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
    for (const [name, bytes] of Object.entries({ [RUN]: Buffer.from(`${run}\n`), ...labels })) {
      // An empty map of tablespaces would be refused: PostgreSQL 15, 26.3.3.
      if (bytes.length > 0)
        fs.writeFileSync(path.join(directory, name), bytes, { mode: 0o600, flush: true, flag: 'wx' });
    }
    const log = path.join(directory, WAL);
    fs.mkdirSync(log, { mode: 0o700 });
    return log;
  } catch (error) {
    throw new Fault('quiesce.failed', `${directory} can't be made: ${whyNot(error)}`, { cause: error });
  }
}

/** Removes it. Ours by the run that stands in it, in a directory in which only root can put anything. */
export const undoKeepsake: UndoHandler = {
  kind: 'postgresql-files',
  undo: (steps) => Promise.resolve(steps.map(({ step }) => remove(step))),
  dependsOn: () => ({ is: undefined, on: [] }),
  describe: ({ step }) => ({
    what: `what a restored PostgreSQL needs in ${step['directory']}`,
    byHand: 'holdstill recover',
  }),
};

function remove({ directory = '', run }: Step): Outcome {
  try {
    const names = fs.readdirSync(directory);
    // Nothing in it, or less than the run: it was made just before a crash, or a disk was full.
    if (names.length > 0 && !`${run}\n`.startsWith(fs.readFileSync(path.join(directory, RUN), 'utf8'))) {
      return { kind: 'left', reason: 'another run made it', foreign: true };
    }
    const log = path.join(directory, WAL);
    if (names.includes(WAL)) {
      for (const name of fs.readdirSync(log).filter(isLogFile)) fs.unlinkSync(path.join(log, name));
      fs.rmdirSync(log);
    }
    for (const name of [...LABELS, RUN].filter((one) => names.includes(one))) fs.unlinkSync(path.join(directory, name));
    fs.rmdirSync(directory);
    return { kind: 'undone' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && !fs.existsSync(directory)) return { kind: 'undone' };
    if (errorCode(error) === 'ENOTEMPTY') return { kind: 'left', reason: 'something else is in it', foreign: true };
    return { kind: 'left', reason: whyNot(error) };
  }
}
