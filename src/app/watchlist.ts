import fs from 'node:fs';
import path from 'node:path';
import { Journal } from '../core/journal/journal.ts';
import { isJournal } from '../core/model/names.ts';
import type { Watched } from '../core/run/extend.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';

/** A list of all that is to be watched on this host, each time it is called. A journal that has not changed is not read again. */
export function createWatchlist(bootId: string): () => readonly Watched[] {
  const known = new Map<string, { readonly state: string; readonly watched: Watched | undefined }>();
  return () => {
    const names = journals();
    for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
    for (const name of names) {
      const file = path.join(STATE_DIRECTORY, name);
      const stat = fs.lstatSync(file, { throwIfNoEntry: false });
      const state = stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : '';
      if (known.get(name)?.state !== state) known.set(name, { state, watched: read(file, bootId) });
    }
    return [...known.values()].flatMap(({ watched }) => watched ?? []);
  };
}

function journals(): readonly string[] {
  try {
    return fs.readdirSync(STATE_DIRECTORY).filter(isJournal);
  } catch {
    return [];
  }
}

/** Undefined: it can't be read, which others report; or it is no longer, or not yet, to be watched. */
function read(file: string, bootId: string): Watched | undefined {
  try {
    const journal = Journal.read(file);
    if (journal?.watched === undefined || journal.verdict || journal.header.boot !== bootId) return undefined;
    const { task, run } = journal.header;
    return { task, run, since: Date.parse(journal.watched), steps: journal.steps };
  } catch {
    return undefined;
  }
}
