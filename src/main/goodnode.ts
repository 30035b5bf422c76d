import path from 'node:path';
import { keep } from './codecache.ts';
import { CODE_DIRECTORY } from '../system/paths.ts';

/**
 * Keeps what hooks/build/prologue.sh saw of this Node.js and which version it is, if that was not known, so that the next start
 * need not ask for it: for the end of a run that went well. Never throws.
 */
export function keepNode(): void {
  const { holdstillNode = '' } = globalThis as { readonly holdstillNode?: string | undefined };
  if (holdstillNode !== '') keep(path.join(CODE_DIRECTORY, 'node'), () => Buffer.from(`${holdstillNode}\n`));
}
