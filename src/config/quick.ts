import { mentions, readFiles } from './files.ts';

/** Settings that concern calls for tasks that are not configured, too. */
const FOR_ALL_CALLS = ['taskEnv', 'trace'];

/**
 * Whether none of these names can be a task, told from the mere bytes of the files, without a parser: one script serves
 * all tasks of a client, and those that are not ours should not pay for it. False where it can't be told. Throws like
 * `readSources` where there is no configuration at all.
 */
export function surelyNotConfigured(directory: string, names: readonly string[], owner: number = 0): boolean {
  return readFiles(directory, owner).every(({ bytes }) => {
    // A backslash may begin an escape that spells a name in another way, and a name with a blank may be folded.
    if (bytes === undefined || bytes.includes('\\') || FOR_ALL_CALLS.some((key) => bytes.includes(key))) return false;
    return names.every((name) => !/\s/.test(name) && !mentions(bytes, name));
  });
}
