import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { contracts } from '../../src/contracts/contracts.ts';
import type { Contract } from '../../src/core/ports/contract.ts';

const hooks = join(import.meta.dirname, '..');
const OWN = basename(import.meta.dirname);

/** The command for people; all others are hooks of a product. */
export const CLI = 'holdstill';

/** `sesam/sbc_pre` for hooks/sesam/sbc_pre.ts: a new product needs no change here. */
export async function entries(): Promise<string[]> {
  const found: string[] = [CLI];
  for (const entry of await readdir(hooks, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === OWN) continue;
    for (const file of await readdir(join(hooks, entry.name))) {
      if (file.endsWith('.ts')) found.push(`${entry.name}/${file.slice(0, -'.ts'.length)}`);
    }
  }
  return found.toSorted();
}

/** How an executable answers where there is no Node.js. */
export function contractOf(name: string): Contract {
  const product = name === CLI ? 'generic' : dirname(name);
  const contract = contracts.find((one) => one.product === product);
  if (!contract) throw new Error(`hooks/${name}.ts: src/contracts/contracts.ts lists no contract '${product}'`);
  return contract;
}
