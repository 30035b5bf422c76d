import { contracts } from '../contracts/contracts.ts';
import type { Fault } from '../core/model/fault.ts';
import { isPlainMap, type SourceFile } from './data.ts';
import { at, invalid, unknownKey, whatItIs } from './messages.ts';

/** The keys at the top of holdstill.yaml. Kept apart from the schema, whose library is slow to load; a test compares. */
export const MAIN_KEYS: readonly string[] = ['version', 'tasks', ...contracts.map(({ section }) => section), 'log'];
/** The keys at the top of a file of tasks.d. */
export const DROP_IN_KEYS = ['version', 'tasks'];

/**
 * What is so wrong at the top of a file that nobody knows which tasks it means: `task:` for `tasks:`, a list for a
 * map, another version. Undefined: nothing.
 */
export function topLevelProblem(file: SourceFile): Fault | undefined {
  const known = file.main ? MAIN_KEYS : DROP_IN_KEYS;
  const problems = Object.keys(file.value)
    .filter((key) => !known.includes(key))
    .map((key) => at(file.path, file.position([key], 'key'), `${key}: ${unknownTopKey(file, key)}`));
  const { tasks, version } = file.value;
  if (tasks !== undefined && !isPlainMap(tasks)) {
    problems.push(at(file.path, file.position(['tasks']), `tasks: is ${whatItIs(tasks)}, ${TASKS_EXPECTED}`));
  }
  if (version === undefined ? file.main : version !== 1) {
    const what = version === undefined ? 'missing; it' : `is ${whatItIs(version)},`;
    problems.push(at(file.path, file.position(['version']), `version: ${what} ${VERSION_EXPECTED}`));
  }
  return problems.length === 0 ? undefined : invalid(problems);
}

export const TASKS_EXPECTED = 'must be a map, for example tasks: {nightly-data: /srv/data}';
export const VERSION_EXPECTED = 'must be 1';

/** Says that a key at the top of `file` is unknown, or known but in the other kind of file. */
export function unknownTopKey(file: SourceFile, key: string): string {
  return !file.main && MAIN_KEYS.includes(key)
    ? 'belongs in holdstill.yaml; a file in tasks.d has only tasks'
    : unknownKey(key, file.main ? MAIN_KEYS : DROP_IN_KEYS);
}
