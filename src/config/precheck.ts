import { mentions, readFiles } from './files.ts';
import { mayBeNear } from './near.ts';
import type { Settings } from '../core/model/setting.ts';

/**
 * Whether none of these names can be a task, or nearly be one, judged by the mere bytes of the files, without a parser: one script serves
 * all tasks of a client, and those that are not ours should not pay for it. False if that is not known. Throws like
 * `readConfiguration` if there is no configuration at all. `settings`: those of the product.
 */
export function surelyNotConfigured(
  directory: string,
  names: readonly string[],
  settings: Settings,
  owner: number = 0,
  readingsOf: (name: string) => readonly string[] = (name) => [name],
): boolean {
  const forAllCalls = Object.keys(settings).filter((name) => settings[name]?.onlyForOurs !== true);
  return readFiles(directory, owner).every(({ bytes }) => {
    // A backslash may begin an escape that spells a name in another way, and a name with a blank may be folded.
    if (bytes === undefined || bytes.includes('\\') || forAllCalls.some((key) => bytes.includes(key))) return false;
    if (names.some((name) => /\s/.test(name) || mentions(bytes, name))) return false;
    const isNear = mayBeNear(bytes.toString('utf8'));
    return !names.flatMap(readingsOf).some(isNear);
  });
}
