import path from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import { errorCode } from '../core/files/trust.ts';
import { shellWord } from '../core/text/shell.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from './command.ts';

/** How a shell leaves where a command can't be run: POSIX, Shell Command Language, 2.8.2. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Where the C library looks without a PATH: confstr(3), _CS_PATH. */
const USUAL_PATH = '/bin:/usr/bin';

/**
 * Why a user's program can't be run, and the status that a shell would leave with; undefined: it can be. Found as by
 * execvp(3): a name without a slash in the directories of `searched`, the user's PATH.
 */
export async function whyNotRun(
  program: string,
  searched: string = USUAL_PATH,
  exec: Exec,
): Promise<{ readonly fault: Fault; readonly status: number } | undefined> {
  const places = program.includes('/')
    ? [path.resolve(program)]
    : searched.split(':').map((directory) => path.resolve(directory, program));
  let unfit: string | undefined;
  for (const place of places) {
    const state = await stateOf(place, exec);
    if (state === 'runs') return undefined;
    if (state !== 'absent') unfit ??= `${place} ${state}, so it can't be run`;
  }
  if (unfit !== undefined) return { fault: new Fault('call.invalid', unfit), status: NOT_EXECUTABLE };
  const where = program.includes('/') ? '' : ` (looked in ${searched})`;
  const hint = 'write the program with its whole path';
  return { fault: new Fault('call.invalid', `there is no program ${program}${where}`, { hint }), status: NOT_FOUND };
}

async function stateOf(
  file: string,
  exec: Exec,
): Promise<'runs' | 'is a directory' | 'is not executable' | 'does not answer' | 'absent'> {
  try {
    const { kind, mode } = await exec.ask('behindLink', { file });
    if (kind === 'directory') return 'is a directory';
    return kind === 'file' && (mode & 0o111) !== 0 ? 'runs' : 'is not executable';
  } catch (error) {
    if (isFault(error)) return 'does not answer';
    return errorCode(error) === 'EACCES' ? 'is not executable' : 'absent';
  }
}

/** Throws unless a setting names a program that only root can change: `config.invalid`, `config.insecure`, `config.missing`. */
export async function checkProgram(setting: string, file: string, exec: Exec): Promise<void> {
  if (!file.startsWith('/')) throw new Fault('config.invalid', `${setting} must be the absolute path of a program`);
  const mode = await exec.ask('trustedMode', { file }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    throw new Fault('config.missing', `${file} can't be found: ${whyNot(error)}`, { hint: `look at ${setting}` });
  });
  if ((mode & 0o100) === 0) {
    throw new Fault('config.invalid', `${file} is not a program that root can run`, {
      hint: `look at it with: ls -l ${shellWord(file)}`,
    });
  }
}
