import type { Source } from '../../core/model/task.ts';
import type { Described, SourceEntry } from './entry.ts';
import { sources } from './sources.ts';

/** Throws where there is none: a source is only made by an entry. */
export function entryOf({ kind }: Source): SourceEntry {
  const entry = sources.find(({ key }) => key === kind);
  if (!entry) throw new Error(`no entry for sources of the kind ${kind}`);
  return entry;
}

/** A source for people, with the settings that only it has and those that mean nothing for it. */
export function describeSource(source: Source): Required<Described> & Pick<SourceEntry, 'without'> {
  const { without, describe } = entryOf(source);
  return { own: {}, ...describe(source), without };
}

/** The entries that are given in a record of a task: one, if it is right. */
export function givenIn(task: object): readonly SourceEntry[] {
  return sources.filter(({ key }) => Object.hasOwn(task, key));
}
