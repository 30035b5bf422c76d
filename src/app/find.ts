import path from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import { LOOK_MS, openMachine } from './session.ts';

/** Which storages could take a snapshot of a path, in the order in which they are asked. */
export interface FoundPath {
  readonly schema: 1;
  readonly path: string;
  readonly storages: readonly { readonly kind: string; readonly claims: boolean; readonly why: string }[];
}

/** Changes nothing. Throws a Fault where there is no such path, nor a logical volume that is called so. */
export async function findPath(asked: string): Promise<{ readonly found: FoundPath; readonly text: string }> {
  const { splitVg } = await import('../config/names.ts');
  const full = path.resolve(asked);
  try {
    return await storagesFor(full);
  } catch (error) {
    if (!isFault(error) || error.code !== 'origin.unknown' || asked.startsWith('/') || !splitVg(asked)) throw error;
  }
  try {
    return await storagesFor(`/dev/${asked}`);
  } catch (error) {
    if (!isFault(error) || error.code !== 'origin.unknown') throw error;
    throw new Fault('origin.unknown', `there is no path ${full}, and no active logical volume ${asked}`, {
      hint: 'see what there is: lvs',
    });
  }
}

async function storagesFor(full: string): Promise<{ readonly found: FoundPath; readonly text: string }> {
  const { findText } = await import('../report/find.ts');
  const { terminalColumns } = await import('../report/wrap.ts');
  const machine = openMachine({ task: '', contract: 'cli', phase: 'find', level: 'info', timeoutMs: LOOK_MS });
  const storages: FoundPath['storages'][number][] = [];
  for (const provider of machine.providers) {
    const found = await provider.find?.(full);
    if (found) storages.push({ kind: provider.kind, ...found });
  }
  const found: FoundPath = { schema: 1, path: full, storages };
  return { found, text: findText(full, storages, terminalColumns()) };
}
