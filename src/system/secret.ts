import { Fault, isFault } from '../core/model/fault.ts';
import { shellWord } from '../core/text/shell.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from './command.ts';

/**
 * Throws `config.insecure` for a file with a secret that others than root can read or change, `config.missing` where there is no such file. `what`
 * it is, and the `setting` that names it, for people.
 */
export async function checkSecret(what: string, file: string, setting: string, exec: Exec): Promise<void> {
  const mode = await exec.ask('trustedMode', { file }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    throw new Fault('config.missing', `the ${what} ${file} can't be found: ${whyNot(error)}`, {
      hint: `look at '${setting}'`,
      cause: error,
    });
  });
  if ((mode & 0o077) === 0) return;
  throw new Fault('config.insecure', `${file} can be read by others`, { hint: `chmod go= ${shellWord(file)}` });
}
