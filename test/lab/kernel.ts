import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache.ts';
import { NoLab, unpackApart } from './debs.ts';
import { layerFormat } from './packages.ts';

const exec = promisify(execFile);

/** A kernel of the guests: a program of the host. */
export interface Kernel {
  readonly program: string;
  /** Where it is started. Its environment names files relative to that, for the linker knows no quoting. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** A tree to lay over all else, which has its modules; undefined: they are where the program is. */
  readonly layer: string | undefined;
  /** What it wants besides on its command line. */
  readonly words: readonly string[];
}

/** What it is made of; no name of a package is the beginning of the other's. */
const PACKAGES = ['user-mode-linux', 'libc6'];
const INTERPRETER = '/lib64/ld-linux-x86-64.so.2';

/**
 * The User-Mode Linux of Debian's unstable, with the C library that it needs. Since 6.16 its processes are stopped by seccomp instead of ptrace:
 * a fork and exec takes a third of the time of 6.1 (3.5 ms instead of 11; seen with 7.2). Throws `NoLab` where it can't be had.
 */
export async function newestKernel(): Promise<Kernel> {
  const directory = join(cacheDirectory(), `kernel-${String(layerFormat)}`);
  if (!existsSync(directory)) await unpackApart(directory, PACKAGES, 'sid');
  const [layer = '', libc = ''] = PACKAGES.map((name) => join(directory, name));
  const usr = join(libc, 'usr');
  const environment = { LD_LIBRARY_PATH: 'lib/x86_64-linux-gnu' };
  const program = await withOwnInterpreter(join(layer, 'usr/bin/linux.uml'));
  await exec(program, ['--version'], { cwd: usr, env: environment }).catch((error: unknown) => {
    throw new NoLab(`Debian's newest User-Mode Linux does not run here: ${String(error)}`);
  });
  return { program, directory: usr, environment, layer, words: ['seccomp=auto'] };
}

/**
 * The program with its interpreter in the directory in which it is started: that of the host may be too old for it, and to start it by
 * the other interpreter would take the memory behind the program, where this kernel begins its own.
 */
async function withOwnInterpreter(program: string): Promise<string> {
  const own = `${program}.own`;
  if (existsSync(own)) return own;
  const bytes = await readFile(program);
  const at = bytes.indexOf(`${INTERPRETER}\0`);
  if (at < 0) throw new NoLab(`${program} has another interpreter than ${INTERPRETER}`);
  bytes.write(`${INTERPRETER.slice(1)}\0`, at);
  const work = `${own}.${randomUUID()}`; // several workers have one process
  await writeFile(work, bytes);
  await chmod(work, 0o755);
  await rename(work, own);
  return own;
}
