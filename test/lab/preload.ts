import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache.ts';

const exec = promisify(execFile);
const source = fileURLToPath(new URL('ptrace.c', import.meta.url));

/** The library of ptrace.c, for LD_PRELOAD of the kernel: compiled once by the C compiler at `tcc`, and kept. */
export async function preload(tcc: string): Promise<string> {
  const key = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16);
  const library = join(cacheDirectory(), `ptrace-${key}.so`);
  if (!existsSync(library)) {
    const work = `${library}.${randomUUID()}`; // several workers have one process
    await exec(tcc, ['-shared', '-nostdlib', '-o', work, source]);
    await rename(work, library);
  }
  return library;
}
